namespace FunctionalDL.Engine;

/// <summary>Copies a value once another is known; what is computed from the copy waits for that.</summary>
sealed unsafe class BarrierStep : Step
{
    readonly View x, known;

    public BarrierStep(View x, View known)
    {
        (this.x, this.known) = (x, known);
        Level = LevelAfter(x, known);
        Output = new(x.Storage.DType, x.Count) { Producer = this };
    }

    public Storage Output { get; }

    // In this order, so that all steps towards the known value come before those that x is needed for.
    public override IEnumerable<Access> Reads => [known, x];

    public override IEnumerable<Access> Writes => [Output];

    public override string ToString() => $"copy {x.Count} elements";

    public override void Run(Workspace workspace) => Buffer.MemoryCopy(workspace[x], workspace[Output], Output.Bytes, Output.Bytes);
}
