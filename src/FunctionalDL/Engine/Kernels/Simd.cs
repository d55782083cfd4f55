using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>The vector operations of the matrix product, at one width.</summary>
interface ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    static abstract int Count { get; }

    static abstract unsafe TVector Load(T* x);

    /// <summary>n elements, and zeros.</summary>
    static abstract unsafe TVector Load(T* x, int n);

    static abstract unsafe TVector Broadcast(T* x);

    static abstract unsafe void Store(T* y, TVector x);

    /// <summary>The first n elements.</summary>
    static abstract unsafe void Store(T* y, TVector x, int n);

    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a · b + c, rounded once where the machine can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>Adds the sum of the elements to a number.</summary>
    static abstract unsafe void Accumulate(T* y, TVector x);
}

/// <summary>512 bits.</summary>
readonly unsafe struct Simd512<T> : ISimd<Vector512<T>, T> where T : unmanaged
{
    public static int Count => Vector512<T>.Count;

    public static Vector512<T> Load(T* x) => Vector512.Load(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load(T* x, int n) => MaskedVector.Load(x, n);

    public static Vector512<T> Broadcast(T* x) => Vector512.Create(*x);

    public static void Store(T* y, Vector512<T> x) => Vector512.Store(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* y, Vector512<T> x, int n) => MaskedVector.Store(x, y, n);

    public static Vector512<T> Add(Vector512<T> a, Vector512<T> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(T* y, Vector512<T> x) => Simd256<T>.Accumulate(y, x.GetLower() + x.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd(Vector512<T> a, Vector512<T> b, Vector512<T> c) => typeof(T) == typeof(float)
        ? Vector512.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
        : Vector512.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
}

/// <summary>256 bits.</summary>
readonly unsafe struct Simd256<T> : ISimd<Vector256<T>, T> where T : unmanaged
{
    public static int Count => Vector256<T>.Count;

    public static Vector256<T> Load(T* x) => Vector256.Load(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load(T* x, int n) => MaskedVector.Load(x, n).GetLower();

    public static Vector256<T> Broadcast(T* x) => Vector256.Create(*x);

    public static void Store(T* y, Vector256<T> x) => Vector256.Store(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* y, Vector256<T> x, int n) => MaskedVector.Store(x.ToVector512Unsafe(), y, n);

    public static Vector256<T> Add(Vector256<T> a, Vector256<T> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(T* y, Vector256<T> x) => Simd128<T>.Accumulate(y, x.GetLower() + x.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> a, Vector256<T> b, Vector256<T> c) => typeof(T) == typeof(float)
        ? Vector256.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
        : Vector256.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
}

/// <summary>128 bits.</summary>
readonly unsafe struct Simd128<T> : ISimd<Vector128<T>, T> where T : unmanaged
{
    public static int Count => Vector128<T>.Count;

    public static Vector128<T> Load(T* x) => Vector128.Load(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Load(T* x, int n) => MaskedVector.Load(x, n).GetLower().GetLower();

    public static Vector128<T> Broadcast(T* x) => Vector128.Create(*x);

    public static void Store(T* y, Vector128<T> x) => Vector128.Store(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* y, Vector128<T> x, int n) => MaskedVector.Store(x.ToVector256Unsafe().ToVector512Unsafe(), y, n);

    public static Vector128<T> Add(Vector128<T> a, Vector128<T> b) => a + b;

    public static void Accumulate(T* y, Vector128<T> x) => *y = Vector128.Sum(Vector128.CreateScalar(*y) + x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> MultiplyAdd(Vector128<T> a, Vector128<T> b, Vector128<T> c) => typeof(T) == typeof(float)
        ? Vector128.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
        : Vector128.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
}
