using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = sinh x = (eˣ − e⁻ˣ)/2, ∂y/∂x = cosh x.</summary>
sealed record SinhOp : UnaryOp
{
    public override string Name => "Sinh";

    protected override T Apply<T>(T x) => T.Sinh(x);

    protected override Expr? Partial(Expr x, Expr y) => Cosh(x);
}
