using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), ∂y/∂x = σ(x). A primitive because that stable form, differentiated, is wrong at 0.
/// </summary>
sealed record SoftplusOp : UnaryOp
{
    public override string Name => "Softplus";

    protected override T Apply<T>(T x) => T.Max(x, T.Zero) + SpecialValues.Log1P(T.Exp(-T.Abs(x)));

    protected override Expr? Partial(Expr x, Expr y) => Sigmoid(x);

    // In float64, OnnxRuntime's Softplus is infinite above 709.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        y.DType == DType.Float32
            ? base.ToOnnx(graph, y, x)
            : graph.Node(
                "Add",
                [
                    graph.Node("Max", [x[0], graph.Constant(Tensor.Full(y.DType, Shape.Scalar, 0))]),
                    Log1POp.Onnx(graph, y.DType, graph.Node("Exp", [graph.Node("Neg", [graph.Node("Abs", x)])])),
                ]);
}
