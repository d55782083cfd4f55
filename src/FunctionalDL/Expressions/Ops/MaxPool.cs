namespace FunctionalDL.Ops;

/// <summary>
/// y = the largest element under the window at each position: <c>[batch, channels, s…] → [batch, channels, p…]</c>. The gradient
/// goes to the first of the largest elements. A window on none is an error.
/// </summary>
sealed record MaxPoolOp(Window Window) : MaxPoolingOp(Window)
{
    public override string Name => "MaxPool";

    private protected override Op Remake(AttributeMap a) => new MaxPoolOp(Window.Remake(a));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0] with { Shape = Pooled(x) };

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0].Count > 0 || type.Shape.ElementCount == 0
        ? Take(x[0], Largest(x[0], type.Shape, tellsZerosApart: true), type.Shape, double.NegativeInfinity)
        : throw new TensorException($"MaxPool: {x[0].Describe()} has no elements under a window. Give at least one along each axis.");

    internal override Expr? Vjp(int i, Expr y, Expr g) => new(new MaxPoolGradientOp(Window), y.Inputs[0], y, g);

    private protected override Expr? Used(int i, Expr y) => MovedIfSteep(i, y);

    private protected override Func<int, Expr?> Through(Expr y, Expr mask) => Moved(y, mask);

    internal override Expr? Jvp(Expr y, Expr?[] t) =>
        t[0] is { } tangent ? new(new MaxPoolTangentOp(Window), y.Inputs[0], y, tangent) : null;

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var of = graph.ApartFromPad(y.Inputs[0], x[0]);
        if (!ReachesFar) return graph.Nodes("MaxPool", 2, [of], Window.Onnx())[0];
        long[] pads = [0, 0, .. Window.Before.ToLongs(), 0, 0, .. Window.After.ToLongs()];
        var least = graph.Constant(Tensor.Full(y.DType, Shape.Scalar, double.NegativeInfinity));
        var padded = graph.Apart(graph.Node("Pad", [of, graph.Constant(Tensor.Vector(pads)), least]));
        return graph.Nodes("MaxPool", 2, [padded], [("kernel_shape", Window.Sizes.ToLongs()), .. Window.OnnxSteps()])[0];
    }

    internal override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within) =>
        Tied(x[0], within)
            .Select(at =>
                (
                    at.Position,
                    new NonSmooth(
                        NonSmoothKind.Kink,
                        "MaxPool has a kink where several elements under the window are the largest; the derivative goes to the first.")));
}
