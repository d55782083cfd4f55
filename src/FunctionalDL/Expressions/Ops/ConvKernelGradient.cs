namespace FunctionalDL.Ops;

/// <summary>
/// The transpose of <see cref="ConvOp"/> in its kernel: each kernel element's sum, over the positions, of what it read in x₀ times x₁
/// there:
/// <c>[batch, in, s…], [batch, out, p…] → [out, in/groups, k…]</c>.
/// </summary>
sealed record ConvKernelGradientOp(Window Window, int Groups) : ConvolutionOp(Window, Groups)
{
    public override string Name => "ConvKernelGradient";

    private protected override Op Remake(AttributeMap a) => new ConvKernelGradientOp(Window.Remake(a), a.Of("groups", Groups));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        var (input, gradient) = (x[0].Shape, x[1].Shape);
        if (input.Rank < 2 || gradient.Rank < 2 || Groups < 1 || input[1].DivideExactly(Groups) is not { } inputs)
            throw Mismatch("the groups do not divide the channels", input, gradient, "They are [batch, in, s…] and [batch, out, p…].");
        Shape kernel = [gradient[1], inputs, .. Window.Sizes.Select(n => (Dim)n)];
        Check(x, kernel);
        if (input[0] != gradient[0] || Window.Positions(Name, Spatial(input)) != Spatial(gradient))
            throw Mismatch(
                $"the input has {input[0]} examples of {Window.Positions(Name, Spatial(input))} window positions",
                input,
                gradient,
                "They are [batch, in, s…] and [batch, out, p…].");
        return x[0] with { Shape = kernel };
    }

    protected override (Shape X, Shape W, Shape Y) Roles(Shape a, Shape b, Shape result) => (a, result, b);

    protected override (int A, int B, int Result) Pick((int X, int W, int Y) offsets) => (offsets.X, offsets.Y, offsets.W);

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0
        ? new(new ConvInputGradientOp(Window, Groups, Spatial(y.Inputs[0].Shape)), y.Inputs[1], g)
        : new(new ConvOp(Window, Groups), y.Inputs[0], g);

    // A convolution in which channels and batch change places, as do strides and dilations; the kernel is x₁. Groups stay groups: each
    // takes
    // its own examples. Positions that the strides leave over make the result too large at the end.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var (input, gradient) = (y.Inputs[0].Shape, y.Inputs[1].Shape);
        var (batch, inputs, spatial) = (input[0], y.Shape[1], Spatial(input));
        long[] space = [.. Enumerable.Range(2, Window.Rank).Select(axis => (long)axis)];
        var data = x[0];
        if (Groups > 1)
            data = graph.Node("Reshape", [data, graph.Shape(Shape.Of(batch, Groups, inputs).Concat(spatial))], ("allowzero", 1L));
        data = graph.Node("Transpose", [data], ("perm", Groups > 1 ? [2, 1, 0, .. space.Select(a => a + 1)] : (long[])[1, 0, .. space]));
        if (Groups > 1)
            data = graph.Node("Reshape", [data, graph.Shape(Shape.Of(inputs, batch * Groups).Concat(spatial))], ("allowzero", 1L));
        var kernel = graph.ApartFromPad(y.Inputs[1], graph.Node("Transpose", [x[1]], ("perm", (long[])[1, 0, .. space])));
        var result = graph.Node(
            "Conv",
            [data, kernel],
            ("strides", Window.Dilations.ToLongs()),
            ("dilations", Window.Strides.ToLongs()),
            ("pads", Window.Before.Concat(Window.After).Select(n => (long)n).ToArray()),
            ("group", (long)Groups));
        result = graph.Node(
            "Slice",
            [
                result,
                graph.Constant(Tensor.Vector(new long[Window.Rank])),
                graph.Constant(Tensor.Vector(Window.Sizes.ToLongs())),
                graph.Constant(Tensor.Vector(space)),
            ]);
        return graph.Node("Transpose", [result], ("perm", (long[])[1, 0, .. space]));
    }
}
