using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Benchmarks;

/// <summary>
/// What this machine can do at most: fused multiply-adds in registers, and bytes moved by a = b + s · c over arrays larger than the
/// caches.
/// </summary>
static class Peak
{
    const int Elements = 1 << 24;

    /// <summary>Kept, or the compiler leaves the work out.</summary>
    static volatile float result;

    public static void Run(double seconds, int threads)
    {
        var rounds = 20_000_000L;
        var flops = Best(seconds, threads, () => result = Multiply(rounds)) is var time
            ? threads * rounds * 16 * 2.0 * Vector512<float>.Count / time / 1e9
            : 0;
        var memory = new float[threads][][];
        for (var t = 0; t < threads; t++) memory[t] = [new float[Elements], new float[Elements], new float[Elements]];
        var next = -1;
        var bytes =
            threads
            * 3.0
            * sizeof(float)
            * Elements
            / Best(seconds, threads, () => Triad(memory[Interlocked.Increment(ref next) % threads]))
            / 1e9;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"threads\":{threads},\"fma_gflops\":{flops:F0},\"triad_gb_per_s\":{bytes:F1}}}"));
    }

    /// <summary>The shortest time in seconds in which all threads do the work once.</summary>
    static double Best(double seconds, int threads, Action work)
    {
        var best = double.MaxValue;
        for (var total = Stopwatch.StartNew(); total.Elapsed.TotalSeconds < seconds;)
        {
            var start = Stopwatch.GetTimestamp();
            Parallel.For(0, threads, new() { MaxDegreeOfParallelism = threads }, _ => work());
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Multiply(long rounds)
    {
        var (m, a) = (Vector512.Create(0.999f), Vector512.Create(0.001f));
        // All differ: equal ones would be computed once.
        Vector512<float> s0 = a, s1 = s0 + a, s2 = s1 + a, s3 = s2 + a, s4 = s3 + a, s5 = s4 + a, s6 = s5 + a, s7 = s6 + a;
        Vector512<float> s8 = s7 + a, s9 = s8 + a, s10 = s9 + a, s11 = s10 + a, s12 = s11 + a, s13 = s12 + a, s14 = s13 + a, s15 = s14 + a;
        for (long i = 0; i < rounds; i++)
        {
            s0 = Vector512.FusedMultiplyAdd(s0, m, a); s1 = Vector512.FusedMultiplyAdd(s1, m, a);
            s2 = Vector512.FusedMultiplyAdd(s2, m, a); s3 = Vector512.FusedMultiplyAdd(s3, m, a);
            s4 = Vector512.FusedMultiplyAdd(s4, m, a); s5 = Vector512.FusedMultiplyAdd(s5, m, a);
            s6 = Vector512.FusedMultiplyAdd(s6, m, a); s7 = Vector512.FusedMultiplyAdd(s7, m, a);
            s8 = Vector512.FusedMultiplyAdd(s8, m, a); s9 = Vector512.FusedMultiplyAdd(s9, m, a);
            s10 = Vector512.FusedMultiplyAdd(s10, m, a); s11 = Vector512.FusedMultiplyAdd(s11, m, a);
            s12 = Vector512.FusedMultiplyAdd(s12, m, a); s13 = Vector512.FusedMultiplyAdd(s13, m, a);
            s14 = Vector512.FusedMultiplyAdd(s14, m, a); s15 = Vector512.FusedMultiplyAdd(s15, m, a);
        }
        return Vector512.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11 + s12 + s13 + s14 + s15);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Triad(float[][] arrays)
    {
        var (a, b, c) = (arrays[0], arrays[1], arrays[2]);
        var s = Vector512.Create(0.5f);
        for (nuint i = 0; i < Elements; i += (nuint)Vector512<float>.Count)
            (Vector512.LoadUnsafe(ref b[0], i) + s * Vector512.LoadUnsafe(ref c[0], i)).StoreUnsafe(ref a[0], i);
    }
}
