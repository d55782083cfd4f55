using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Copies the slices of x, seen as [outer, size, inner], at the given indices: [outer, indices, inner].</summary>
sealed unsafe class GatherStep : Step
{
    const int ChunkBytes = 1 << 17;

    readonly View x, indices;
    readonly IndexCheck check;
    readonly int outer, size, inner;

    public GatherStep(View x, View indices, int axis)
    {
        (this.x, this.indices) = (x, indices);
        Level = LevelAfter(x, indices);
        (outer, size, inner) = x.Around(axis);
        check = new(indices, size, "Gather");
        Output = new(x.Storage.DType, (long)outer * indices.Count * inner) { Producer = this };
    }

    public Storage Output { get; }

    public override IEnumerable<Access> Reads => [Access.By(check, x, size), check.Access];

    public override IEnumerable<Access> Writes => [Output];

    long PerChunk => Math.Max(1, ChunkBytes / Math.Max(1, (long)inner * Output.DType.ByteSize()));

    public override string ToString() => $"gather {indices.Count} of {size} slices of {inner}";

    public override void Run(Workspace workspace)
    {
        check.In(workspace);
        workspace.Team.Run(this, workspace, 0, (int)(((long)outer * indices.Count + PerChunk - 1) / PerChunk));
    }

    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        var at = (long*)workspace[indices];
        var (bytes, count) = ((long)inner * Output.DType.ByteSize(), indices.Count);
        for (var i = chunk * PerChunk; i < Math.Min((chunk + 1) * PerChunk, (long)outer * count); i++)
            Buffer.MemoryCopy(workspace[x] + (i / count * size + at[i % count]) * bytes, workspace[Output] + i * bytes, bytes, bytes);
    }
}
