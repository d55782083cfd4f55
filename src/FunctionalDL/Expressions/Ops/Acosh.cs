using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = arcosh x ≥ 0, ∂y/∂x = 1/√(x² − 1). NaN below 1.</summary>
sealed record AcoshOp : UnaryOp
{
    public override string Name => "Acosh";

    protected override T Apply<T>(T x) => T.Acosh(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 / Sqrt((x - 1) * (x + 1));

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within)
    {
        if (x[0] > 1 + within) return null;
        if (x[0] < 1) return new(NonSmoothKind.OutsideDomain, "arcosh x has no value below 1.");
        return new(NonSmoothKind.Pole, "The slope of arcosh x is infinite at 1.");
    }
}
