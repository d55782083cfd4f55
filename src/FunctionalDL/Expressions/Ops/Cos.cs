using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = cos x (radians), ∂y/∂x = −sin x.</summary>
sealed record CosOp : UnaryOp
{
    public override string Name => "Cos";

    protected override T Apply<T>(T x) => T.Cos(x);

    protected override Expr? Partial(Expr x, Expr y) => -Sin(x);
}
