using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Copies the slices of x, seen as [outer, size, inner], at the given indices: [outer, indices, inner].</summary>
sealed unsafe class GatherStep : Step
{
    readonly View x, indices;
    readonly int outer, size, inner;

    public GatherStep(View x, View indices, int axis)
    {
        (this.x, this.indices) = (x, indices);
        Level = LevelAfter(x, indices);
        (outer, size, inner) = x.Around(axis);
        Output = new(x.Storage.DType, outer * indices.Count * inner) { Producer = this };
    }

    public Storage Output { get; }

    public override IEnumerable<Storage> Reads => [x.Storage, indices.Storage];

    public override IEnumerable<Storage> Writes => [Output];

    public override string ToString() => $"gather {indices.Count} of {size} slices of {inner}";

    public override void Run(Workspace workspace)
    {
        var at = workspace.Indices(indices, size, "Gather");
        var bytes = (long)inner * Output.DType.ByteSize();
        byte* from = workspace[x], to = workspace[Output];
        for (var o = 0; o < outer; o++, from += size * bytes)
            for (var i = 0; i < indices.Count; i++, to += bytes)
                Buffer.MemoryCopy(from + at[i] * bytes, to, bytes, bytes);
    }
}
