using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Copies the slices of x, seen as [outer, size, inner], at the given indices: [outer, indices, inner].</summary>
sealed unsafe class GatherStep : Step, IChunks
{
    readonly View x, indices;
    readonly IndexCheck check;
    readonly int outer, size, inner;

    readonly Storage output;

    public GatherStep(View x, View indices, int axis, Storage output)
    {
        (this.x, this.indices, this.output) = (x, indices, output);
        (outer, size, inner) = x.Around(axis);
        check = new(indices, size, "Gather");
    }

    public override IEnumerable<Access> Reads => [Access.By(check.Size, x, size), check.Access];

    public override IEnumerable<Access> Writes => [output];

    long PerChunk => Math.Max(1, Tuning.GatherBytes / Math.Max(1, (long)inner * output.DType.ByteSize()));

    public override string ToString() => $"gather {indices.Count} of {size} slices of {inner}";

    public override void Run(Workspace workspace)
    {
        check.In(workspace);
        workspace.Team.Run(this, workspace, (int)(((long)outer * indices.Count + PerChunk - 1) / PerChunk));
    }

    public void Chunk(Workspace workspace, int chunk, int thread)
    {
        var at = (long*)workspace[indices];
        var (bytes, count) = ((long)inner * output.DType.ByteSize(), indices.Count);
        for (var i = chunk * PerChunk; i < Math.Min((chunk + 1) * PerChunk, (long)outer * count); i++)
            Buffer.MemoryCopy(workspace[x] + (i / count * size + at[i % count]) * bytes, workspace[output] + i * bytes, bytes, bytes);
    }
}
