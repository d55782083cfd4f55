namespace FunctionalDL.Ops;

/// <summary>y = √x, ∂y/∂x = 1/(2y): ∞ at 0. NaN below 0.</summary>
sealed record SqrtOp : UnaryOp
{
    public override string Name => "Sqrt";

    protected override T Apply<T>(T x) => T.Sqrt(x);

    protected override Expr? Partial(Expr x, Expr y) => 0.5 / y;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Root(x[0]);

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within)
    {
        if (x[0] > within) return null;
        if (x[0] < 0) return new(NonSmoothKind.OutsideDomain, "√x has no value below 0.");
        return new(NonSmoothKind.Pole, "The slope of √x is infinite at 0.");
    }
}
