using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FunctionalDL.Engine;

/// <summary>Moves the first n elements of a vector, and touches no memory beyond them.</summary>
static unsafe class Part
{
    /// <summary>n elements, and zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load<T>(T* x, int n) where T : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(T) == 4) return Avx512F.MaskLoad((float*)x, Mask32(n), Vector512<float>.Zero).As<float, T>();
        if (Avx512F.IsSupported && sizeof(T) == 8) return Avx512F.MaskLoad((double*)x, Mask64(n), Vector512<double>.Zero).As<double, T>();
        var result = Vector512<T>.Zero;
        for (var i = 0; i < n; i++) result = result.WithElement(i, x[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> x, T* y, int n) where T : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(T) == 4) Avx512F.MaskStore((float*)y, Mask32(n), x.As<T, float>());
        else if (Avx512F.IsSupported && sizeof(T) == 8) Avx512F.MaskStore((double*)y, Mask64(n), x.As<T, double>());
        else
            for (var i = 0; i < n; i++) y[i] = x[i];
    }

    /// <summary>The first n lanes, all ones; to be used for many parts of one length.</summary>
    public static Vector512<T> Lanes<T>(int n) where T : unmanaged => sizeof(T) == 4 ? Mask32(n).As<float, T>() : Mask64(n).As<double, T>();

    /// <summary>The elements in some lanes, and zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load<T>(T* x, Vector512<T> lanes) where T : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(T) == 4) return Avx512F.MaskLoad((float*)x, lanes.As<T, float>(), Vector512<float>.Zero).As<float, T>();
        if (Avx512F.IsSupported && sizeof(T) == 8) return Avx512F.MaskLoad((double*)x, lanes.As<T, double>(), Vector512<double>.Zero).As<double, T>();
        return Load(x, Count(lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> x, T* y, Vector512<T> lanes) where T : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(T) == 4) Avx512F.MaskStore((float*)y, lanes.As<T, float>(), x.As<T, float>());
        else if (Avx512F.IsSupported && sizeof(T) == 8) Avx512F.MaskStore((double*)y, lanes.As<T, double>(), x.As<T, double>());
        else Store(x, y, Count(lanes));
    }

    static int Count<T>(Vector512<T> lanes) where T : unmanaged => System.Numerics.BitOperations.PopCount(lanes.ExtractMostSignificantBits());

    static Vector512<float> Mask32(int n) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(n)).AsSingle();

    static Vector512<double> Mask64(int n) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)n)).AsDouble();
}
