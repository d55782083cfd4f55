namespace FunctionalDL.Ops;

/// <summary>y = ⌊x⌋, the largest whole number up to x. Its derivative is taken as 0, also at the jumps.</summary>
sealed record FloorOp : UnaryOp
{
    public override string Name => "Floor";

    protected override T Apply<T>(T x) => T.Floor(x);

    protected override Expr? Partial(Expr x, Expr y) => null;

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) =>
        NonSmooth.Step(x[0], within, at: 0)
            ? new(NonSmoothKind.Jump, "⌊x⌋ jumps at whole numbers; the derivative is taken as 0.")
            : null;
}
