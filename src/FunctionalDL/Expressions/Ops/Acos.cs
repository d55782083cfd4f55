using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = arccos x in [0, π], ∂y/∂x = −1/√(1 − x²). NaN beyond ±1.</summary>
sealed record AcosOp : UnaryOp
{
    public override string Name => "Acos";

    protected override T Apply<T>(T x) => T.Acos(x);

    protected override Expr? Partial(Expr x, Expr y) => -1 / Sqrt((1 - x) * (1 + x));

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within)
    {
        if (Math.Abs(x[0]) < 1 - within) return null;
        if (Math.Abs(x[0]) > 1) return new(NonSmoothKind.OutsideDomain, "arccos x has no value beyond ±1.");
        return new(NonSmoothKind.Pole, "The slope of arccos x is infinite at ±1.");
    }
}
