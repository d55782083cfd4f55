using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = |x|, ∂y/∂x = sign x. The subgradient taken at 0 is 0. The smallest integer stays itself, as integers wrap around.
/// </summary>
sealed record AbsOp : NumericUnaryOp
{
    public override string Name => "Abs";

    protected override T Apply<T>(T x) => T.IsNegative(x) ? -x : x;

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => Sign(x[0]);

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) => Math.Abs(x[0]) <= within
        ? new(NonSmoothKind.Kink, "|x| has a kink at 0; the derivative is taken as 0.") : null;
}
