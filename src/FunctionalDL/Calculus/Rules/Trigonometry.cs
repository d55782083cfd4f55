using FunctionalDL.Ops;
using static FunctionalDL.Rules.Parts;

namespace FunctionalDL.Rules;

/// <summary>Even and odd functions.</summary>
static class Trigonometry
{
    /// <summary>Whether a function is even or odd.</summary>
    public static bool HasParity(Op op) =>
        op
            is SinOp
                or CosOp
                or TanOp
                or AsinOp
                or AtanOp
                or SinhOp
                or CoshOp
                or TanhOp
                or AsinhOp
                or AtanhOp
                or ErfOp
                or AbsOp;

    /// <summary>f(−x) = −f(x) for odd functions; cos(−x) = cos x and cosh(−x) = cosh x; |−x| = |x|; ||x|| = |x|.</summary>
    public static Expr? Parity(Expr node)
    {
        var x = node.Inputs[0];
        if (node.Op is AbsOp && x.Op is AbsOp) return x;
        var (a, u) = x.Scaled();
        // Among unsigned numbers −x is another large one, not x with its sign turned.
        if (x.Number() is not null || a >= 0 || x.DType.IsUnsigned()) return null;
        var mirrored = new Expr(node.Op, Times(-a, u));
        return node.Op is CosOp or CoshOp or AbsOp ? mirrored : -mirrored;
    }
}
