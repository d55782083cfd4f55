namespace FunctionalDL.Ops;

/// <summary>y = eˣ − 1, exact near 0, ∂y/∂x = y + 1.</summary>
sealed record Expm1Op : UnaryOp
{
    public override string Name => "Expm1";

    protected override T Apply<T>(T x) => SpecialValues.Expm1(x);

    protected override Expr? Partial(Expr x, Expr y) => y + 1;

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        graph.Node("Sub", [graph.Node("Exp", x), graph.Constant(Tensor.Full(y.DType, Shape.Scalar, 1))]);
}
