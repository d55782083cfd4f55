using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>
/// Numbers of uint64 as int64 of the same bits, for which runtimes have kernels. Sums and products have the same bits; what depends on the
/// order of numbers is done where they are turned by 2⁶³, which makes the smallest the smallest again.
/// </summary>
static class UnsignedWholes
{
    /// <summary>An op applied to numbers of uint64 given as int64.</summary>
    public static Expr Apply(Op op, Expr[] x, DType result) => op switch
    {
        AbsOp => x[0],
        SignOp => Select(Equal(x[0], Full(x[0], 0)), Full(x[0], 0), Full(x[0], 1)),
        DivideOp => Quotient(x[0], x[1]),
        RemainderOp => x[0] - x[1] * Quotient(x[0], x[1]),
        ShiftLeftOp => ShiftLeft(x[0], Places(x[1])),
        ShiftRightOp => ShiftedRight(x[0], Places(x[1])),
        ScatterMaximumOp => Turned(new(op, Turned(x[0]), x[1], Turned(x[2]))),
        ComparisonOp and not EqualOp or ChoiceOp or MaxOp or MinOp or TopKOp or ArgMaxOp => Ordered(op, x, result),
        _ => new(op, x),
    };

    static Expr Ordered(Op op, Expr[] x, DType result)
    {
        var y = new Expr(op, Array.ConvertAll(x, Turned));
        return result == DType.UInt64 ? Turned(y) : y;
    }

    static Expr Turned(Expr x) => x + Full(x, long.MinValue);

    /// <summary>
    /// x/y without signs. Where y is below 2⁶³, the quotient is twice that of half of x, or one more; else it is 0 or 1 (Warren,
    /// Hacker's Delight, §9.3).
    /// </summary>
    static Expr Quotient(Expr x, Expr y)
    {
        var part = 2 * (Half(x) / y);
        var more = AtLeast(x - part * y, y);
        var isLarge = y < Full(y, 0);
        return Select(isLarge, AtLeast(x, y), part + more);
    }

    /// <summary>1 where x is not below y without signs, and 0 elsewhere.</summary>
    static Expr AtLeast(Expr x, Expr y) => (Turned(y) <= Turned(x)).Cast(DType.Int64);

    /// <summary>⌊x/2⌋ without signs.</summary>
    static Expr Half(Expr x)
    {
        const double quarter = 1L << 62;
        return Select(x < Full(x, 0), Turned(x) / 2 + Full(x, quarter), x / 2);
    }

    /// <summary>⌊x/2ⁿ⌋ without signs: the first place is moved by hand, after which there is no sign.</summary>
    static Expr ShiftedRight(Expr x, Expr n)
    {
        var isMoved = n > Full(n, 0);
        return Select(isMoved, ShiftRight(Half(x), Select(isMoved, n - 1, Full(n, 0))), x);
    }

    /// <summary>A number of places, of which 64 move all bits.</summary>
    static Expr Places(Expr n) => Select(n < Full(n, 0), Full(n, 64), n);

    /// <summary>Numbers of uint64 as floats, rounded once.</summary>
    public static Expr ToFloat(Expr x, DType to)
    {
        var bits = x.Cast(DType.Int64);
        var half = Half(bits);
        // Odd where a digit is left, so that it is rounded to the same side.
        var sticky = half + (bits - 2 * half) * (1 - (half - 2 * (half / 2)));
        return Select(bits < Full(bits, 0), 2 * sticky.Cast(to.Lane()), bits.Cast(to.Lane())).Cast(to);
    }

    /// <summary>Floats as numbers of uint64: towards 0, NaN as 0, and what is beyond them as the least or the largest.</summary>
    public static Expr OfFloat(Expr x)
    {
        const double limit = 1UL << 63;
        var above = (x - limit).Cast(DType.Int64);
        return Select(x >= Full(x, limit), Turned(above), Maximum(x, 0).Cast(DType.Int64)).Cast(DType.UInt64);
    }
}
