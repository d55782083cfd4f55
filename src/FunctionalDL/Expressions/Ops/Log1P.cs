namespace FunctionalDL.Ops;

/// <summary>y = ln(1 + x), exact near 0, ∂y/∂x = 1/(1 + x). −∞ at −1, NaN below.</summary>
sealed record Log1POp : UnaryOp
{
    public override string Name => "Log1P";

    protected override T Apply<T>(T x) => SpecialValues.Log1P(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 / (1 + x);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        graph.Node("Log", [graph.Node("Add", [x[0], graph.Constant(Tensor.Full(y.DType, Shape.Scalar, 1))])]);
}
