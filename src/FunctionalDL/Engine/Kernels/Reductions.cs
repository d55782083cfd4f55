using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>Reductions inside a tile, across the tiles of a chunk, and across chunks, each in a fixed order.</summary>
static unsafe class Reductions
{
    /// <summary>The elements that are reduced in one run.</summary>
    const int Longest = 1 << 12;

    /// <summary>
    /// One number for each row: its elements, at least one, reduced by an associative function in four interleaved streams of vectors.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Reduce<T, TOp>(in Strip strip) where T : unmanaged where TOp : IBinary<T>
    {
        byte* a = strip.A, d = strip.D;
        for (var row = 0; row < strip.Rows; row++, a += strip.StrideA, d += strip.StrideD) *(T*)d = Reduce<T, TOp>((T*)a, strip.Columns);
    }

    /// <summary>Long rows by halves, so that rounding errors grow with the logarithm of the length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static T Reduce<T, TOp>(T* x, int n) where T : unmanaged where TOp : IBinary<T>
    {
        if (n > Longest)
        {
            var half = n / 2 / Longest * Longest is > 0 and var whole ? whole : Longest;
            return TOp.Apply(Vector512.Create(Reduce<T, TOp>(x, half)), Vector512.Create(Reduce<T, TOp>(x + half, n - half))).ToScalar();
        }
        var (w, i) = (Vector512<T>.Count, 1);
        var result = Vector512.Create(*x);
        if (n >= w)
        {
            var s0 = Vector512.Load(x);
            i = w;
            if (n >= 4 * w)
            {
                var (s1, s2, s3) = (Vector512.Load(x + w), Vector512.Load(x + 2 * w), Vector512.Load(x + 3 * w));
                for (i = 4 * w; i <= n - 4 * w; i += 4 * w)
                {
                    s0 = TOp.Apply(s0, Vector512.Load(x + i));
                    s1 = TOp.Apply(s1, Vector512.Load(x + i + w));
                    s2 = TOp.Apply(s2, Vector512.Load(x + i + 2 * w));
                    s3 = TOp.Apply(s3, Vector512.Load(x + i + 3 * w));
                }
                s0 = TOp.Apply(TOp.Apply(s0, s1), TOp.Apply(s2, s3));
            }
            for (; i <= n - w; i += w) s0 = TOp.Apply(s0, Vector512.Load(x + i));
            result = Across<T, TOp>(s0);
        }
        for (; i < n; i++) result = TOp.Apply(result, Vector512.Create(x[i]));
        return result.ToScalar();
    }

    /// <summary>The lanes of a vector reduced to one, by halves, which ends in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Across<T, TOp>(Vector512<T> x) where T : unmanaged where TOp : IBinary<T>
    {
        x = TOp.Apply(x, Vector512.Create(x.GetUpper(), x.GetLower()));
        var half = x.GetLower();
        x = TOp.Apply(x, Vector512.Create(Vector256.Create(half.GetUpper(), half.GetLower()), half));
        var quarter = x.GetLower().GetLower();
        var result = Vector512.Create(quarter[0]);
        for (var i = 1; i < Vector128<T>.Count; i++) result = TOp.Apply(result, Vector512.Create(quarter[i]));
        return result;
    }

    /// <summary>Σ x in float64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(float* x, int n)
    {
        var (w, i) = (Vector512<float>.Count, 0);
        Vector512<double> s0 = Vector512.Create(-0.0), s1 = s0, s2 = s0, s3 = s0;
        for (; i <= n - 2 * w; i += 2 * w)
        {
            var (a, b) = Vector512.Widen(Vector512.Load(x + i));
            var (c, d) = Vector512.Widen(Vector512.Load(x + i + w));
            s0 += a;
            s1 += b;
            s2 += c;
            s3 += d;
        }
        var sum = Lanes((s0 + s1) + (s2 + s3));
        for (; i < n; i++) sum += x[i];
        return sum;
    }

    /// <summary>The sum of the lanes; without vectors the runtime begins with 0, which would make a sum of −0 positive.</summary>
    static double Lanes(Vector512<double> x) =>
        Vector512.EqualsAll(x.AsInt64(), Vector512.Create(-0.0).AsInt64()) ? -0.0 : Vector512.Sum(x);

    /// <summary>sum += x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, double* sum, int n)
    {
        var i = 0;
        for (; i <= n - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var (lower, upper) = Vector512.Widen(Vector512.Load(x + i));
            (lower + Vector512.Load(sum + i)).Store(sum + i);
            (upper + Vector512.Load(sum + i + Vector512<double>.Count)).Store(sum + i + Vector512<double>.Count);
        }
        for (; i < n; i++) sum[i] += x[i];
    }
}
