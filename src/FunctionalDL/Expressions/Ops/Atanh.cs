using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = artanh x, ∂y/∂x = 1/(1 − x²). ±∞ at ±1, NaN beyond.</summary>
sealed record AtanhOp : UnaryOp
{
    public override string Name => "Atanh";

    protected override T Apply<T>(T x) => T.Atanh(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 / ((1 - x) * (1 + x));

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within)
    {
        if (Math.Abs(x[0]) < 1 - within) return null;
        if (Math.Abs(x[0]) > 1) return new(NonSmoothKind.OutsideDomain, "artanh x has no value beyond ±1.");
        return new(NonSmoothKind.Pole, "artanh x is infinite at ±1.");
    }
}
