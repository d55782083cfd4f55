namespace FunctionalDL.Engine;

/// <summary>Indices, once all are known to be in range.</summary>
sealed unsafe class CheckedIndicesStep : Step
{
    readonly View indices;
    readonly int size;
    readonly string op;

    public CheckedIndicesStep(View indices, int size, string op)
    {
        (this.indices, this.size, this.op) = (indices, size, op);
        Level = LevelAfter(indices);
        Output = new(DType.Int64, indices.Count) { Producer = this };
    }

    public Storage Output { get; }

    public override IEnumerable<Storage> Reads => [indices.Storage];

    public override IEnumerable<Storage> Writes => [Output];

    public override string ToString() => $"check {indices.Count} indices";

    public override void Run(Workspace workspace) =>
        new ReadOnlySpan<long>(workspace.Indices(indices, size, op), indices.Count).CopyTo(new(workspace[Output], indices.Count));
}
