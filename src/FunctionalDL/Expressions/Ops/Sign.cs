namespace FunctionalDL.Ops;

/// <summary>y = −1, 0 or 1 as x is below, at or above 0; NaN for NaN. Its derivative is taken as 0, also at the jump.</summary>
sealed record SignOp : NumericUnaryOp
{
    public override string Name => "Sign";

    protected override T Apply<T>(T x)
    {
        if (x > T.Zero) return T.One;
        return x < T.Zero ? -T.One : x;
    }

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => null;

    // OnnxRuntime to 1.31 takes the first of the lower 32 bits of an int64 as a sign, too.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        if (y.DType.IsFloat()) return base.ToOnnx(graph, y, x);
        var zero = graph.Constant(Tensor.Zeros(y.DType, Shape.Scalar));
        string Cast(string truth) => graph.Node("Cast", [truth], ("to", y.DType));
        return graph.Node("Sub", [Cast(graph.Node("Less", [zero, x[0]])), Cast(graph.Node("Less", [x[0], zero]))]);
    }

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) => Math.Abs(x[0]) <= within
        ? new(NonSmoothKind.Jump, "sign x jumps at 0; the derivative is taken as 0.") : null;
}
