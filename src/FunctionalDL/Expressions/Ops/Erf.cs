using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = erf x = 2/√π ∫₀ˣ e^−t² dt, ∂y/∂x = 2/√π · e^−x².</summary>
sealed record ErfOp : UnaryOp
{
    public override string Name => "Erf";

    protected override T Apply<T>(T x) => SpecialValues.Erf(x);

    protected override Expr? Partial(Expr x, Expr y) => 2 / Math.Sqrt(Math.PI) * Exp(-Square(x));
}
