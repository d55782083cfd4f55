using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = cosh x = (eˣ + e⁻ˣ)/2, ∂y/∂x = sinh x.</summary>
sealed record CoshOp : UnaryOp
{
    public override string Name => "Cosh";

    protected override T Apply<T>(T x) => T.Cosh(x);

    protected override Expr? Partial(Expr x, Expr y) => Sinh(x);
}
