namespace FunctionalDL.Ops;

/// <summary>
/// y = the elements of x₂ from where x₀ has its largest element x₁ under the window at each position, 0 where the window is on none:
/// <c>[batch, channels, s…], [batch, channels, p…], [batch, channels, s…] → [batch, channels, p…]</c>. It is linear in x₂, and
/// the transpose of
/// <see cref="MaxPoolGradientOp"/>.
/// </summary>
sealed record MaxPoolTangentOp(Window Window) : MaxPoolingOp(Window)
{
    public override string Name => "MaxPoolTangent";

    internal override int? Arity => 3;

    private protected override Op Remake(AttributeMap a) => new MaxPoolTangentOp(Window.Remake(a));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        CheckLargest(x);
        return x[0].Shape == x[2].Shape ? x[1]
            : throw new ShapeException($"MaxPoolTangent: {x[0].Shape} and {x[2].Shape} differ. Give a tangent of the input's shape.");
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => Take(x[2], Largest(x[0], type.Shape), type.Shape, 0);

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 2 ? new(new MaxPoolGradientOp(Window), y.Inputs[0], y.Inputs[1], g) : null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[2] is { } tangent ? new(this, y.Inputs[0], y.Inputs[1], tangent) : null;

    internal override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within) =>
        Tied(x[0], within).Select(at => (at.Position, Jump));

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("Reshape",
        [graph.Node("GatherND", [Flat(graph, x[2]), OnnxLargest(graph, x[0])]), graph.Shape(y.Shape)], ("allowzero", 1L));
}
