namespace FunctionalDL.Ops;

/// <summary>y = eˣ − 1, exact near 0, ∂y/∂x = y + 1.</summary>
sealed record Expm1Op : UnaryOp
{
    public override string Name => "Expm1";

    protected override T Apply<T>(T x) => SpecialValues.Expm1(x);

    protected override Expr? Partial(Expr x, Expr y) => y + 1;

    // eˣ − 1 = tanh(x/2)·(eˣ + 1), which cancels nothing near 0.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        string Constant(double value) => graph.Constant(Tensor.Full(y.DType, Shape.Scalar, value));
        return graph.Node(
            "Mul",
            [graph.Node("Tanh", [graph.Node("Mul", [x[0], Constant(0.5)])]), graph.Node("Add", [graph.Node("Exp", x), Constant(1)])]);
    }
}
