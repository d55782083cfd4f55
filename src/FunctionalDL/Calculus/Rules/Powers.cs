using FunctionalDL.Ops;
using static FunctionalDL.Functions;
using static FunctionalDL.Rules.Parts;

namespace FunctionalDL.Rules;

/// <summary>Powers, roots, exponentials and logarithms.</summary>
static class Powers
{
    /// <summary>
    /// x⁰ = 1, x¹ = x, (xᵃ)ᵇ = xᵃᵇ for whole a, b above 0, (−x)ᵃ = xᵃ and (−x − y)ᵃ = (x + y)ᵃ for even a,
    /// (√x)² = x, |x|ᵃ = xᵃ for even a.
    /// </summary>
    public static Expr? Power(Expr node)
    {
        var (x, n) = (node.Inputs[0], node.Inputs[1].Number());
        // Whole numbers wrap around, and so do their exponents.
        if (n is not { } b || !node.DType.IsFloat()) return null;
        if (b == 0) return Like(x, 1);
        if (b == 1) return x;
        if (b == 2 && x.Op is SqrtOp) return x.Inputs[0];
        if (b % 2 == 0 && x.Op is NegateOp or AbsOp && b % 2 == 0) return Functions.Power(x.Inputs[0], b);
        if (b % 2 == 0 && x.Op is SubtractOp && x.Inputs[1].Number() is null && x.Inputs[0].Op is NegateOp)
            return Functions.Power(x.Inputs[0].Inputs[0] + x.Inputs[1], b);
        return x.Powered() is var (u, a) && a != 1 && IsWhole(a) && IsWhole(b) && a > 0 && b > 0 ? Functions.Power(u, a * b) : null;
    }

    /// <summary>ln eˣ = x, ln e = 1, e^(ln x) = x, √(x²) = |x|.</summary>
    public static Expr? Inverse(Expr node) => (node.Op, node.Inputs[0]) switch
    {
        (LogOp, var x) when x.IsE() => Like(x, 1),
        (LogOp, { Op: PowerOp } x) when x.Inputs[0].IsE() => x.Inputs[1],
        (LogOp, { Op: ExpOp } x) => x.Inputs[0],
        (ExpOp, { Op: LogOp } x) => x.Inputs[0],
        (SqrtOp, { Op: PowerOp } x) when x.Inputs[1].Number() == 2 => Abs(x.Inputs[0]),
        _ => null,
    };
}
