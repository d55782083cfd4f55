namespace FunctionalDL.Tests;

/// <summary>Tests of what the whole process has, such as memory and threads: they run one at a time, when nothing else does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

/// <summary>How what a computation allocates grows with its size.</summary>
static class Growth
{
    /// <summary>
    /// Fails where twice the size allocates more than two and a half times as much: a linear computation allocates about twice as much.
    /// </summary>
    public static void IsLinear(int n, Func<int, Action> computation)
    {
        computation(n)();
        var (once, twice) = (Allocated(computation(n)), Allocated(computation(2 * n)));
        Assert.True(twice <= 2.5 * once, $"{once} bytes for {n}, {twice} for {2 * n}");
    }

    static long Allocated(Action computation)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        computation();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
