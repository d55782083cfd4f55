namespace FunctionalDL.Engine;

/// <summary>A group of tile operations, compiled; it runs tile by tile, or block by block as a kernel's epilogue.</summary>
/// <param name="group">The operations.</param>
/// <param name="stored">What is in memory, of all that they give.</param>
/// <param name="program">The instructions they became.</param>
sealed class TileStep(TileGroup group, IReadOnlySet<Storage> stored, TileProgram program) : Step, IChunks
{
    public TileGroup Group => group;

    public TileProgram Program => program;

    public override IEnumerable<Access> Reads => group.Reads;

    public override IEnumerable<Access> Writes =>
        group.Extents.Keys.Where(s => stored.Contains(s.Memory)).Select(TileGroup.AccessTo)
            .Concat(program.Partials.Select(s => (Access)s));

    public override IEnumerable<string> Faults(IReadOnlyList<Storage> storages) => new TileVerifier(program, group, storages).Faults();

    public override long Operations { get; } = group.Ops.Sum(op => (long)op.Cost) * group.Total;

    public override long ScratchBytes => program.ScratchBytes;

    public override string ToString() =>
        $"tile {program.Rows}×{program.Columns} in {program.Chunks} × {program.TilesPerChunk} tiles of "
            + $"{program.TileRows}×{program.TileColumns}: {group.Names}";

    public override void Run(Workspace workspace)
    {
        workspace.Team.Run(this, workspace, program.Chunks);
        program.Finish(workspace);
    }

    public unsafe void Chunk(Workspace workspace, int chunk, int thread) => program.Run(workspace, chunk, workspace.Scratch(thread));
}
