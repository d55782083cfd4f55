namespace FunctionalDL.Engine;

/// <summary>Indices, once all are known to be in range.</summary>
sealed unsafe class CheckedIndicesStep : Step
{
    readonly View indices;
    readonly IndexCheck check;

    readonly Storage output;

    public CheckedIndicesStep(View indices, int size, string op, Storage output) =>
        (this.indices, check, this.output) = (indices, new(indices, size, op), output);

    public override IEnumerable<Access> Reads => [check.Access];

    public override IEnumerable<Access> Writes => [output];

    public override string ToString() => $"check {indices.Count} indices";

    public override void Run(Workspace workspace) =>
        new ReadOnlySpan<long>(check.In(workspace), indices.Count).CopyTo(new(workspace[output], indices.Count));
}
