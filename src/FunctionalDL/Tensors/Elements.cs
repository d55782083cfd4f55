using System.Numerics;
using System.Runtime.CompilerServices;

namespace FunctionalDL;

/// <summary>What is done alike to elements of every type, such as to copy them; see <see cref="DTypes.Visit"/>.</summary>
/// <typeparam name="TResult">What comes of it.</typeparam>
public interface IElementVisitor<out TResult>
{
    /// <summary>Does it to elements of one type.</summary>
    /// <typeparam name="T">The .NET type of an element, such as <see cref="float"/>.</typeparam>
    /// <typeparam name="TElement">How elements become numbers, and numbers elements.</typeparam>
    TResult Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>;
}

/// <summary>What is computed alike with numbers of every type.</summary>
interface INumberVisitor<out TResult>
{
    TResult Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>;
}

/// <summary>What is computed alike with real numbers of every type.</summary>
interface IRealVisitor<out TResult>
{
    TResult Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>;
}

/// <summary>How elements of a type become numbers, and numbers become such elements.</summary>
/// <typeparam name="T">The .NET type of an element.</typeparam>
public interface IElement<T> where T : unmanaged
{
    /// <summary>Whether every element is a whole number of 64 bits at most; float64 holds all others.</summary>
    static abstract bool IsWhole { get; }

    /// <summary>The number an element is; 1 for true and 0 for false.</summary>
    static abstract double ToDouble(T x);

    /// <summary>The number an element is, without its fraction; of one that only uint64 holds its bits.</summary>
    static abstract long ToInt64(T x);

    /// <summary>
    /// The element nearest to a number; a whole one towards zero, 0 for NaN, and the largest or smallest for what is beyond them.
    /// </summary>
    static abstract T Of(double x);

    /// <summary>The element nearest to a whole number; a whole one has its lowest bits.</summary>
    static abstract T Of(long x);

    /// <inheritdoc cref="Of(long)"/>
    static abstract T Of(ulong x);
}

readonly struct RealElement<T> : IElement<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool IsWhole => false;

    public static double ToDouble(T x) => double.CreateSaturating(x);

    public static long ToInt64(T x) => long.CreateSaturating(x);

    public static T Of(double x) => T.CreateSaturating(x);

    public static T Of(long x) => T.CreateSaturating(x);

    public static T Of(ulong x) => x <= long.MaxValue ? Of((long)x) : Of(Conversion.Half(x)) * (T.One + T.One);
}

readonly struct WholeElement<T> : IElement<T> where T : unmanaged, IBinaryInteger<T>
{
    public static bool IsWhole => true;

    public static double ToDouble(T x) => double.CreateSaturating(x);

    public static long ToInt64(T x) => long.CreateTruncating(x);

    public static T Of(double x) => T.CreateSaturating(x);

    public static T Of(long x) => T.CreateTruncating(x);

    public static T Of(ulong x) => T.CreateTruncating(x);
}

readonly struct TruthElement : IElement<bool>
{
    public static bool IsWhole => true;

    public static double ToDouble(bool x) => x ? 1 : 0;

    public static long ToInt64(bool x) => x ? 1 : 0;

    public static bool Of(double x) => x != 0;

    public static bool Of(long x) => x != 0;

    public static bool Of(ulong x) => x != 0;
}

readonly struct BFloat16Element : IElement<BFloat16>
{
    public static bool IsWhole => false;

    public static double ToDouble(BFloat16 x) => (float)x;

    public static long ToInt64(BFloat16 x) => long.CreateSaturating((float)x);

    public static BFloat16 Of(double x) => (BFloat16)x;

    public static BFloat16 Of(long x) => (BFloat16)x;

    public static BFloat16 Of(ulong x) => x <= long.MaxValue ? Of((long)x) : (BFloat16)(2 * (float)Of(Conversion.Half(x)));
}

/// <summary>
/// The conversion between any two types of elements: exactly to int64, uint64 or float64, and from there with one rounding.
/// </summary>
static class Conversion
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTo Convert<TFrom, TFromElement, TTo, TToElement>(TFrom x)
        where TFrom : unmanaged where TFromElement : IElement<TFrom> where TTo : unmanaged where TToElement : IElement<TTo>
    {
        if (!TFromElement.IsWhole) return TToElement.Of(TFromElement.ToDouble(x));
        var bits = TFromElement.ToInt64(x);
        return typeof(TFrom) == typeof(ulong) ? TToElement.Of((ulong)bits) : TToElement.Of(bits);
    }

    /// <summary>
    /// Half a number beyond int64, odd where it is not whole: on the same side of every middle, so that it is rounded alike.
    /// </summary>
    internal static long Half(ulong x) => (long)(x >> 1 | x & 1);

    /// <summary>The number an element is, without its fraction.</summary>
    internal static Int128 Whole<T, TElement>(T x) where T : unmanaged where TElement : IElement<T> =>
        typeof(T) == typeof(ulong) ? (ulong)TElement.ToInt64(x) : TElement.ToInt64(x);

    /// <summary>The elements of a tensor as those of a dtype.</summary>
    public static Tensor Cast(Tensor x, DType dtype) => x.DType.Visit<From, Tensor>(new(x, dtype));

    readonly struct From(Tensor x, DType to) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>()
            where T : unmanaged
            where TElement : IElement<T> => to.Visit<To<T, TElement>, Tensor>(new(x.As<T>()));
    }

    readonly struct To<TFrom, TFromElement>(Tensor<TFrom> x) : IElementVisitor<Tensor>
        where TFrom : unmanaged
        where TFromElement : IElement<TFrom>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var from = x.Span;
            var result = GC.AllocateUninitializedArray<T>(x.Count);
            for (var i = 0; i < result.Length; i++) result[i] = Convert<TFrom, TFromElement, T, TElement>(from[i]);
            return Tensor<T>.Adopt(x.Shape, result);
        }
    }
}
