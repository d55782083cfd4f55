using FsCheck;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Engine;

public class EngineTests
{
    [Property(MaxTest = 300)]
    public void The_engine_agrees_with_the_evaluator(DoNotSize<int> seed)
    {
        var random = new RandomExpressions(seed.Item, operations: 12);
        var (expected, error) = Try(() => Evaluator.Evaluate([.. random.Outputs], random.Values));
        var one = Compilation.Compile(random.Outputs, new() { Threads = 1 });
        var two = Compilation.Compile(random.Outputs, new() { Threads = 2 });
        if (error is not null)
        {
            Assert.Equal(error, Try(() => one.Run(random.Values)).Error);
            return;
        }
        var actual = one.Run(random.Values);
        var again = two.Run(random.Values);
        for (var i = 0; i < expected!.Length; i++)
        {
            Assert.True(actual[i].BitEquals(again[i]), "one thread and two differ");
            AssertClose(expected[i], actual[i]);
        }
    }

    /// <summary>Seeds that found something once: a reduction nobody needs in a tile that others need.</summary>
    [Theory]
    [InlineData(514612606)]
    public void And_stays_so_where_it_once_did_not(int seed) => The_engine_agrees_with_the_evaluator(DoNotSize<int>.NewDoNotSize(seed));

    static (Tensor[]? Values, Type? Error) Try(Func<Tensor[]> run)
    {
        try
        {
            return (run(), null);
        }
        catch (FunctionalException e)
        {
            return (null, e.GetType());
        }
    }

    internal static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Describe(), actual.Describe());
        var tolerance = expected.DType == DType.Float32 ? 2e-4 : 1e-11;
        for (var i = 0; i < expected.Count; i++)
        {
            double e = expected.GetDouble(i), a = actual.GetDouble(i);
            if (!e.Equals(a) && !(Math.Abs(e - a) <= tolerance * Math.Max(1, Math.Abs(e)))) Assert.Fail($"element {i} of {expected.Describe()}: {e:R} expected, {a:R} computed");
        }
    }
}
