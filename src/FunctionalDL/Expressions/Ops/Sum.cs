namespace FunctionalDL.Ops;

/// <summary>
/// y = Σ x over the axes, 0 over no elements, and −0 where all are −0, as additions have it. ∂y/∂x = 1: the gradient is repeated
/// along the axes.
/// </summary>
sealed record SumOp(Axes Axes) : ReduceOp(Axes)
{
    public override string Name => "Sum";

    private protected override Op Remake(AttributeMap a) => new SumOp(a.Of("axes", Axes));

    protected override double Start => -0.0;

    protected override double? OfNone => 0;

    protected override T Combine<T>(T sum, T x) => sum + x;

    internal override Expr? Vjp(int i, Expr y, Expr g) => Spread(g, y.Inputs[0].Shape);

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[0] is { } tangent ? new(this, tangent) : null;

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => Onnx(graph, "ReduceSum", x[0]);
}
