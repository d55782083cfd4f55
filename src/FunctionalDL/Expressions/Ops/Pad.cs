namespace FunctionalDL.Ops;

/// <summary>
/// y = x along one axis with <c>Before</c> and <c>After</c> elements of a value around it and <c>Between</c> between each two of its
/// elements:
/// <c>[…, n, …] → […, before + n + (n − 1)·between + after, …]</c>. Its derivative takes the elements of x out again.
/// </summary>
sealed record PadOp(int Axis, Dim Before, Dim After, int Between, double Value) : LinearOp
{
    public override string Name => "Pad";

    private protected override Op Remake(AttributeMap a) =>
        new PadOp(a.Of("axis", Axis), a.Of("before", Before), a.Of("after", After), a.Of("between", Between), a.Of("value", Value));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (Before.IsNegative || Between < 0 || After.IsNegative)
            throw new ShapeException(
                $"Pad: {Before} before, {Between} between and {After} after axis {Axis} of {x[0].Shape}: none can be negative. Slice to "
                    + "remove elements."
            );
        if (Between == int.MaxValue)
            throw new ShapeException(
                $"Pad: {Between} zeros between the elements of axis {Axis} of {x[0].Shape} are more than an axis can have. Use fewer.");
        // An error where the dtype does not hold the value.
        if (x[0].DType.IsInteger()) Tensor.Full(x[0].DType, Shape.Scalar, Value);
        var n = x[0].Shape[Axis];
        return x[0] with { Shape = x[0].Shape.With(Axis, Before + (n == 0 ? 0 : n + (n - 1) * Between) + After) };
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        // Fewer than no elements after the last are an error of the sizes, and none of the elements is left out.
        After.Resolve(sizes);
        var (n, strides, step, before) = (x[0].Shape[Axis].Size, x[0].Shape.Strides(), Between + 1, Before.Resolve(sizes).Size);
        return Layout.Pick(x[0], type.Shape, index =>
        {
            var at = index[Axis] - before;
            if (at < 0 || at % step != 0 || at / step >= n) return -1;
            return Layout.Offset(index, strides) - index[Axis] * strides[Axis] + at / step * strides[Axis];
        }, Value);
    }

    protected override Op Tangent => this with { Value = 0 };

    internal override Expr? Vjp(int i, Expr y, Expr g) => new(new SliceOp(Axis, Before, y.Inputs[0].Shape[Axis], Between + 1), g);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(this with { Axis = Axis + 1 }, x);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function(
            "pad",
            x,
            [
                $"axis {Axis}",
                $"{Before}:{After}",
                .. Between == 0 ? [] : new[] { $"between {Between}" },
                .. Value == 0 ? [] : new[] { FormattableString.Invariant($"value {Value:R}") },
            ]);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var rank = y.Shape.Rank;
        var value = graph.Constant(Tensor.Full(y.DType, Shape.Scalar, Value));
        var data = x[0];
        if (Between > 0)
        {
            // A new axis after the padded one gets the elements between; merged, it leaves one run of them too many at the end.
            var n = y.Inputs[0].Shape[Axis];
            data = graph.Node("Unsqueeze", [data, graph.Constant(Tensor.Vector(Axis + 1L))]);
            var pads = new long[2 * (rank + 1)];
            pads[rank + 1 + Axis + 1] = Between;
            data = graph.Node("Pad", [data, graph.Constant(Tensor.Vector(pads)), value]);
            data = graph.Node("Reshape", [data, graph.Shape(y.Inputs[0].Shape.With(Axis, n * (Between + 1)))], ("allowzero", 1L));
            data = graph.Node(
                "Slice",
                [
                    data,
                    graph.Constant(Tensor.Vector(0L)),
                    graph.Shape([n == 0 ? 0 : n * (Between + 1) - Between]),
                    graph.Constant(Tensor.Vector((long)Axis)),
                ]);
        }
        var around = new Dim[2 * rank];
        Array.Fill(around, 0);
        (around[Axis], around[rank + Axis]) = (Before, After);
        return graph.Node("Pad", [data, graph.Shape(Shape.Of(around)), value]);
    }

    // Padding with −0 gives other bits than padding with 0.
    public bool Equals(PadOp? other) => other is not null && (Axis, Before, After, Between, BitConverter.DoubleToInt64Bits(Value))
        == (other.Axis, other.Before, other.After, other.Between, BitConverter.DoubleToInt64Bits(other.Value));

    public override int GetHashCode() => HashCode.Combine(Axis, Before, After, Between, Value);
}
