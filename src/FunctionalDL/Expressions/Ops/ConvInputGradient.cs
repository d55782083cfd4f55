namespace FunctionalDL.Ops;

/// <summary>
/// The transpose of <see cref="ConvOp"/> in its input, a transposed convolution: each element of x₀ adds its multiple of the kernel x₁
/// where the convolution would read: <c>[batch, out, p…], [out, in/groups, k…] → [batch, in, s…]</c>. Several sizes s… have the
/// same positions p…, so s… is given.
/// </summary>
sealed record ConvInputGradientOp(Window Window, int Groups, Shape Size) : ConvolutionOp(Window, Groups)
{
    public override string Name => "ConvInputGradient";

    private protected override Op Remake(AttributeMap a) =>
        new ConvInputGradientOp(Window.Remake(a), a.Of("groups", Groups), a.Of("size", Size));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        var (gradient, kernel) = (x[0].Shape, x[1].Shape);
        Check(x, kernel);
        if (gradient[1] != kernel[0])
            throw Mismatch(
                $"the kernel has {kernel[0]} outputs and the first input {gradient[1]} channels",
                gradient,
                kernel,
                "They are [batch, out, p…] and [out, in/groups, k…].");
        if (Size.Rank != Window.Rank)
            throw Mismatch($"{Size} are not the sizes of {Window.Rank} axes", gradient, kernel, "Give one size for each.");
        if (Window.Positions(Name, Size) is var positions && positions != Spatial(gradient))
            throw Mismatch(
                $"{Size} has {positions} window positions, not {Spatial(gradient)}",
                gradient,
                kernel,
                "Change the output padding.");
        return x[0] with { Shape = Shape.Of(gradient[0], kernel[1] * Groups).Concat(Size) };
    }

    protected override (Shape X, Shape W, Shape Y) Roles(Shape a, Shape b, Shape result) => (result, b, a);

    protected override (int A, int B, int Result) Pick((int X, int W, int Y) offsets) => (offsets.Y, offsets.W, offsets.X);

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0
        ? new(new ConvOp(Window, Groups), g, y.Inputs[1])
        : new(new ConvKernelGradientOp(Window, Groups), g, y.Inputs[0]);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => batched is [true, false] ? AsExamples(y, x, n) : null;

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var positions = Spatial(y.Inputs[0].Shape);
        long Missing(Dim size, int axis) =>
            (size - (positions[axis] - 1) * Window.Strides[axis] - Window.Extent(axis) + Window.Before[axis] + Window.After[axis]).Size;
        return graph.Node(
            "ConvTranspose",
            x,
            [.. Window.Onnx(), ("group", (long)Groups), ("output_padding", Size.Select(Missing).ToArray())]);
    }
}
