namespace FunctionalDL.Tests.Expressions;

/// <summary>
/// Steps of loops over time made of random operations on two carried values, an element, and parameters that do not change.
/// </summary>
static class RandomLoops
{
    public const int Width = 4;

    public static readonly Expr X = Of("x", "time", "batch", 3), H = Of("h", "batch", Width), C = Of("c", "batch", Width),
        W = Of("w", Width, Width), V = Of("v", 3, Width), B = Of("b", Width);

    static Expr Of(string name, params Dim[] shape) => Expr.Variable(name, Shape.Of(shape), DType.Float64);

    public static TensorSet Values(int seed, int time, int batch, DType dtype)
    {
        var sizes = Sizes.None.With("time", time).With("batch", batch);
        return TensorSet.Of([
            .. new[] { X, H, C, W, V, B }.Select(
                (e, i) =>
                    (
                        e.VariableName!,
                        Key.Of(seed).Fold(i).Uniform(e.Shape.Resolve(sizes), DType.Float64).As<double>().Map(u => 2 * u - 1).Cast(dtype))),
        ]);
    }

    /// <summary>Some have gates cut from a wider product, some mix examples of a batch, some use a matrix twice.</summary>
    public static Func<Expr[], Expr, Expr[]> Step(int seed) =>
        (h, x) =>
        {
            var random = new Random(seed);
            var values = new List<Expr> { h[0], h[1], MatMul(x, V), Broadcast(B, h[0].Shape) };
            Expr Any() => values[random.Next(values.Count)];
            for (var i = 0; i < 6; i++)
                values.Add(
                    random.Next(9) switch
                    {
                        0 or 1 => MatMul(Any(), W),
                        2 => MatMul(Any(), Transpose(W)),
                        3 => Tanh(Any() + Any()),
                        4 => Sigmoid(Any()) * Any(),
                        5 => Any() + B,
                        6 => Slice(MatMul(Concat(1, Any(), x), Concat(0, W, V)) + Broadcast(B, h[0].Shape), 1, 1, 3) is var cut
                            ? Concat(1, cut, Tanh(cut))
                            : cut,
                        7 => Any() * MeanKeep(Any(), random.Next(2)),
                        _ => Gather(Transpose(Any()), Range(Width)) is var rows ? Transpose(rows) : rows,
                    });
            return [Tanh(values[^1]), Sin(values[^2] + values[^1] * 0.5)];
        };
}
