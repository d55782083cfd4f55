namespace FunctionalDL.Engine;

/// <summary>Adds the slices of the updates, seen as [outer, indices, inner], to zeros [outer, size, inner] at the given indices, in their order.</summary>
sealed unsafe class ScatterAddStep : Step
{
    readonly View updates, indices;
    readonly int outer, size, inner;
    readonly nint add;

    public ScatterAddStep(View indices, View updates, int outer, int size, int inner)
    {
        (this.updates, this.indices, this.outer, this.size, this.inner) = (updates, indices, outer, size, inner);
        Level = LevelAfter(updates, indices);
        Output = new(updates.Storage.DType, outer * size * inner) { Producer = this };
        add = Kernel.Of(Code.Add, Output.DType, Extent.Full);
    }

    public Storage Output { get; }

    public override IEnumerable<Storage> Reads => [updates.Storage, indices.Storage];

    public override IEnumerable<Storage> Writes => [Output];

    public override string ToString() => $"scatter {indices.Count} slices of {inner} to {size}";

    public override void Run(Workspace workspace)
    {
        var at = workspace.Indices(indices, size, "ScatterAdd");
        var sum = (delegate*<in Strip, void>)add;
        var bytes = (long)inner * Output.DType.ByteSize();
        byte* from = workspace[updates], to = workspace[Output];
        new Span<byte>(to, checked((int)Output.Bytes)).Clear();
        for (var o = 0; o < outer; o++, to += size * bytes)
            for (var i = 0; i < indices.Count; i++, from += bytes)
            {
                var target = to + at[i] * bytes;
                sum(new Strip { A = target, B = from, D = target, Rows = 1, Columns = inner });
            }
    }
}
