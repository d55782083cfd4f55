using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>Reductions inside a tile, across the tiles of a chunk, and across chunks, each in a fixed order.</summary>
static unsafe class Reductions
{
    /// <summary>*d = the n &gt; 0 elements of a reduced by an associative function, in 4 · vector-length interleaved streams.</summary>
    public static void Reduce<T, TOp>(byte* a, byte* b, byte* c, byte* d, int n, int scalars) where T : unmanaged where TOp : IBinary<T>
    {
        var x = (T*)a;
        var (w, i) = (Vector512<T>.Count, 0);
        var result = Vector512.Create(*x);
        if (n >= w)
        {
            var (s0, i0) = (Vector512.Load(x), w);
            i = i0;
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
        else i = 1;
        for (; i < n; i++) result = TOp.Apply(result, Vector512.Create(x[i]));
        *(T*)d = result.ToScalar();
    }

    /// <summary>The lanes of a vector reduced to one, by halves.</summary>
    static Vector512<T> Across<T, TOp>(Vector512<T> x) where T : unmanaged where TOp : IBinary<T>
    {
        var half = TOp.Apply(x, Vector512.Create(x.GetUpper(), x.GetUpper())).GetLower();
        var quarter = TOp.Apply(half.ToVector512Unsafe(), half.GetUpper().ToVector256Unsafe().ToVector512Unsafe());
        var result = Vector512.Create(quarter.GetElement(0));
        for (var i = 1; i < Vector128<T>.Count; i++) result = TOp.Apply(result, Vector512.Create(quarter.GetElement(i)));
        return result;
    }

    /// <summary>Sets a chunk's partial result to that of no elements.</summary>
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
            Code.Sum => 0,
            Code.Max => double.NegativeInfinity,
            _ => double.PositiveInfinity,
        }));

    /// <summary>Adds a tile to a chunk's one result; floats are collected in float64.</summary>
    public static void Accumulate(Ending ending, delegate*<byte*, byte*, byte*, byte*, int, int, void> reduce, byte* x, int n, byte* partial, int chunk)
    {
        switch (ending.Lane)
        {
            case DType.Float32:
                float single;
                reduce(x, null, null, (byte*)&single, n, 0);
                Combine(ending.Code, (double*)partial + chunk, single);
                break;
            case DType.Float64:
                double real;
                reduce(x, null, null, (byte*)&real, n, 0);
                Combine(ending.Code, (double*)partial + chunk, real);
                break;
            default:
                long whole;
                reduce(x, null, null, (byte*)&whole, n, 0);
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
        else *(float*)output = (float)*(double*)partial;
    }

    static void Finish<T>(Ending ending, byte* partial, int chunks) where T : unmanaged, INumber<T>
    {
        var combine = (delegate*<byte*, byte*, byte*, byte*, int, int, void>)Kernel.Of(ending.Code, DTypes.Of<T>(), Extent.Column);
        for (var chunk = 1; chunk < chunks; chunk++)
            combine(partial, (byte*)((T*)partial + (long)chunk * ending.Width), null, partial, ending.Width, 0);
    }
}
