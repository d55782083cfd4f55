namespace FunctionalDL.Ops;

/// <summary>y = ln x, ∂y/∂x = 1/x. −∞ at 0, NaN below.</summary>
sealed record LogOp : UnaryOp
{
    public override string Name => "Log";

    protected override T Apply<T>(T x) => T.Log(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 / x;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("ln", x);

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within)
    {
        if (x[0] > within) return null;
        if (x[0] < 0) return new(NonSmoothKind.OutsideDomain, "ln x has no value below 0.");
        return new(NonSmoothKind.Pole, "ln x is −∞ at 0.");
    }
}
