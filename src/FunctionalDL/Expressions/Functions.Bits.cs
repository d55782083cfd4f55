using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>The bits set in both of two integers.</summary>
    public static Expr BitAnd(Expr x, Expr y) => Apply(new BitAndOp(), x, y);

    /// <summary>The bits set in either of two integers.</summary>
    public static Expr BitOr(Expr x, Expr y) => Apply(new BitOrOp(), x, y);

    /// <summary>The bits set in one of two integers alone.</summary>
    public static Expr BitXor(Expr x, Expr y) => Apply(new BitXorOp(), x, y);

    /// <summary>The bits not set in an integer: −1 − x.</summary>
    public static Expr BitNot(Expr x) => x.DType.IsInteger() ? -x - 1
        : throw new DTypeException($"BitNot: takes integers, given {x.Type}. Cast the input, such as x.Cast(DType.Int64).");

    /// <summary>
    /// x·2ⁿ, of which the lowest bits are kept, as integers wrap around: 0 where n is the number of bits or more. A negative n is an
    /// error when it is computed.
    /// </summary>
    public static Expr ShiftLeft(Expr x, Expr n) => Apply(new ShiftLeftOp(), x, n);

    /// <summary>
    /// ⌊x/2ⁿ⌋: the bits of x moved to the right, behind its sign where the dtype has one, behind zeros where it has none. A negative
    /// n is an error when it is computed.
    /// </summary>
    public static Expr ShiftRight(Expr x, Expr n) => Apply(new ShiftRightOp(), x, n);
}
