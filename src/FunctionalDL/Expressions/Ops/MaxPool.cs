namespace FunctionalDL.Ops;

/// <summary>
/// y = the largest element under the window at each position: <c>[batch, channels, s…] → [batch, channels, p…]</c>; −∞ where the window is on none.
/// The gradient goes to the first of the largest elements.
/// </summary>
sealed record MaxPoolOp(Window Window) : MaxPoolingOp(Window)
{
    public override string Name => "MaxPool";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0] with { Shape = Pooled(x) };

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => Take(x[0], x[0], type.Shape, double.NegativeInfinity);

    internal override Expr? Vjp(int i, Expr y, Expr g) => new(new MaxPoolGradientOp(Window), y.Inputs[0], g);

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[0] is { } tangent ? new(new MaxPoolTangentOp(Window), y.Inputs[0], tangent) : null;

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("MaxPool", x, Window.Onnx());

    internal override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within)
    {
        var pooled = Pooled([new(x[0].DType, x[0].Shape)]);
        var (spatial, positions, largest) = (ConvolutionOp.Spatial(x[0].Shape), ConvolutionOp.Spatial(pooled), Largest(x[0], pooled));
        var (from, to, tied) = (spatial.ElementCount, positions.ElementCount, new SortedSet<int>());
        foreach (var (s, _, p) in Window.Overlaps(spatial, positions))
            for (var plane = 0; plane < pooled.Slice(0, 2).ElementCount; plane++)
                if (plane * from + s is var at && largest[plane * to + p] is >= 0 and var best && at != best && x[0].GetDouble(best) - x[0].GetDouble(at) <= within.Between(best, at))
                    tied.Add(plane * to + p);
        return tied.Select(element => (element, new NonSmooth(NonSmoothKind.Kink, "MaxPool has a kink where several elements under the window are the largest; the derivative goes to the first.")));
    }
}
