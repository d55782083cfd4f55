namespace FunctionalDL.Ops;

/// <summary>
/// y = zeros, with each element of x₁ added where x₀ has its largest element under the window at that position:
/// <c>[batch, channels, s…], [batch, channels, p…] → [batch, channels, s…]</c>. It is linear in x₁, and the transpose of <see cref="MaxPoolTangentOp"/>.
/// </summary>
sealed record MaxPoolGradientOp(Window Window) : MaxPoolingOp(Window)
{
    public override string Name => "MaxPoolGradient";

    internal override int? Arity => 2;

    private protected override Op Remake(AttributeMap a) => new MaxPoolGradientOp(Window.Remake(a));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => Pooled(x) is var pooled && pooled == x[1].Shape ? x[0]
        : throw new ShapeException($"MaxPoolGradient: pooling {x[0].Shape} gives {pooled}, the gradient is {x[1].Shape}. Give one of the pooled shape.");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var largest = Largest(x[0], x[1].Shape);
        var result = new double[type.Shape.ElementCount];
        for (var i = 0; i < largest.Length; i++)
            if (largest[i] >= 0) result[largest[i]] += x[1].GetDouble(i);
        return Tensor<double>.Adopt(type.Shape, result).Cast(type.DType);
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0 ? null : new(new MaxPoolTangentOp(Window), y.Inputs[0], g);

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[1] is { } tangent ? new(this, y.Inputs[0], tangent) : null;

    internal override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within) => Tied(x[0], within).Select(at => (at.Element, Jump));

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("Reshape",
        [graph.Node("ScatterND", [Zeros(graph, y), OnnxLargest(graph, x[0]), Flat(graph, x[1])], ("reduction", "add")), graph.Shape(y.Shape)], ("allowzero", 1L));

    static string Zeros(IOnnxGraph graph, Expr y) =>
        graph.Node("Expand", [graph.Constant(Tensor.Zeros(y.DType, Shape.Scalar)), graph.Shape([y.Shape.Elements])]);
}
