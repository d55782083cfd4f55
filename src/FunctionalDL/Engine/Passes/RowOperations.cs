namespace FunctionalDL.Engine;

/// <summary>
/// Takes operations with one number for each row from the front of an epilogue into the kernel, which does them in registers on the way
/// to memory: a bias, a batch normalisation of fixed statistics, a rectifier.
/// </summary>
static class RowOperations
{
    /// <summary>The kernel with all that it can take of an epilogue, and what is left of that.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="group">The epilogue.</param>
    /// <param name="uses">How many instructions read a storage, and one more for a result of the plan.</param>
    public static (BlockKernel Kernel, TileGroup? Epilogue) Take(
        BlockKernel kernel, TileGroup group, IReadOnlyDictionary<Storage, int> uses)
    {
        var reads = group.Ops.SelectMany(op => op.Inputs).CountBy(x => x.Storage).ToDictionary();
        var (taken, ops, left) = (new HashSet<TileOp>(), new List<RowOp>(), group.Ops.Count);
        // The group itself reads the kernel's matrix once; nobody else reads what lies between.
        for (var (whole, others) = (kernel.Blocks.Whole, 1); ops.Count < Tuning.MostRowOps && left > 0; left--)
        {
            if (reads.GetValueOrDefault(whole) != 1 || uses.GetValueOrDefault(whole.Memory) != others) break;
            var op = group.Ops.First(op => op.Inputs.Any(x => x.Storage == whole));
            // The kernel runs before the rest of the group, and cannot wait for a number that comes out of it.
            if (Of(op, whole, kernel.Blocks) is not { } row || group.Extents.ContainsKey(row.Number.Storage)) break;
            ops.Add(row);
            taken.Add(op);
            (whole, others) = (op.Output, 0);
        }
        if (ops.Count == 0 || kernel.WithRowOps(ops, taken.Last().Output) is not { } with) return (kernel, group);
        TileOp[] rest = [.. group.Ops.Where(op => !taken.Contains(op))];
        return (with, rest.Length == 0 ? null : new(rest, group.Total, group.Columns));
    }

    static RowOp? Of(TileOp op, Storage whole, Blocks blocks)
    {
        if (op.Extent != Extent.Full || op.Output.DType != whole.DType || op.Lane != whole.DType) return null;
        if (op.Output.Within is not null) return null;
        if (op.Inputs is not [var x, var y]) return null;
        var isFirst = x.Storage == whole;
        var (value, number) = isFirst ? (x, y) : (y, x);
        if (!value.IsWhole || number.Storage.DType != whole.DType || !IsOneForEachRow(number, blocks)) return null;
        return op.Code switch
        {
            Code.Add or Code.Multiply or Code.Maximum or Code.Minimum => new(op.Code, number),
            Code.Subtract => new(isFirst ? Code.Subtract : Code.SubtractFrom, number),
            Code.Divide when isFirst => new(Code.Divide, number),
            _ => null,
        };
    }

    static bool IsOneForEachRow(View number, Blocks blocks) =>
        number.AsMatrix(blocks.Columns, blocks.Period) is (_, 0, _);
}
