namespace FunctionalDL.Engine;

/// <summary>Copies a value once another is known; what is computed from the copy waits for that.</summary>
sealed unsafe class BarrierStep : Step
{
    readonly View x, known;

    readonly Storage output;

    BarrierStep(View x, View known, Storage output) => (this.x, this.known, this.output) = (x, known, output);

    public static View Lower(LoweringContext to, Node node)
    {
        var x = to.Dense(node.X[0]);
        return to.Add(node.Type.DType, node.Shape, output => new BarrierStep(x, node.X[1], output));
    }

    // In this order, so that all steps towards the known value come before those that x is needed for.
    public override IEnumerable<Access> Reads => [known, x];

    public override IEnumerable<Access> Writes => [output];

    public override string ToString() => $"copy {x.Count} elements";

    public override void Run(Workspace workspace) => Buffer.MemoryCopy(workspace[x], workspace[output], output.Bytes, output.Bytes);
}
