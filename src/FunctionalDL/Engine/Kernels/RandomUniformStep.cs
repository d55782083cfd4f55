namespace FunctionalDL.Engine;

/// <summary>Uniform random numbers, with the bits of <see cref="Key.Uniform"/>.</summary>
sealed unsafe class RandomUniformStep : Step
{
    readonly View key;
    readonly long stream;

    public RandomUniformStep(View key, DType dtype, int count, long stream)
    {
        (this.key, this.stream) = (key, stream);
        Level = LevelAfter(key);
        Output = new(dtype, count) { Producer = this };
    }

    public Storage Output { get; }

    public override IEnumerable<Access> Reads => [((Access)key).As(DType.Int64)];

    public override IEnumerable<Access> Writes => [Output];

    public override string ToString() => $"random, {Output.Count} numbers";

    public override void Run(Workspace workspace)
    {
        var seed = *(ulong*)workspace[key];
        if (Output.DType == DType.Float32) Philox.Fill(seed, (ulong)stream, new Span<float>(workspace[Output], checked((int)Output.Count)));
        else Philox.Fill(seed, (ulong)stream, new Span<double>(workspace[Output], checked((int)Output.Count)));
    }
}
