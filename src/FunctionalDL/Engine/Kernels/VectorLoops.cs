using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>A function of one vector.</summary>
interface IUnary<T> where T : unmanaged
{
    static abstract Vector512<T> Apply(Vector512<T> x);
}

/// <summary>A function of two vectors.</summary>
interface IBinary<T> where T : unmanaged
{
    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b);
}

/// <summary>A function of two whole numbers.</summary>
interface IWhole<T> where T : unmanaged, INumber<T>
{
    static abstract T Apply(T a, T b);
}

/// <summary>
/// Loops over rows of elements, whatever the function. The last elements of a row, too few for a vector, are read into one with zeros and
/// go through the same function, so that an element's bits do not depend on its place. Each is compiled for speed at once: it takes its
/// final form before the first step, and no time is lost to counting its branches.
/// </summary>
static unsafe class VectorLoops
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unary<T, TOp>(in Strip strip) where T : unmanaged where TOp : IUnary<T>
    {
        byte* a = strip.A, d = strip.D;
        var n = strip.Columns;
        for (var row = 0; row < strip.Rows; row++, a += strip.StrideA, d += strip.StrideD)
        {
            T* x = (T*)a, y = (T*)d;
            if (strip.Scalars != 0)
            {
                new Span<T>(y, n).Fill(TOp.Apply(Vector512.Create(*x)).ToScalar());
                continue;
            }
            var i = 0;
            for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count) TOp.Apply(Vector512.Load(x + i)).Store(y + i);
            if (i < n) MaskedVector.Store(TOp.Apply(MaskedVector.Load(x + i, n - i)), y + i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Binary<T, TOp>(in Strip strip) where T : unmanaged where TOp : IBinary<T>
    {
        byte* a = strip.A, b = strip.B, d = strip.D;
        var n = strip.Columns;
        for (var row = 0; row < strip.Rows; row++, a += strip.StrideA, b += strip.StrideB, d += strip.StrideD)
        {
            T* x = (T*)a, y = (T*)b, z = (T*)d;
            var i = 0;
            switch (strip.Scalars)
            {
                case 0:
                    for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count)
                        TOp.Apply(Vector512.Load(x + i), Vector512.Load(y + i)).Store(z + i);
                    if (i < n)
                        MaskedVector.Store(TOp.Apply(MaskedVector.Load(x + i, n - i), MaskedVector.Load(y + i, n - i)), z + i, n - i);
                    break;
                case 1:
                    var left = Vector512.Create(*x);
                    for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count) TOp.Apply(left, Vector512.Load(y + i)).Store(z + i);
                    if (i < n) MaskedVector.Store(TOp.Apply(left, MaskedVector.Load(y + i, n - i)), z + i, n - i);
                    break;
                case 2:
                    var right = Vector512.Create(*y);
                    for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count) TOp.Apply(Vector512.Load(x + i), right).Store(z + i);
                    if (i < n) MaskedVector.Store(TOp.Apply(MaskedVector.Load(x + i, n - i), right), z + i, n - i);
                    break;
                default:
                    new Span<T>(z, n).Fill(TOp.Apply(Vector512.Create(*x), Vector512.Create(*y)).ToScalar());
                    break;
            }
        }
    }

    /// <summary>D = outer(inner(A, B), C). A number for a whole row is read from a vector of it again and again.</summary>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Chain<T, TInner, TOuter>(in Strip strip) where T : unmanaged where TInner : IBinary<T> where TOuter : IBinary<T>
    {
        var w = Vector512<T>.Count;
        var numbers = stackalloc Vector512<T>[3];
        int strideX = (strip.Scalars & 1) != 0 ? 0 : w, strideY = (strip.Scalars & 2) != 0 ? 0 : w;
        var strideZ = (strip.Scalars & 4) != 0 ? 0 : w;
        byte* a = strip.A, b = strip.B, c = strip.C, d = strip.D;
        for (var row = 0; row < strip.Rows; row++, a += strip.StrideA, b += strip.StrideB, c += strip.StrideC, d += strip.StrideD)
        {
            T* x = Operand((T*)a, strideX, numbers),
                y = Operand((T*)b, strideY, numbers + 1),
                z = Operand((T*)c, strideZ, numbers + 2),
                result = (T*)d;
            var n = strip.Columns;
            for (; n >= w; n -= w, x += strideX, y += strideY, z += strideZ, result += w)
                TOuter.Apply(TInner.Apply(Vector512.Load(x), Vector512.Load(y)), Vector512.Load(z)).Store(result);
            if (n == 0) continue;
            var inner = TInner.Apply(MaskedVector.Load(x, n), MaskedVector.Load(y, n));
            MaskedVector.Store(TOuter.Apply(inner, MaskedVector.Load(z, n)), result, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T* Operand<T>(T* x, int step, Vector512<T>* number) where T : unmanaged
    {
        if (step != 0) return x;
        *number = Vector512.Create(*x);
        return (T*)number;
    }

    /// <summary>
    /// Short rows, or one number for each, as rows one after another. It writes up to a vector too much, which the next row overwrites.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread<T>(in Strip strip) where T : unmanaged
    {
        byte* a = strip.A, d = strip.D;
        for (var row = 0; row < strip.Rows; row++, a += strip.StrideA, d += strip.StrideD)
            for (var i = 0; i < strip.Columns; i += Vector512<T>.Count) Read((T*)a, i, strip.Columns, strip.Scalars).Store((T*)d + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select<T>(in Strip strip) where T : unmanaged
    {
        byte* a = strip.A, b = strip.B, c = strip.C, d = strip.D;
        for (var row = 0; row < strip.Rows; row++, a += strip.StrideA, b += strip.StrideB, c += strip.StrideC, d += strip.StrideD)
            for (var i = 0; i < strip.Columns; i += Vector512<T>.Count)
            {
                var test = Read((T*)a, i, strip.Columns, strip.Scalars & 1);
                var (yes, no) = (Read((T*)b, i, strip.Columns, strip.Scalars & 2), Read((T*)c, i, strip.Columns, strip.Scalars & 4));
                var result = Vector512.ConditionalSelect(Vector512.Equals(test, Vector512<T>.Zero), no, yes);
                if (strip.Columns - i >= Vector512<T>.Count) result.Store((T*)d + i);
                else MaskedVector.Store(result, (T*)d + i, strip.Columns - i);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Read<T>(T* x, int i, int n, int isScalar) where T : unmanaged
    {
        if (isScalar != 0) return Vector512.Create(*x);
        return n - i >= Vector512<T>.Count ? Vector512.Load(x + i) : MaskedVector.Load(x + i, n - i);
    }

    /// <summary>Whole numbers one by one: what has an error for some is applied to none beside them.</summary>
    public static void Whole<T, TOp>(in Strip strip) where T : unmanaged, INumber<T> where TOp : IWhole<T>
    {
        byte* a = strip.A, b = strip.B, d = strip.D;
        for (var row = 0; row < strip.Rows; row++, a += strip.StrideA, b += strip.StrideB, d += strip.StrideD)
        {
            T* x = (T*)a, y = (T*)b, z = (T*)d;
            int strideX = 1 - (strip.Scalars & 1), strideY = 1 - (strip.Scalars >> 1);
            for (var i = 0; i < strip.Columns; i++) z[i] = TOp.Apply(x[i * strideX], y[i * strideY]);
        }
    }

    /// <summary>Elements of one type as those of another.</summary>
    public static void Convert<TFrom, TFromElement, TTo, TToElement>(in Strip strip)
        where TFrom : unmanaged where TFromElement : IElement<TFrom> where TTo : unmanaged where TToElement : IElement<TTo>
    {
        byte* a = strip.A, d = strip.D;
        for (var row = 0; row < strip.Rows; row++, a += strip.StrideA, d += strip.StrideD)
        {
            var x = (TFrom*)a;
            var y = (TTo*)d;
            if (strip.Scalars != 0)
            {
                new Span<TTo>(y, strip.Columns).Fill(Conversion.Convert<TFrom, TFromElement, TTo, TToElement>(*x));
                continue;
            }
            var i = typeof(TFrom) == typeof(bool) && typeof(TTo) == typeof(float) ? ZerosAndOnes((byte*)x, (float*)y, strip.Columns) : 0;
            for (; i < strip.Columns; i++) y[i] = Conversion.Convert<TFrom, TFromElement, TTo, TToElement>(x[i]);
        }
    }

    /// <summary>Truth values as numbers: as many of them as fill vectors.</summary>
    static int ZerosAndOnes(byte* x, float* y, int n)
    {
        var i = 0;
        for (; i <= n - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            var bytes = Vector128.Load(x + i).ToVector256Unsafe().ToVector512Unsafe();
            Vector512.ConvertToSingle(Vector512.WidenLower(Vector512.WidenLower(bytes)).AsInt32()).Store(y + i);
        }
        return i;
    }
}
