namespace FunctionalDL.Engine;

/// <summary>
/// Adds the slices of the updates, seen as [outer, indices, inner], to zeros [outer, size, inner] at the given indices, in their order;
/// or, where there is something to start with, takes the larger of that and the updates.
/// </summary>
sealed unsafe class ScatterStep : Step, IChunks
{
    readonly View updates, indices;
    readonly View? before;
    readonly IndexCheck check;
    readonly int outer, size, inner;
    readonly nint combine;

    readonly Storage output;

    public ScatterStep(string op, View indices, View updates, View? before, View output, int axis)
    {
        (this.updates, this.indices, this.before, this.output) = (updates, indices, before, output.Storage);
        (outer, size, inner) = output.Around(axis);
        check = new(indices, size, op);
        combine = Kernel.Of(before is null ? Code.Add : Code.Maximum, output.Storage.DType, Extent.Full);
    }

    public override IEnumerable<Access> Reads => before is null ? [updates, check.Access] : [updates, check.Access, before];

    public override IEnumerable<Access> Writes => [Access.By(check.Size, output, size)];

    public override string ToString() =>
        $"scatter {(before is null ? "" : "the largest of ")}{indices.Count} slices of {inner} to {size}";

    public override void Run(Workspace workspace)
    {
        check.In(workspace);
        workspace.Team.Run(this, workspace, (inner + Tuning.ScatterElements - 1) / Tuning.ScatterElements);
    }

    /// <summary>Some of the elements of every slice, so that those of one place are combined in one order.</summary>
    public void Chunk(Workspace workspace, int chunk, int thread)
    {
        var at = (long*)workspace[indices];
        var loop = (delegate*<in Strip, void>)combine;
        var (bytes, start) = ((long)inner * output.DType.ByteSize(), (long)chunk * Tuning.ScatterElements * output.DType.ByteSize());
        var elements = Math.Min(Tuning.ScatterElements, inner - chunk * Tuning.ScatterElements);
        byte* from = workspace[updates] + start, to = workspace[output] + start, first = before is null ? null : workspace[before] + start;
        for (var slice = 0L; slice < (long)outer * size; slice++)
        {
            var target = new Span<byte>(to + slice * bytes, elements * output.DType.ByteSize());
            if (first is null) target.Clear();
            else new ReadOnlySpan<byte>(first + slice * bytes, target.Length).CopyTo(target);
        }
        for (var o = 0; o < outer; o++, to += size * bytes)
            for (var i = 0; i < indices.Count; i++, from += bytes)
            {
                var target = to + at[i] * bytes;
                loop(new Strip { A = target, B = from, D = target, Rows = 1, Columns = elements });
            }
    }
}
