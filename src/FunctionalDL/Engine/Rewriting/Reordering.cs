using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Engine;

/// <summary>
/// Rules that use that ops on rows commute: a product of rows gathered from a smaller table is the product of the table, gathered;
/// likewise backwards, where rows are added up before their product is taken; and pads that fill an axis together are a concatenation.
/// The values are the same up to rounding.
/// </summary>
/// <remarks>
/// They come from two workloads. Characters, one-hot or embedded, before a recurrent or dense layer: of a table of t rows and n indices,
/// n·k·m multiplications become t·k·m, both ways; 65 rows for 1,024 indices in lstm-chars. The gates of an LSTM, slices of one
/// product: each gate is computed and differentiated by itself, so that no element is read for the other three, and the gradient of the
/// slices is one array instead of the sum of four padded ones.
/// </remarks>
static class Reordering
{
    public static Expr[] Apply(IReadOnlyCollection<Expr> outputs, Sizes sizes)
    {
        var apart = TakenApart(outputs, sizes);
        return Graph.Rebuild(outputs, (node, x) =>
        {
            if (node.Op is not SliceOp slice) return Rewrite(node, x, sizes);
            if (!apart.Contains(node.Inputs[0]) || x[0].Op is not ElementwiseOp) return Sliced(slice, x[0], sizes);
            return new(x[0].Op, [.. x[0].Inputs.Select(e => Sliced(slice, e, sizes) ?? new(slice, e))]);
        });
    }

    /// <summary>Elementwise results of which only slices are used, and no element twice: they are computed slice by slice.</summary>
    static HashSet<Expr> TakenApart(IReadOnlyCollection<Expr> outputs, Sizes sizes)
    {
        var whole = new HashSet<Expr>(outputs);
        var sliced = new Dictionary<Expr, long>();
        foreach (var node in Graph.TopologicalOrder(outputs))
            if (node.Op is SliceOp)
                sliced[node.Inputs[0]] = sliced.GetValueOrDefault(node.Inputs[0]) + node.Shape.Resolve(sizes).ElementCount;
            else
                whole.UnionWith(node.Inputs);
        return
        [
            .. sliced
                .Where(s => s.Key.Op is ElementwiseOp && !whole.Contains(s.Key) && s.Value <= s.Key.Shape.Resolve(sizes).ElementCount)
                .Select(s => s.Key),
        ];
    }

    static Expr? Rewrite(Expr node, Expr[] x, Sizes sizes) =>
        node.Op switch
        {
            AddOp => Filled(x),
            TransposeOp op when x[0] is { Op: GatherOp { Axis: 0 } } rows && IndexOrder(op, rows.Inputs[1].Rank) is { } order => Gather(
                rows.Inputs[0],
                Transpose(rows.Inputs[1], order)),
            MatMulOp when Gathered(x[0]) is var (table, indices) && IsSmaller(table, indices, sizes) => Reshape(
                Gather(MatMul(table, x[1]), indices),
                node.Shape),
            MatMulOp
                when x[0].Op is TransposeOp
                    && x[0].Rank == 2
                    && Gathered(x[0].Inputs[0]) is var (table, indices)
                    && IsSmaller(table, indices, sizes) => MatMul(Transpose(OnlyUsed(indices, table)), AddedUp(table, indices, x[1])),
            ScatterAddOp { Axis: 0 } when x[1] is { Op: TransposeOp op } && IndexOrder(op, x[0].Rank) is { } order => new(
                node.Op,
                Transpose(x[0], [.. new TransposeOp([.. order]).Inverse]),
                x[1].Inputs[0]),
            ScatterAddOp { Axis: 0 }
                when node.Rank == 2
                    && Unshaped(x[1]) is { Op: MatMulOp, Rank: 2 } product
                    && product.Shape[1] == node.Shape[1]
                    && IsSmaller(node, x[0], sizes) => OnlyUsed(x[0], MatMul(AddedUp(node, x[0], product.Inputs[0]), product.Inputs[1])),
            _ => null,
        };

    /// <summary>A slice of what was padded: of the inside only, or of the padding only.</summary>
    static Expr? Sliced(SliceOp slice, Expr x, Sizes sizes)
    {
        if (slice.Step != 1 || x.Op is not PadOp { Between: 0 } pad || pad.Axis != slice.Axis || !x.DType.IsFloat()) return null;
        var inside = x.Inputs[0].Shape[pad.Axis];
        if (slice.Start == pad.Before && slice.Size == inside)
            return x.Inputs[0];
        var (start, size, n) = (
            slice.Start.Resolve(sizes).Size - pad.Before.Resolve(sizes).Size,
            slice.Size.Resolve(sizes).Size,
            inside.Resolve(sizes).Size);
        if (start >= 0 && start + size <= n) return new(slice with { Start = slice.Start - pad.Before }, x.Inputs[0]);
        var isOutside = start >= n || start + size <= 0;
        return isOutside ? Broadcast(Expr.Constant(pad.Value, x.DType), x.Shape.With(pad.Axis, slice.Size)) : null;
    }

    /// <summary>A matrix whose rows are gathered from a table: the table and the indices.</summary>
    static (Expr Table, Expr Indices)? Gathered(Expr x) =>
        Unshaped(x) is { Op: GatherOp { Axis: 0 } } rows
        && rows.Inputs[0] is { Rank: 2 } table
        && x.Rank == 2
        && x.Shape[1] == table.Shape[1]
            ? (table, rows.Inputs[1])
            : null;

    /// <summary>The rows of a matrix, of which there is one for each index, added up for each row of a table.</summary>
    static Expr AddedUp(Expr table, Expr indices, Expr rows) =>
        ScatterAdd(indices, Reshape(rows, indices.Shape.Concat([rows.Shape[1]])), table.Shape[0]);

    /// <summary>A table with 0 in the rows that no index names: multiplied by 0 they would not always be.</summary>
    static Expr OnlyUsed(Expr indices, Expr table)
    {
        var times = ScatterAdd(indices, Broadcast(Expr.Constant(1, table.DType), indices.Shape), table.Shape[0]);
        return Select(Broadcast(ExpandDims(times > 0, 1), table.Shape), table, ZerosLike(table));
    }

    /// <summary>Half floats are left as they are: rounded in another order they would differ in more than their last digits.</summary>
    static bool IsSmaller(Expr table, Expr indices, Sizes sizes) =>
        !table.DType.IsNarrow() && 2L * table.Shape[0].Resolve(sizes).Size <= indices.Shape.Resolve(sizes).ElementCount;

    static Expr Unshaped(Expr x)
    {
        while (x.Op is ReshapeOp) x = x.Inputs[0];
        return x;
    }

    /// <summary>The order into which the first axes are brought, where the others stay.</summary>
    static int[]? IndexOrder(TransposeOp op, int rank) =>
        op.Order.Skip(rank).Select((axis, i) => axis == rank + i).All(stays => stays) ? [.. op.Order.Take(rank)] : null;

    /// <summary>Zero pads that fill an axis together: their insides one after another.</summary>
    static Expr? Filled(Expr[] x)
    {
        var parts = new List<Expr>();
        var sum = x[0];
        if (!IsZeroPad(x[1]))
            return null;
        for (parts.Add(x[1]); sum.Op is AddOp && IsZeroPad(sum.Inputs[1]) && parts.Count < Tuning.MostJoined; sum = sum.Inputs[0])
            parts.Add(sum.Inputs[1]);
        if (!IsZeroPad(sum))
            return null;
        parts.Add(sum);

        var axis = ((PadOp)sum.Op).Axis;
        var inside = new List<Expr>();
        Dim start = 0;
        while (
            parts.FindIndex(p => p.Op is PadOp pad && pad.Axis == axis && pad.Before == start && p.Inputs[0].Shape[axis] != 0)
                is >= 0
                    and var next)
        {
            inside.Add(parts[next].Inputs[0]);
            start += inside[^1].Shape[axis];
            parts.RemoveAt(next);
        }
        return parts.Count == 0 && start == sum.Shape[axis] ? Concat(axis, [.. inside]) : null;
    }

    static bool IsZeroPad(Expr x) => x.Op is PadOp { Between: 0, Value: 0 };
}
