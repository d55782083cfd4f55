using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>⌊x⌋, the largest whole number up to x; an integer is itself. Its derivative is 0.</summary>
    public static Expr Floor(Expr x) => x.DType.IsInteger() ? x : new(new FloorOp(), x);

    /// <summary>⌈x⌉ = −⌊−x⌋, the smallest whole number from x on; an integer is itself. Its derivative is 0.</summary>
    public static Expr Ceiling(Expr x) => x.DType.IsInteger() ? x : -Floor(-x);

    /// <summary>The whole number nearest to x, of two the even one; an integer is itself. Its derivative is 0.</summary>
    public static Expr Round(Expr x) => x.DType.IsInteger() ? x : new(new RoundOp(), x);

    /// <summary>x without its fraction: the whole number next to x towards 0; an integer is itself. Its derivative is 0.</summary>
    public static Expr Truncate(Expr x) => x.DType.IsInteger() ? x : Select(x < 0, Ceiling(x), Floor(x));

    /// <summary>
    /// x, but at least a number and at most another: min(max(x, low), high), the high one where they cross. NaN stays NaN. Where x is a
    /// bound, the gradient is 0.
    /// </summary>
    public static Expr Clamp(Expr x, double low, double high) => Minimum(Maximum(x, low), high);

    /// <summary>x, but at least low and at most high: min(max(x, low), high). NaN in any of them stays NaN.</summary>
    public static Expr Clamp(Expr x, Expr low, Expr high) => Minimum(Maximum(x, low), high);

    /// <summary>
    /// x − y·q with q = x/y cut towards 0: the remainder that has the sign of x, as % of C. Of floats it is exact, and NaN where y is 0;
    /// an integer y of 0 is an error when it is computed. ∂/∂x = 1, ∂/∂y = −q.
    /// </summary>
    public static Expr Remainder(Expr x, Expr y) => Apply(new RemainderOp(), x, y);

    /// <summary>
    /// x − y·⌊x/y⌋: the remainder that has the sign of y, as % of Python. A remainder of 0 has the sign of x; for the rest see
    /// <see cref="Remainder"/>. ∂/∂x = 1, ∂/∂y = −⌊x/y⌋.
    /// </summary>
    public static Expr Modulo(Expr x, Expr y)
    {
        var rest = Remainder(x, y);
        if (rest.DType.IsUnsigned()) return rest;
        var zero = ZerosLike(rest);
        var divisor = Broadcast(y, rest.Shape);
        var isBetween = Not(Equal(rest, zero)) & Xor(rest < zero, divisor < zero);
        return Select(isBetween, rest + divisor, rest);
    }

    /// <summary>Whether x is NaN, as bool.</summary>
    public static Expr IsNaN(Expr x) => Not(Equal(x, x));

    /// <summary>Whether x is infinite, as bool; the signs that count may be chosen. No integer is.</summary>
    public static Expr IsInfinite(Expr x, bool positive = true, bool negative = true)
    {
        if (!x.DType.IsFloat() || !positive && !negative) return Not(Equal(x, x)) & Equal(x, x);
        if (!negative) return Equal(x, Full(x, double.PositiveInfinity));
        return Equal(positive ? Abs(x) : -x, Full(x, double.PositiveInfinity));
    }
}
