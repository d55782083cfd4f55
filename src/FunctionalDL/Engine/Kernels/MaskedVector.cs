using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FunctionalDL.Engine;

/// <summary>Moves the first n elements of a vector, of four or eight bytes each, and touches no memory beyond them.</summary>
static unsafe class MaskedVector
{
    /// <summary>The first n lanes, all ones; to be used for many parts of one length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Lanes<T>(int n) where T : unmanaged => sizeof(T) == 4
        ? Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(n)).As<int, T>()
        : Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)n)).As<long, T>();

    /// <summary>n elements, and zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load<T>(T* x, int n) where T : unmanaged => Load(x, Lanes<T>(n));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> x, T* y, int n) where T : unmanaged => Store(x, y, Lanes<T>(n));

    /// <summary>The elements in some lanes, and zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load<T>(T* x, Vector512<T> lanes) where T : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(T) == 4)
            return Avx512F.MaskLoad((float*)x, lanes.As<T, float>(), Vector512<float>.Zero).As<float, T>();
        if (Avx512F.IsSupported && sizeof(T) == 8)
            return Avx512F.MaskLoad((double*)x, lanes.As<T, double>(), Vector512<double>.Zero).As<double, T>();
        if (Avx.IsSupported)
            return Vector512.Create(Load(x, lanes.GetLower()), Load(x + Vector256<T>.Count, lanes.GetUpper()));
        var result = Vector512<T>.Zero;
        for (int i = 0, n = Count(lanes); i < n; i++) result = result.WithElement(i, x[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<T> Load<T>(T* x, Vector256<T> lanes)
        where T : unmanaged =>
        sizeof(T) == 4
            ? Avx.MaskLoad((float*)x, lanes.As<T, float>()).As<float, T>()
            : Avx.MaskLoad((double*)x, lanes.As<T, double>()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> x, T* y, Vector512<T> lanes) where T : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(T) == 4) Avx512F.MaskStore((float*)y, lanes.As<T, float>(), x.As<T, float>());
        else if (Avx512F.IsSupported && sizeof(T) == 8) Avx512F.MaskStore((double*)y, lanes.As<T, double>(), x.As<T, double>());
        else if (Avx.IsSupported)
        {
            Store(x.GetLower(), y, lanes.GetLower());
            Store(x.GetUpper(), y + Vector256<T>.Count, lanes.GetUpper());
        }
        else
            for (int i = 0, n = Count(lanes); i < n; i++) y[i] = x[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<T>(Vector256<T> x, T* y, Vector256<T> lanes) where T : unmanaged
    {
        if (sizeof(T) == 4) Avx.MaskStore((float*)y, lanes.As<T, float>(), x.As<T, float>());
        else Avx.MaskStore((double*)y, lanes.As<T, double>(), x.As<T, double>());
    }

    static int Count<T>(Vector512<T> lanes) where T : unmanaged => BitOperations.PopCount(lanes.ExtractMostSignificantBits());
}
