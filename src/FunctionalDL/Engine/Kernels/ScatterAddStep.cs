namespace FunctionalDL.Engine;

/// <summary>
/// Adds the slices of the updates, seen as [outer, indices, inner], to zeros [outer, size, inner] at the given indices, in their order.
/// </summary>
sealed unsafe class ScatterAddStep : Step, IChunks
{
    readonly View updates, indices;
    readonly IndexCheck check;
    readonly int outer, size, inner;
    readonly nint add;

    readonly Storage output;

    public ScatterAddStep(View indices, View updates, View output, int axis)
    {
        (this.updates, this.indices, this.output) = (updates, indices, output.Storage);
        (outer, size, inner) = output.Around(axis);
        check = new(indices, size, "ScatterAdd");
        add = Kernel.Of(Code.Add, output.Storage.DType, Extent.Full);
    }

    public override IEnumerable<Access> Reads => [updates, check.Access];

    public override IEnumerable<Access> Writes => [Access.By(check.Size, output, size)];

    public override string ToString() => $"scatter {indices.Count} slices of {inner} to {size}";

    public override void Run(Workspace workspace)
    {
        check.In(workspace);
        workspace.Team.Run(this, workspace, (inner + Tuning.ScatterElements - 1) / Tuning.ScatterElements);
    }

    /// <summary>Some of the elements of every slice, so that those of one place are added in one order.</summary>
    public void Chunk(Workspace workspace, int chunk, int thread)
    {
        var at = (long*)workspace[indices];
        var sum = (delegate*<in Strip, void>)add;
        var (bytes, start) = ((long)inner * output.DType.ByteSize(), chunk * Tuning.ScatterElements);
        var elements = Math.Min(Tuning.ScatterElements, inner - start);
        byte* from = workspace[updates] + (long)start * output.DType.ByteSize(),
            to = workspace[output] + (long)start * output.DType.ByteSize();
        for (var slice = 0L; slice < (long)outer * size; slice++)
            new Span<byte>(to + slice * bytes, elements * output.DType.ByteSize()).Clear();
        for (var o = 0; o < outer; o++, to += size * bytes)
            for (var i = 0; i < indices.Count; i++, from += bytes)
            {
                var target = to + at[i] * bytes;
                sum(new Strip { A = target, B = from, D = target, Rows = 1, Columns = elements });
            }
    }
}
