namespace FunctionalDL.Ops;

/// <summary>y = the whole number nearest to x, of two the even one. Its derivative is taken as 0, also at the jumps.</summary>
sealed record RoundOp : UnaryOp
{
    public override string Name => "Round";

    protected override T Apply<T>(T x) => T.Round(x, MidpointRounding.ToEven);

    protected override Expr? Partial(Expr x, Expr y) => null;

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) =>
        NonSmooth.Step(x[0], within, at: 0.5)
            ? new(NonSmoothKind.Jump, "Rounding jumps between whole numbers; the derivative is taken as 0.")
            : null;
}
