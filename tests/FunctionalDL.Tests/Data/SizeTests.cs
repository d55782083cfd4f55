namespace FunctionalDL.Tests.Data;

/// <summary>What is called on data of any size takes a few bytes beside its result.</summary>
public class SizeTests
{
    const int N = 100_000;

    static readonly Dataset Data = new(Key.Of(1).Uniform([N, 4]), Range(N).Evaluate());

    static readonly string Text = string.Concat(Enumerable.Range(0, N).Select(i => (char)('a' + i % 26)));

    static readonly Table Rows = Table.Of(["x", "y"], Enumerable.Range(0, N).Select(i => new[] { $"{i % 100}", "a" }));

    /// <summary>Each with the bytes of its result and the bytes it may need for each of them.</summary>
    public static TheoryData<string, Func<object>, long, double> Calls => new()
    {
        { "normal weights", () => Initializer.Normal(1).Create(Key.Of(1), [N, 8], DType.Float32), 32L * N, 1.1 },
        { "uniform weights", () => Initializer.HeUniform.Create(Key.Of(1), [N, 8], DType.Float32), 32L * N, 1.1 },
        { "orthogonal weights", () => Initializer.Orthogonal.Create(Key.Of(1), [20, N / 20], DType.Float32), 4L * N, 3.2 },
        { "uniform numbers", () => Key.Of(1).Uniform([N, 8]), 32L * N, 1.1 },
        { "a data set", () => new Dataset(Data.Inputs, Data.Targets), 24L * N, 0.01 },
        { "shuffled", () => Data.Shuffle(Key.Of(1)), 24L * N, 1.3 },
        { "split", () => Data.Split(0.5), 24L * N, 1.4 },
        { "stacked", () => Dataset.Stack([.. Enumerable.Repeat<(Tensor, Tensor)>((Data.Inputs.Reshape([4 * N]), 1f), 3)]), 48L * N, 1.1 },
        { "normalizer", () => Normalizer.Fit(Data.Inputs), 16L * N, 0.01 },
        { "normalized", () => Normalizer.Fit(Data.Inputs).Apply(Data), 16L * N, 1.2 },
        { "windows", () => TimeSeries.Windows(Data.Inputs, 8), (8 + 1) * 16L * N, 1.1 },
        { "tokens", () => new Vocabulary("abcdefghijklmnopqrstuvwxyz").Encode(Text), 8L * N, 1.1 },
        { "numbers", () => Rows.Numbers("x"), 4L * N, 1.1 },
        { "labels", () => Rows.Labels("y", ["a"]), 8L * N, 1.1 },
        { "digits", () => Digits.Draw(100, 1), 100L * 785 * 4, 2 },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_call_takes_a_few_bytes_beside_its_result(string name, Func<object> call, long result, double most)
    {
        call();
        var before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(call());
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < most * result + 200_000, $"{name}: {allocated:N0} bytes for a result of {result:N0}");
    }
}
