namespace FunctionalDL.Tests.Engine;

/// <summary>Random well-shaped expressions with bounded values, and values for their variables, from a seed.</summary>
sealed class RandomExpressions
{
    static readonly int[] Sizes = [0, 1, 2, 3, 5, 16, 17, 33, 70, 257];

    readonly Random random;
    readonly List<Expr> pool = [];
    readonly List<(string, Tensor)> values = [];
    readonly DType real;

    public RandomExpressions(int seed, int operations)
    {
        random = new(seed);
        real = random.Next(3) == 0 ? DType.Float64 : DType.Float32;
        var batch = Size();
        var width = Size();
        foreach (Shape declared in (Shape[])[["batch", width], ["batch", width], [width], ["batch", 1], [], [width, 3], ["batch", 2, width]])
            Variable(declared, batch);
        for (var i = 0; i < operations; i++) Grow();
        Outputs = [.. pool.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Append(pool[^1]).Distinct()];
    }

    public IReadOnlyList<Expr> Outputs { get; }

    public TensorSet Values => TensorSet.Of([.. values]);

    int Size() => Sizes[random.Next(Sizes.Length)];

    void Variable(Shape declared, int batch)
    {
        var name = $"v{pool.Count}";
        Shape shape = [.. declared.Select(d => d.IsKnown ? d : batch)];
        // Eighths, so that values are often equal and comparisons meet ties.
        double[] numbers = [.. Enumerable.Range(0, shape.ElementCount).Select(_ => random.Next(-16, 17) / 8.0)];
        pool.Add(Expr.Variable(name, declared, real));
        values.Add((name, Tensor.Of(shape, numbers).Cast(real)));
    }

    Expr Any() => pool[random.Next(pool.Count)];

    Expr Variable() => pool[random.Next(7)];

    void Grow()
    {
        var x = Any();
        try
        {
            var next = random.Next(24) switch
            {
                0 => x + Any(),
                1 => x - Any(),
                2 => Tanh(x) * Sigmoid(Any()),
                3 => x / (1 + Square(Any())),
                4 => Maximum(x, Any()),
                5 => Minimum(x, random.Next(-2, 3)),
                6 => Select(Variable() > Variable(), x, Any()),
                7 => (Variable() <= Variable()).Cast(real) * x,
                8 => Exp(Minimum(x, 2)) + Log(1 + Square(x)),
                9 => Erf(x) + Softplus(x),
                10 => Sin(x) - Cos(Any()),
                11 => Softmax(x, random.Next(x.Rank)),
                12 => LogSoftmax(x),
                13 => Sum(Tanh(x), random.Next(x.Rank)),
                14 => Mean(Tanh(x)),
                15 => Max(x, random.Next(x.Rank)),
                16 => Min(x, random.Next(x.Rank)),
                17 => MatMul(Tanh(x), Transpose(Tanh(Any()))),
                18 => MatMul(Transpose(Tanh(x)), Tanh(Any())),
                19 => Transpose(x),
                20 => Reshape(x, [x.Shape.Elements]),
                21 => Slice(x, x.Rank - 1, 1, x.Shape[^1].Size, random.Next(1, 3)),
                22 => Gather(x, ArgMax(Variable())),
                _ => Concat(0, x, -x),
            };
            if (next.Shape.Resolve(Bound).ElementCount <= 40_000) pool.Add(next);
        }
        catch (Exception e) when (e is FunctionalException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            // An operation that does not fit these shapes is left out.
        }
    }

    Sizes Bound => Evaluator.Bind([.. pool.Take(7)], Values);
}
