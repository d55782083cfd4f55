using System.Numerics;

namespace FunctionalDL.Engine;

/// <summary>Brings the results of tiles together: chunk by chunk in partial results, and these in one, each in a fixed order.</summary>
abstract unsafe class Collector
{
    /// <summary>The collector of a reduction of numbers of a dtype; floats are collected in float64 where that is asked for.</summary>
    public static Collector Of(Code code, DType lane, bool inFloat64) =>
        lane.VisitNumbers<Collectors, Collector>(new(code, inFloat64));

    readonly struct Collectors(Code code, bool inFloat64) : INumberVisitor<Collector>
    {
        public Collector Visit<T>()
            where T : unmanaged, INumber<T>, IMinMaxValue<T> => inFloat64 ? new Collector<T, double>(code) : new Collector<T, T>(code);
    }

    /// <summary>The type of the partial results.</summary>
    public abstract DType DType { get; }

    /// <summary>Sets a chunk's partial result to what changes nothing: for a sum −0, as 0 would make a sum of −0 positive.</summary>
    public abstract void Fill(byte* partial, int chunk, int width);

    /// <summary>Adds a tile to a chunk's one result.</summary>
    public abstract void Accumulate(in TileInstruction reduce, byte* x, int n, byte* partial, int chunk);

    /// <summary>Combines the chunks' results into the first and writes it.</summary>
    public abstract void Finish(byte* partial, byte* output, int chunks, int width);
}

sealed unsafe class Collector<T, TPartial>(Code code) : Collector
    where T : unmanaged, INumber<T> where TPartial : unmanaged, INumber<TPartial>
{
    readonly nint combine = Kernel.Of(code, DTypes.Of<TPartial>(), Extent.Column);

    public override DType DType => DTypes.Of<TPartial>();

    public override void Fill(byte* partial, int chunk, int width) =>
        new Span<TPartial>((TPartial*)partial + (long)chunk * width, width).Fill(TPartial.CreateSaturating(code switch
        {
            Code.Sum => -0.0,
            Code.Max => double.NegativeInfinity,
            _ => double.PositiveInfinity,
        }));

    public override void Accumulate(in TileInstruction reduce, byte* x, int n, byte* partial, int chunk)
    {
        if (typeof(T) == typeof(float) && typeof(TPartial) == typeof(double) && code == Code.Sum)
        {
            ((double*)partial)[chunk] += Reductions.Sum((float*)x, n);
            return;
        }
        T reduced;
        reduce.Call(new Strip { A = x, D = (byte*)&reduced, Rows = 1, Columns = n });
        var sum = (TPartial*)partial + chunk;
        var next = TPartial.CreateTruncating(reduced);
        *sum = code switch
        {
            Code.Sum => *sum + next,
            Code.Max => TPartial.Max(*sum, next),
            _ => TPartial.Min(*sum, next),
        };
    }

    public override void Finish(byte* partial, byte* output, int chunks, int width)
    {
        var loop = (delegate*<in Strip, void>)combine;
        for (var chunk = 1; chunk < chunks; chunk++)
            loop(new Strip { A = partial, B = (byte*)((TPartial*)partial + (long)chunk * width), D = partial, Rows = 1, Columns = width });
        var bytes = (long)width * sizeof(T);
        if (typeof(T) == typeof(TPartial)) Buffer.MemoryCopy(partial, output, bytes, bytes);
        else
            for (var i = 0; i < width; i++) ((T*)output)[i] = T.CreateTruncating(((TPartial*)partial)[i]);
    }
}
