namespace FunctionalDL.Ops;

/// <summary>
/// y = <c>Size</c> elements of x along one axis, from <c>Start</c> on, every <c>Step</c>-th: <c>[…, n, …] → […, size, …]</c>.
/// Its derivative pads with zeros.
/// </summary>
sealed record SliceOp(int Axis, Dim Start, Dim Size, int Step) : LinearOp
{
    public override string Name => "Slice";

    private protected override Op Remake(AttributeMap a) =>
        new SliceOp(a.Of("axis", Axis), a.Of("start", Start), a.Of("size", Size), a.Of("step", Step));

    /// <summary>One past the last element taken.</summary>
    Dim End => Start + (Size - 1) * Step + 1;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        var n = x[0].Shape[Axis];
        if (Start.IsNegative || Step < 1 || Size.IsNegative)
            throw new ShapeException(
                $"Slice: start {Start}, size {Size} and step {Step} of axis {Axis} of {x[0].Shape}: start and size cannot be negative "
                    + "and a step is 1 or more."
            );
        if (Size != 0 && (n - End).IsNegative)
            throw new ShapeException(
                $"Slice: from {Start} to {End - 1} is outside axis {Axis} of {x[0].Shape}, which has {n} elements. Take fewer.");
        return x[0] with { Shape = x[0].Shape.With(Axis, Size) };
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var n = x[0].Shape[Axis].Size;
        if (type.Shape[Axis].Size > 0 && (n - End.Resolve(sizes)).IsNegative)
            throw new ShapeException(
                $"Slice: from {Start} to {End.Resolve(sizes) - 1} is outside axis {Axis} of {x[0].Shape}, which has {n} elements. Take "
                    + "fewer."
            );
        var strides = x[0].Shape.Strides();
        var start = Start.Resolve(sizes).Size * strides[Axis];
        // One element has no next, however far away that would be.
        strides[Axis] = type.Shape[Axis].Size > 1 ? checked(strides[Axis] * Step) : 0;
        return Layout.Pick(x[0], type.Shape, index => start + Layout.Offset(index, strides));
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => Size == 0
        ? Functions.ZerosLike(y.Inputs[0])
        : new(new PadOp(Axis, Start, y.Inputs[0].Shape[Axis] - End, Step - 1, 0), g);

    private protected override Expr? Used(int i, Expr y) => MovedIfSteep(i, y);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(this with { Axis = Axis + 1 }, x);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function("slice", x, $"axis {Axis}", $"{Start}:{End}{(Step == 1 ? "" : $":{Step}")}");

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        graph.Node(
            "Slice",
            [
                x[0],
                graph.Shape([Start]),
                graph.Shape([Size == 0 ? Start : End]),
                graph.Constant(Tensor.Vector((long)Axis)),
                graph.Constant(Tensor.Vector((long)Step)),
            ]);
}
