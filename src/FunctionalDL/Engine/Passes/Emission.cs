namespace FunctionalDL.Engine;

/// <summary>
/// Makes steps of instructions, once it is known which values have to be in memory: groups become programs over registers, and what stays
/// in registers is written nowhere.
/// </summary>
static class Emission
{
    /// <param name="schedule">The instructions.</param>
    /// <param name="outputs">The storages of the results.</param>
    /// <param name="storages">Those of the plan; more are added, for what the steps need for themselves.</param>
    public static (Step[] Once, Step[] Each) Apply(Scheduled schedule, IEnumerable<Storage> outputs, Storages storages)
    {
        var inMemory = Read(schedule.All).Concat(outputs).ToHashSet();
        return ([.. schedule.Once.Select(Emit)], [.. schedule.Each.Select(Emit)]);

        Step Emit(Instruction instruction) => instruction switch
        {
            Step step => step,
            TileGroup group => Compile(group, null),
            BlockKernel kernel => new BlockStep(kernel, null, isStored: true),
            BlockGroup group => Join(group),
            _ => throw new InvalidOperationException($"{instruction} is no instruction of a schedule"),
        };

        BlockStep Join(BlockGroup group)
        {
            var (kernel, epilogue) = (group.Kernel, group.Epilogue);
            var blocks = kernel.Blocks with { InPlace = group.Pool is null ? null : epilogue?.Ops[^1].Output };
            return new(kernel, epilogue is null ? null : Compile(epilogue, blocks), inMemory.Contains(blocks.Whole), group.Pool);
        }

        TileStep Compile(TileGroup group, Blocks? blocks)
        {
            var stored = blocks?.InPlace is { } inPlace ? [.. inMemory, inPlace] : inMemory;
            var ops = TileFusion.Apply(group.Towards(stored).Ops, stored);
            TileGroup fused = new(ops, group.Total, blocks?.Columns ?? group.Columns);
            return new(fused, inMemory, new TileCompiler(fused, stored, blocks, storages).Compile());
        }
    }

    /// <summary>All that instructions read of each other.</summary>
    public static IEnumerable<Storage> Read(IEnumerable<Instruction> instructions) => instructions.SelectMany(i => i.ReadStorages);
}
