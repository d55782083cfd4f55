using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Uniform random numbers, with the bits of <see cref="Key.Uniform"/>.</summary>
sealed unsafe class RandomUniformStep : Step
{
    readonly View key;
    readonly long stream;

    readonly Storage output;

    RandomUniformStep(View key, long stream, Storage output) => (this.key, this.stream, this.output) = (key, stream, output);

    public static View Lower(LoweringContext to, Node node) => to.Add(node.Type.DType, node.Shape, output =>
        new RandomUniformStep(node.X[0], ((RandomUniformOp)node.Op).Stream, output));

    public override IEnumerable<Access> Reads => [((Access)key).As(DType.Int64)];

    public override IEnumerable<Access> Writes => [output];

    public override string ToString() => $"random, {output.Count} numbers";

    public override void Run(Workspace workspace)
    {
        var seed = *(ulong*)workspace[key];
        if (output.DType == DType.Float32) Philox.Fill(seed, (ulong)stream, new Span<float>(workspace[output], checked((int)output.Count)));
        else Philox.Fill(seed, (ulong)stream, new Span<double>(workspace[output], checked((int)output.Count)));
    }
}
