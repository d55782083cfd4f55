namespace FunctionalDL.Ops;

/// <summary>
/// y = the convolution (cross-correlation) of x₀ with the kernel x₁, positions outside x₀ counting as 0:
/// <c>[batch, in, s…], [out, in/groups, k…] → [batch, out, p…]</c>, y[b, o, p] = Σ x₀[b, c, p·stride + k·dilation −
/// before]·x₁[o, c, k].
/// </summary>
sealed record ConvOp(Window Window, int Groups) : ConvolutionOp(Window, Groups)
{
    public override string Name => "Conv";

    private protected override Op Remake(AttributeMap a) => new ConvOp(Window.Remake(a), a.Of("groups", Groups));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        var (input, kernel) = (x[0].Shape, x[1].Shape);
        Check(x, kernel);
        if (input[1] != kernel[1] * Groups)
            throw Mismatch(
                $"the kernel takes {kernel[1] * Groups} channels and the input has {input[1]}",
                input,
                kernel,
                "The input is [batch, in, s…], the kernel [out, in/groups, k…].");
        return x[0] with { Shape = Shape.Of(input[0], kernel[0]).Concat(Window.Positions(Name, Spatial(input))) };
    }

    protected override (Shape X, Shape W, Shape Y) Roles(Shape a, Shape b, Shape result) => (a, b, result);

    protected override (int A, int B, int Result) Pick((int X, int W, int Y) offsets) => (offsets.X, offsets.W, offsets.Y);

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0
        ? new(new ConvInputGradientOp(Window, Groups, Spatial(y.Inputs[0].Shape)), g, y.Inputs[1])
        : new(new ConvKernelGradientOp(Window, Groups), y.Inputs[0], g);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => batched is [true, false] ? AsExamples(y, x, n) : null;

    // A third name is that of a bias.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        graph.Node("Conv", [x[0], graph.ApartFromPad(y.Inputs[1], x[1]), .. x[2..]], [.. Window.Onnx(), ("group", (long)Groups)]);
}
