namespace FunctionalDL.Engine;

/// <summary>
/// Adds the slices of the updates, seen as [outer, indices, inner], to zeros [outer, size, inner] at the given indices, in their order.
/// </summary>
sealed unsafe class ScatterAddStep : Step
{
    const int ChunkElements = 256;

    readonly View updates, indices;
    readonly IndexCheck check;
    readonly int outer, size, inner;
    readonly nint add;

    public ScatterAddStep(View indices, View updates, int outer, int size, int inner)
    {
        (this.updates, this.indices, this.outer, this.size, this.inner) = (updates, indices, outer, size, inner);
        Level = LevelAfter(updates, indices);
        check = new(indices, size, "ScatterAdd");
        Output = new(updates.Storage.DType, (long)outer * size * inner) { Producer = this };
        add = Kernel.Of(Code.Add, Output.DType, Extent.Full);
    }

    public Storage Output { get; }

    public override IEnumerable<Access> Reads => [updates, check.Access];

    public override IEnumerable<Access> Writes => [Access.By(check, Output, size)];

    public override string ToString() => $"scatter {indices.Count} slices of {inner} to {size}";

    public override void Run(Workspace workspace)
    {
        check.In(workspace);
        workspace.Team.Run(this, workspace, 0, (inner + ChunkElements - 1) / ChunkElements);
    }

    /// <summary>Some of the elements of every slice, so that those of one place are added in one order.</summary>
    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        var at = (long*)workspace[indices];
        var sum = (delegate*<in Strip, void>)add;
        var (bytes, start) = ((long)inner * Output.DType.ByteSize(), chunk * ChunkElements);
        var elements = Math.Min(ChunkElements, inner - start);
        byte* from = workspace[updates] + (long)start * Output.DType.ByteSize(),
            to = workspace[Output] + (long)start * Output.DType.ByteSize();
        for (var slice = 0L; slice < (long)outer * size; slice++)
            new Span<byte>(to + slice * bytes, elements * Output.DType.ByteSize()).Clear();
        for (var o = 0; o < outer; o++, to += size * bytes)
            for (var i = 0; i < indices.Count; i++, from += bytes)
            {
                var target = to + at[i] * bytes;
                sum(new Strip { A = target, B = from, D = target, Rows = 1, Columns = elements });
            }
    }
}
