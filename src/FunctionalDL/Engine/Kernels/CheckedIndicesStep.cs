namespace FunctionalDL.Engine;

/// <summary>Indices, once all are known to be in range.</summary>
sealed unsafe class CheckedIndicesStep : Step
{
    readonly View indices;
    readonly IndexCheck check;

    public CheckedIndicesStep(View indices, int size, string op)
    {
        (this.indices, check) = (indices, new(indices, size, op));
        Level = LevelAfter(indices);
        Output = new(DType.Int64, indices.Count) { Producer = this };
    }

    public Storage Output { get; }

    public override IEnumerable<Access> Reads => [check.Access];

    public override IEnumerable<Access> Writes => [Output];

    public override string ToString() => $"check {indices.Count} indices";

    public override void Run(Workspace workspace) =>
        new ReadOnlySpan<long>(check.In(workspace), indices.Count).CopyTo(new(workspace[Output], indices.Count));
}
