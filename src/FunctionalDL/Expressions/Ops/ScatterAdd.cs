using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>
/// y = zeros of size n along an axis, with the slices of x₁ added at the indices x₀: <c>integers [i…], [a…, i…, b…] → [a…,
/// n, b…]</c>. Slices at one index add up. An index outside 0 … n − 1 is an error. It is the transpose of Gather, which is its
/// derivative.
/// </summary>
sealed record ScatterAddOp(int Axis, Dim Size) : Op
{
    public override string Name => "ScatterAdd";

    internal override int? Arity => 2;

    private protected override Op Remake(AttributeMap a) => new ScatterAddOp(a.Of("axis", Axis), a.Of("size", Size));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (!x[0].DType.IsInteger()) throw WrongDType(x, "integers as indices first", "Cast the indices: indices.Cast(DType.Int64).");
        if (!x[1].DType.IsNumeric()) throw WrongDType(x, "numbers to add", "Cast the updates to a number.");
        var (indices, updates) = (x[0].Shape, x[1].Shape);
        if (Axis < 0 || updates.Rank < (long)Axis + indices.Rank || updates.Slice(Axis, Axis + indices.Rank) != indices)
            throw new ShapeException(
                $"ScatterAdd: updates {updates} do not have the indices' shape {indices} from axis {Axis} on. Reshape the updates.");
        return x[1] with { Shape = updates.Slice(0, Axis).Concat([Size]).Concat(updates.Slice(Axis + indices.Rank, updates.Rank)) };
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        type.DType.VisitNumbers<Scattered, Tensor>(new(this, x, type.Shape)).Cast(type.DType);

    readonly struct Scattered(ScatterAddOp op, Tensor[] x, Shape shape) : INumberVisitor<Tensor>
    {
        public Tensor Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var (axis, indices) = (op.Axis, GatherOp.Checked(op.Name, x[0], shape[op.Axis].Size));
            var (to, among, rank) = (shape.Strides(), x[0].Shape.Strides(), x[0].Shape.Rank);
            var result = new T[shape.ElementCount];
            var values = x[1].In<T>().Span;
            foreach (var (index, offset) in Layout.Indices(x[1].Shape))
            {
                var at = (int)indices.Span[Layout.Offset(index.AsSpan(axis, rank), among)];
                var into =
                    Layout.Offset(index.AsSpan(0, axis), to)
                    + at * to[axis]
                    + Layout.Offset(index.AsSpan(axis + rank), to.AsSpan(axis + 1));
                result[into] += values[offset];
            }
            return Tensor<T>.Adopt(shape, result);
        }
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0 ? null : new(new GatherOp(Axis), g, y.Inputs[0]);

    private protected override Func<int, Expr?> Through(Expr y, Expr mask) => Moved(y, mask);

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[1] is { } tangent ? new(this, y.Inputs[0], tangent) : null;

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n)
    {
        if (!batched[0]) return new(this with { Axis = Axis + 1 }, x);
        var rank = y.Inputs[0].Rank;
        var updates = AllBatched(x, batched, n)[1];

        // [n, a…, i…, b…] → [n, i…, a…, b…], added up in [n·size, a…, b…], → [n, a…, size, b…]
        var front = Functions.Transpose(
            updates,
            [
                0,
                .. Enumerable.Range(1 + Axis, rank),
                .. Enumerable.Range(1, Axis),
                .. Enumerable.Range(1 + Axis + rank, updates.Rank - 1 - Axis - rank),
            ]);
        var sum = Functions.ScatterAdd(GatherOp.Offset(x[0], n, Size), front, n * Size);
        var apart = Functions.Reshape(sum, sum.Shape.Remove(0).Insert(0, Size).Insert(0, n));
        return Functions.Transpose(apart, [0, .. Enumerable.Range(2, Axis), 1, .. Enumerable.Range(2 + Axis, apart.Rank - 2 - Axis)]);
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function("scatteradd", x, $"axis {Axis}", Size.ToString());

    // ScatterND adds along the leading axis: the scattered axis is brought there and back.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var (indices, updates) = (y.Inputs[0].Shape, y.Inputs[1].Shape);
        int[] order =
        [
            .. Enumerable.Range(Axis, indices.Rank),
            .. Enumerable.Range(0, Axis),
            .. Enumerable.Range(Axis + indices.Rank, updates.Rank - Axis - indices.Rank),
        ];
        var front = Axis == 0 ? x[1] : graph.Node("Transpose", [x[1]], ("perm", order.Select(a => (long)a).ToArray()));
        Shape leading = [Size, .. y.Shape.Remove(Axis)];
        var zeros = graph.Node("Expand", [graph.Constant(Tensor.Zeros(y.DType, Shape.Scalar)), graph.Shape(leading)]);
        var at = graph.Node("Unsqueeze", [x[0], graph.Constant(Tensor.Vector(-1L))]);
        var sum = graph.Node("ScatterND", [zeros, at, front], ("reduction", "add"));
        long[] back =
        [
            .. Enumerable.Range(1, Axis).Select(a => (long)a),
            0,
            .. Enumerable.Range(Axis + 1, y.Rank - Axis - 1).Select(a => (long)a),
        ];
        return Axis == 0 ? sum : graph.Node("Transpose", [sum], ("perm", back));
    }
}
