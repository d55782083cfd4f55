namespace FunctionalDL.Ops;

/// <summary>y = ln(1 + x), exact near 0, ∂y/∂x = 1/(1 + x). −∞ at −1, NaN below.</summary>
sealed record Log1POp : UnaryOp
{
    public override string Name => "Log1P";

    protected override T Apply<T>(T x) => SpecialValues.Log1P(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 / (1 + x);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => Onnx(graph, y.DType, x[0]);

    // With u the rounded 1 + x, ln u − ((u − 1) − x)/u takes the rounding out again, which matters where |x| < 1.
    internal static string Onnx(IOnnxGraph graph, DType dtype, string x)
    {
        var one = graph.Constant(Tensor.Full(dtype, Shape.Scalar, 1));
        var u = graph.Node("Add", [x, one]);
        var ln = graph.Node("Log", [u]);
        var rounding = graph.Node("Div", [graph.Node("Sub", [graph.Node("Sub", [u, one]), x]), u]);
        return graph.Node("Where", [graph.Node("Less", [graph.Node("Abs", [x]), one]), graph.Node("Sub", [ln, rounding]), ln]);
    }

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within)
    {
        if (x[0] > within - 1) return null;
        if (x[0] < -1) return new(NonSmoothKind.OutsideDomain, "ln(1 + x) has no value below −1.");
        return new(NonSmoothKind.Pole, "ln(1 + x) is −∞ at −1.");
    }
}
