namespace FunctionalDL.Ops;

/// <summary>
/// y = zeros, with each element of x₂ added where x₀ has its largest element x₁ under the window at that position:
/// <c>[batch, channels, s…], twice [batch, channels, p…] → [batch, channels, s…]</c>. It is linear in x₂, and the transpose of
/// <see cref="MaxPoolTangentOp"/>.
/// </summary>
sealed record MaxPoolGradientOp(Window Window) : MaxPoolingOp(Window)
{
    public override string Name => "MaxPoolGradient";

    internal override int? Arity => 3;

    private protected override Op Remake(AttributeMap a) => new MaxPoolGradientOp(Window.Remake(a));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        CheckLargest(x);
        return x[2].Shape == x[1].Shape
            ? x[0]
            : throw new ShapeException(
                $"MaxPoolGradient: pooling {x[0].Shape} gives {x[1].Shape}, the gradient is {x[2].Shape}. Give one of the pooled shape.");
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var largest = Largest(x[0], x[1].Shape);
        var result = new double[type.Shape.ElementCount];
        for (var i = 0; i < largest.Length; i++)
            if (largest[i] >= 0) result[largest[i]] += x[2].GetDouble(i);
        return Tensor<double>.Adopt(type.Shape, result).Cast(type.DType);
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 2 ? new(new MaxPoolTangentOp(Window), y.Inputs[0], y.Inputs[1], g) : null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[2] is { } tangent ? new(this, y.Inputs[0], y.Inputs[1], tangent) : null;

    internal override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within) =>
        Tied(x[0], within).Select(at => (at.Element, Jump));

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        graph.Node(
            "Reshape",
            [
                graph.Node("ScatterND", [Zeros(graph, y), OnnxLargest(graph, x[0]), Flat(graph, x[2])], ("reduction", "add")),
                graph.Shape(y.Shape),
            ],
            ("allowzero", 1L));

    static string Zeros(IOnnxGraph graph, Expr y) =>
        graph.Node("Expand", [graph.Constant(Tensor.Zeros(y.DType, Shape.Scalar)), graph.Shape([y.Shape.Elements])]);
}
