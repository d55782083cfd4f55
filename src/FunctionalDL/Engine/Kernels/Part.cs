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
        if (Avx.IsSupported && sizeof(T) == 4)
        {
            var mask = Mask32(n);
            return Vector512.Create(Avx.MaskLoad((float*)x, mask.GetLower()), Avx.MaskLoad((float*)x + Vector256<float>.Count, mask.GetUpper())).As<float, T>();
        }
        if (Avx.IsSupported && sizeof(T) == 8)
        {
            var mask = Mask64(n);
            return Vector512.Create(Avx.MaskLoad((double*)x, mask.GetLower()), Avx.MaskLoad((double*)x + Vector256<double>.Count, mask.GetUpper())).As<double, T>();
        }
        var result = Vector512<T>.Zero;
        for (var i = 0; i < n; i++) result = result.WithElement(i, x[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> x, T* y, int n) where T : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(T) == 4) Avx512F.MaskStore((float*)y, Mask32(n), x.As<T, float>());
        else if (Avx512F.IsSupported && sizeof(T) == 8) Avx512F.MaskStore((double*)y, Mask64(n), x.As<T, double>());
        else if (Avx.IsSupported && sizeof(T) == 4)
        {
            var mask = Mask32(n);
            Avx.MaskStore((float*)y, mask.GetLower(), x.As<T, float>().GetLower());
            Avx.MaskStore((float*)y + Vector256<float>.Count, mask.GetUpper(), x.As<T, float>().GetUpper());
        }
        else if (Avx.IsSupported && sizeof(T) == 8)
        {
            var mask = Mask64(n);
            Avx.MaskStore((double*)y, mask.GetLower(), x.As<T, double>().GetLower());
            Avx.MaskStore((double*)y + Vector256<double>.Count, mask.GetUpper(), x.As<T, double>().GetUpper());
        }
        else
            for (var i = 0; i < n; i++) y[i] = x[i];
    }

    static Vector512<float> Mask32(int n) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(n)).AsSingle();

    static Vector512<double> Mask64(int n) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)n)).AsDouble();
}
