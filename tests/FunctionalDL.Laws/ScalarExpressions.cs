namespace FunctionalDL.LawRuns;

/// <summary>
/// Random scalar expressions over x, y and z from a seed, all of whose values and slopes are moderate where |x|, |y|, |z| ≤ 1.
/// </summary>
static class ScalarExpressions
{
    public static TensorSet Point { get; } = TensorSet.Of(("x", 0.37), ("y", -0.62), ("z", 0.81));

    public static Expr Random(int seed)
    {
        var random = new Random(seed);
        List<Expr> pool = [Expr.Variable("x"), Expr.Variable("y"), Expr.Variable("z")];
        for (var i = random.Next(3, 16); i > 0; i--)
        {
            Expr Any() => pool[^random.Next(1, Math.Min(pool.Count, 8) + 1)];
            var (a, b) = (Any(), Any());
            pool.Add(random.Next(24) switch
            {
                0 => a + b,
                1 => a - b,
                2 => Sin(a) * Cos(b),
                3 => a / (1.5 + Square(b)),
                4 => -a,
                5 => Sin(a),
                6 => Cos(a) * -2.5,
                7 => Tanh(a),
                8 => Sigmoid(a) - 3,
                9 => Exp(-Square(a)),
                10 => Log(1.5 + Square(a)),
                11 => Sqrt(2 + Sin(a)),
                12 => Power(Tanh(a), 3),
                13 => Power(1.25 + Square(Sin(a)), Tanh(b)),
                14 => 0.5 * Atan(a),
                15 => Erf(a) + 1e-7,
                16 => Softplus(a) - Softplus(b),
                17 => Power(2 + Sin(a), -1) - (a - b),
                18 => Expm1(Sin(a)) / Power(Expr.Constant(1.5), Log1P(Square(Sin(b)))),
                19 => Sin(a) * (Cos(b) * Tanh(a)),
                20 => a + (b + 1),
                21 => Gelu(Sin(a)),
                22 => Square(Square(Sin(b))),
                _ => Select(Less(a, Any()), Sin(a), Sin(a) + 0 * b),
            });
        }
        return Tanh(pool[^1]);
    }

    /// <summary>Whether two expressions are the same graph, with parts that are written the same counted once.</summary>
    public static bool AreEqual(Expr a, Expr b) => Graph.Merge([a, b]) is [var first, var second] && first == second;
}
