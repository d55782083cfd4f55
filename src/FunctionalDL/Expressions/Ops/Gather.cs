namespace FunctionalDL.Ops;

/// <summary>
/// y = the slices of x₀ at the indices x₁ along an axis: <c>[a…, n, b…], integers [i…] → [a…, i…, b…]</c>. An index
/// outside 0 … n − 1 is an error. The derivative with respect to x₀ adds each slice back where it came from.
/// </summary>
sealed record GatherOp(int Axis) : Op
{
    public override string Name => "Gather";

    internal override int? Arity => 2;

    private protected override Op Remake(AttributeMap a) => new GatherOp(a.Of("axis", Axis));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (!x[1].DType.IsInteger()) throw WrongDType(x, "integers as indices", "Cast the indices: indices.Cast(DType.Int64).");
        var shape = x[0].Shape;
        CheckAxis(Axis, shape);
        return x[0] with { Shape = shape.Slice(0, Axis).Concat(x[1].Shape).Concat(shape.Slice(Axis + 1, shape.Rank)) };
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var indices = Checked(Name, x[1], x[0].Shape[Axis].Size);
        var (from, among, rank) = (x[0].Shape.Strides(), x[1].Shape.Strides(), x[1].Shape.Rank);
        return Layout.Pick(
            x[0],
            type.Shape,
            index =>
            {
                var at = (int)indices.Span[Layout.Offset(index.AsSpan(Axis, rank), among)];
                return Layout.Offset(index.AsSpan(0, Axis), from)
                    + at * from[Axis]
                    + Layout.Offset(index.AsSpan(Axis + rank), from.AsSpan(Axis + 1));
            });
    }

    /// <summary>The indices, once all are known to be in range.</summary>
    internal static Tensor<long> Checked(string op, Tensor indices, int size)
    {
        var values = indices.In<long>();
        var at = size > 0 ? values.Span.IndexOfAnyExceptInRange(0, size - 1) : values.Count - 1;
        return at < 0
            ? values
            : throw new TensorException(
                $"{op}: index {values.Span[at]} at position {at} of {indices.Describe()} is outside 0 to {size - 1}. Check the labels or "
                    + "the vocabulary."
            );
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 1 ? null
        : new(new ScatterAddOp(Axis, y.Inputs[0].Shape[Axis]), y.Inputs[1], g);

    private protected override Expr? Used(int i, Expr y) => MovedIfSteep(i, y);

    private protected override Func<int, Expr?> Through(Expr y, Expr mask) => Moved(y, mask);

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[0] is { } tangent ? new(this, tangent, y.Inputs[1]) : null;

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n)
    {
        if (!batched[1]) return new(new GatherOp(Axis + 1), x);
        var (rank, size) = (y.Inputs[1].Rank, y.Inputs[0].Shape[Axis]);
        if (!batched[0])
        {
            // [a…, n, i…, b…] → [n, a…, i…, b…]
            var all = new Expr(this, x);
            return Functions.Transpose(all, [Axis, .. Enumerable.Range(0, Axis), .. Enumerable.Range(Axis + 1, all.Rank - Axis - 1)]);
        }

        // Every slice's elements in one axis of n·size: [n, a…, size, b…] → [n·size, a…, b…], gathered to
        // [n, i…, a…, b…].
        var source = Functions.Transpose(
            x[0],
            [0, Axis + 1, .. Enumerable.Range(1, Axis), .. Enumerable.Range(Axis + 2, x[0].Rank - Axis - 2)]);
        source = Functions.Reshape(source, source.Shape.Slice(2, source.Rank).Insert(0, n * size));
        var gathered = Functions.Gather(source, Offset(x[1], n, size));
        return Functions.Transpose(
            gathered,
            [
                0,
                .. Enumerable.Range(1 + rank, Axis),
                .. Enumerable.Range(1, rank),
                .. Enumerable.Range(1 + rank + Axis, gathered.Rank - 1 - rank - Axis),
            ]);
    }

    /// <summary>
    /// Indices within each slice as indices into all slices one after another. Gathered from a range, they are known to be within their
    /// slice.
    /// </summary>
    internal static Expr Offset(Expr indices, Dim n, Dim size)
    {
        Shape column = [n, .. Enumerable.Repeat((Dim)1, indices.Rank - 1)];
        return Functions.Gather(Functions.Range(size), indices)
            + Functions.Reshape(Functions.Range(n) * Functions.SizeOf(size, DType.Int64), column);
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("gather", x, $"axis {Axis}");

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("Gather", x, ("axis", (long)Axis));
}
