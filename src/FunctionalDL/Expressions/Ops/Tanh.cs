using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = tanh x, ∂y/∂x = 1 − y².</summary>
sealed record TanhOp : UnaryOp
{
    public override string Name => "Tanh";

    protected override T Apply<T>(T x) => T.Tanh(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 - Square(y);
}
