using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = sin x (radians), ∂y/∂x = cos x.</summary>
sealed record SinOp : UnaryOp
{
    public override string Name => "Sin";

    protected override T Apply<T>(T x) => T.Sin(x);

    protected override Expr? Partial(Expr x, Expr y) => Cos(x);
}
