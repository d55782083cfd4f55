namespace FunctionalDL.Ops;

/// <summary>y = ln(1 + x), exact near 0, ∂y/∂x = 1/(1 + x). −∞ at −1, NaN below.</summary>
sealed record Log1POp : UnaryOp
{
    public override string Name => "Log1P";

    protected override T Apply<T>(T x) => SpecialValues.Log1P(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 / (1 + x);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        graph.Node("Log", [graph.Node("Add", [x[0], graph.Constant(Tensor.Full(y.DType, Shape.Scalar, 1))])]);

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) => x[0] > within - 1 ? null
        : x[0] < -1 ? new(NonSmoothKind.OutsideDomain, "ln(1 + x) has no value below −1.") : new(NonSmoothKind.Pole, "ln(1 + x) is −∞ at −1.");
}
