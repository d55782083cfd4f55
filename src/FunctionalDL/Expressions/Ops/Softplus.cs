using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), ∂y/∂x = σ(x). A primitive because that stable form, differentiated, is wrong at 0.</summary>
sealed record SoftplusOp : UnaryOp
{
    public override string Name => "Softplus";

    protected override T Apply<T>(T x) => T.Max(x, T.Zero) + SpecialValues.Log1P(T.Exp(-T.Abs(x)));

    protected override Expr? Partial(Expr x, Expr y) => Sigmoid(x);
}
