using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = the angle of the point (x₁, x₀) in [−π, π], for which tan y = x₀/x₁. Signs of zeros count, as IEEE 754 has it.
/// With r² = x₀² + x₁²: ∂y/∂x₀ = x₁/r², ∂y/∂x₁ = −x₀/r².
/// </summary>
sealed record Atan2Op : BinaryOp
{
    public override string Name => "Atan2";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0].DType.IsFloat() ? base.Infer(x)
        : throw WrongDType(x, "float32 or float64", "Cast both sides to a float.");

    protected override T Apply<T>(T a, T b) => T.CreateChecked(Math.Atan2(double.CreateChecked(a), double.CreateChecked(b)));

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) =>
        (i == 0 ? x[1] : -x[0]) / (Square(x[0]) + Square(x[1]));

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("atan2", x);

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within)
    {
        if (Math.Abs(x[0]) > within || x[1] > within) return null;
        return Math.Abs(x[1]) <= within
            ? new(NonSmoothKind.OutsideDomain, "The point (0, 0) has no angle; it is taken as 0 or ±π by the signs of the zeros.")
            : new(NonSmoothKind.Jump, "The angle jumps from −π to π where the first number is 0 and the second is below 0.");
    }

    // ONNX has arctan alone: of the slope, which is 0 where both are 0 and 1 where both are infinite, turned by the signs.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        string Number(double value) => graph.Constant(Tensor.Full(y.DType, Shape.Scalar, value));
        string IsNegative(string of)
        {
            var isZero = graph.Node("Equal", [of, Number(0)]);
            return graph.Node("Less", [graph.Node("Where", [isZero, graph.Node("Reciprocal", [of]), of]), Number(0)]);
        }
        string Both(string a, string b, double value) =>
            graph.Node("And", [graph.Node("Equal", [a, Number(value)]), graph.Node("Equal", [b, Number(value)])]);
        var (up, along) = (graph.Node("Abs", [x[0]]), graph.Node("Abs", [x[1]]));
        var ratio = graph.Node("Where", [Both(up, along, double.PositiveInfinity), Number(1), graph.Node("Div", [up, along])]);
        var slope = graph.Node("Where", [Both(up, along, 0), Number(0), ratio]);
        var acute = graph.Node("Atan", [slope]);
        var angle = graph.Node("Where", [IsNegative(x[1]), graph.Node("Sub", [Number(Math.PI), acute]), acute]);
        return graph.Node("Where", [IsNegative(x[0]), graph.Node("Neg", [angle]), angle]);
    }
}
