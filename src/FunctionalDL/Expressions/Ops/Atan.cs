using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = arctan x in (−π/2, π/2), ∂y/∂x = 1/(1 + x²).</summary>
sealed record AtanOp : UnaryOp
{
    public override string Name => "Atan";

    protected override T Apply<T>(T x) => T.Atan(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 / (1 + Square(x));
}
