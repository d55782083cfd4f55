using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>Reductions inside a tile, across the tiles of a chunk, and across chunks, each in a fixed order.</summary>
static unsafe class Reductions
{
    /// <summary>The elements that are reduced in one run.</summary>
    const int Longest = 1 << 12;

    /// <summary>One number for each row: its elements, at least one, reduced by an associative function in four interleaved streams of vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Reduce<T, TOp>(in Strip strip) where T : unmanaged where TOp : IBinary<T>
    {
        byte* a = strip.A, d = strip.D;
        for (var row = 0; row < strip.Rows; row++, a += strip.StepA, d += strip.StepD) *(T*)d = Reduce<T, TOp>((T*)a, strip.Columns);
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

    /// <summary>Sets a chunk's partial result to what changes nothing: for a sum −0, as 0 would make a sum of −0 positive.</summary>
    public static void Fill(Ending ending, byte* partial, int chunk)
    {
        switch (ending.Partial.DType)
        {
            case DType.Float32: Fill<float>(ending, partial, chunk); break;
            case DType.Float64: Fill<double>(ending, partial, chunk); break;
            default: Fill<long>(ending, partial, chunk); break;
        }
    }

    static void Fill<T>(Ending ending, byte* partial, int chunk) where T : unmanaged, INumber<T> =>
        new Span<T>((T*)partial + (long)chunk * ending.Width, ending.Width).Fill(T.CreateSaturating(ending.Code switch
        {
            Code.Sum => -0.0,
            Code.Max => double.NegativeInfinity,
            _ => double.PositiveInfinity,
        }));

    /// <summary>Adds a tile to a chunk's one result; floats are collected in float64.</summary>
    public static void Accumulate(Ending ending, in TileInstruction reduce, byte* x, int n, byte* partial, int chunk)
    {
        var strip = new Strip { A = x, Rows = 1, Columns = n };
        switch (ending.Lane)
        {
            case DType.Float32 when ending.Code == Code.Sum:
                ((double*)partial)[chunk] += Sum((float*)x, n);
                break;
            case DType.Float32:
                float single;
                strip.D = (byte*)&single;
                reduce.Call(strip);
                Combine(ending.Code, (double*)partial + chunk, single);
                break;
            case DType.Float64:
                double real;
                strip.D = (byte*)&real;
                reduce.Call(strip);
                Combine(ending.Code, (double*)partial + chunk, real);
                break;
            default:
                long whole;
                strip.D = (byte*)&whole;
                reduce.Call(strip);
                Combine(ending.Code, (long*)partial + chunk, whole);
                break;
        }
    }

    static void Combine<T>(Code code, T* sum, T x) where T : unmanaged, INumber<T> => *sum = code switch
    {
        Code.Sum => *sum + x,
        Code.Max => T.Max(*sum, x),
        _ => T.Min(*sum, x),
    };

    /// <summary>Σ x in float64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double Sum(float* x, int n)
    {
        var (w, i) = (Vector512<float>.Count, 0);
        var s0 = Vector512.Create(-0.0);
        var (s1, s2, s3) = (s0, s0, s0);
        for (; i <= n - 2 * w; i += 2 * w)
        {
            var (a, b) = Vector512.Widen(Vector512.Load(x + i));
            var (c, d) = Vector512.Widen(Vector512.Load(x + i + w));
            s0 += a;
            s1 += b;
            s2 += c;
            s3 += d;
        }
        var sum = Vector512.Sum((s0 + s1) + (s2 + s3));
        for (; i < n; i++) sum += x[i];
        return sum;
    }

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

    /// <summary>Combines the chunks' results into the first and writes it.</summary>
    public static void Finish(Ending ending, byte* partial, byte* output, int chunks)
    {
        switch (ending.Partial.DType)
        {
            case DType.Float32: Finish<float>(ending, partial, chunks); break;
            case DType.Float64: Finish<double>(ending, partial, chunks); break;
            default: Finish<long>(ending, partial, chunks); break;
        }
        var bytes = ending.Width * (long)ending.Lane.ByteSize();
        if (ending.Partial.DType == ending.Lane) Buffer.MemoryCopy(partial, output, bytes, bytes);
        else
            for (var i = 0; i < ending.Width; i++) ((float*)output)[i] = (float)((double*)partial)[i];
    }

    static void Finish<T>(Ending ending, byte* partial, int chunks) where T : unmanaged, INumber<T>
    {
        var combine = (delegate*<in Strip, void>)Kernel.Of(ending.Code, DTypes.Of<T>(), Extent.Column);
        for (var chunk = 1; chunk < chunks; chunk++)
            combine(new Strip { A = partial, B = (byte*)((T*)partial + (long)chunk * ending.Width), D = partial, Rows = 1, Columns = ending.Width });
    }
}
