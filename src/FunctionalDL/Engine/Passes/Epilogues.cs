namespace FunctionalDL.Engine;

/// <summary>
/// Joins groups to the kernels whose matrix they read, so that a bias, an activation, a normalisation or an optimizer's update is done with
/// each block before it leaves the cache; likewise a max pooling of what comes out of it.
/// </summary>
static class Epilogues
{
    /// <param name="scheduled">Instructions in order.</param>
    /// <param name="results">The storages of the results.</param>
    public static Scheduled Join(Scheduled scheduled, IReadOnlyList<Storage> results)
    {
        var uses = Uses(scheduled, results);
        var grouped = new Scheduled(Groups(scheduled.Once, uses), Groups(scheduled.Each, uses));
        // What a group reads of its kernel is no use any more.
        uses = Uses(grouped, results);
        return new(Pools(grouped.Once, uses), Pools(grouped.Each, uses));
    }

    /// <summary>How many instructions read a storage, and one more for a result of the plan.</summary>
    static Dictionary<Storage, int> Uses(Scheduled scheduled, IReadOnlyList<Storage> results) =>
        Emission.Read(scheduled.All).Concat(results).CountBy(s => s).ToDictionary();

    /// <summary>
    /// Joins each group to the largest kernel of which it is the first reader. Groups that move much memory stay by themselves: in long
    /// runs it arrives before it is asked for, and the blocks of the kernel stay in the cache.
    /// </summary>
    static Instruction[] Groups(IReadOnlyList<Instruction> instructions, IReadOnlyDictionary<Storage, int> needed)
    {
        var result = instructions.ToArray<Instruction?>();
        var unread = new Dictionary<Storage, int>();
        for (var i = 0; i < result.Length; i++)
        {
            var instruction = instructions[i];
            Storage[] read = [.. instruction.ReadStorages.Where(unread.ContainsKey)];
            if (instruction is TileGroup group && Best(group, read.Select(s => (BlockKernel)instructions[unread[s]]), needed) is { } kernel)
                (result[unread[kernel.Blocks.Whole]], result[i]) = (null, Joined(kernel, group, needed));
            foreach (var storage in read) unread.Remove(storage);
            if (instruction is BlockKernel next) unread[next.Blocks.Whole] = i;
        }
        return [.. result.OfType<Instruction>()];
    }

    static Instruction Joined(BlockKernel kernel, TileGroup group, IReadOnlyDictionary<Storage, int> uses)
    {
        var (with, epilogue) = RowOperations.Take(kernel, group, uses);
        return epilogue is null ? with : new BlockGroup(with, epilogue);
    }

    /// <summary>Joins poolings to the kernels whose planes nobody reads without them.</summary>
    static Instruction[] Pools(IReadOnlyList<Instruction> instructions, IReadOnlyDictionary<Storage, int> uses)
    {
        var result = instructions.ToArray<Instruction?>();
        var producers = instructions.Index().SelectMany(i => i.Item.WrittenStorages.Select(s => (s, i.Index))).ToDictionary();
        for (var i = 0; i < result.Length; i++)
            if (result[i] is MaxPoolStep { Pooled: { } plane } pool && uses[plane] == 1 && producers.TryGetValue(plane, out var at)
                && Pooled(instructions[at], plane, pool, uses) is { } joined)
                (result[at], result[i]) = (null, joined);
        return [.. result.OfType<Instruction>()];
    }

    /// <summary>A kernel with its planes pooled, where all else that it gives stays in its blocks.</summary>
    static BlockGroup? Pooled(Instruction instruction, Storage plane, MaxPoolStep pool, IReadOnlyDictionary<Storage, int> uses)
    {
        var (kernel, epilogue) = instruction switch
        {
            BlockKernel alone => (alone, null),
            BlockGroup group => (group.Kernel, group.Epilogue),
            _ => (null, null),
        };
        if (kernel?.Blocks is not { } blocks || blocks.Width != blocks.Columns || pool.Sliding.Bands > 1) return null;
        if ((pool.Planes, pool.PlaneElements) != (blocks.Whole.Count / blocks.Columns, blocks.Columns)) return null;
        if (epilogue is null) return new(kernel, null, pool);
        var isLast = epilogue.Ops[^1].Output == plane && plane.DType == blocks.Whole.DType;
        return isLast && !uses.ContainsKey(blocks.Whole) && epilogue.Extents.Keys.Count(s => uses.ContainsKey(s.Memory)) == 1
            ? new(kernel, epilogue, pool)
            : null;
    }

    static BlockKernel? Best(TileGroup group, IEnumerable<BlockKernel> kernels, IReadOnlyDictionary<Storage, int> needed) =>
        kernels.Select(kernel => Fitted(kernel, group, needed)).OfType<BlockKernel>().MaxBy(kernel => kernel.Operations);

    /// <summary>
    /// The kernel as the group can follow it: it goes over the kernel's matrix, and what it does with rows needs no more of them than a
    /// block has.
    /// </summary>
    static BlockKernel? Fitted(BlockKernel kernel, TileGroup group, IReadOnlyDictionary<Storage, int> needed)
    {
        var blocks = kernel.Blocks;
        if (group.Total != blocks.Whole.Count || group.Columns != 0 && group.Columns != blocks.Columns) return null;
        if (!group.Ops.All(op => ReadsWhole(op, blocks.Whole))) return null;
        if (Arrays(group, blocks.Whole, needed) > Tuning.EpilogueArrays) return null;
        var rows = group.Total / blocks.Columns;
        if (group.Extents.Values.Contains(Extent.Column) && blocks.Count > rows / Tuning.LeastBlockRows) return null;
        return group.Extents.Values.Contains(Extent.Row) ? kernel.WithWholeRows() : kernel;
    }

    /// <summary>Whether an operation reads the matrix element by element, if it reads it.</summary>
    static bool ReadsWhole(TileOp op, Storage whole) =>
        op.Inputs.All(x => x.Storage != whole || x.IsWhole && (op.Extent != Extent.Row || op.Code.IsReduction()));

    /// <summary>The arrays as large as the matrix that move through the cache beside it.</summary>
    static int Arrays(TileGroup group, Storage whole, IReadOnlyDictionary<Storage, int> needed) =>
        group.ReadStorages.Count(s => s.Count == group.Total && s != whole)
            + group.Extents.Count(given => given.Value == Extent.Full && needed.ContainsKey(given.Key.Memory));
}
