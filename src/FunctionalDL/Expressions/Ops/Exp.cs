namespace FunctionalDL.Ops;

/// <summary>y = eˣ, ∂y/∂x = y.</summary>
sealed record ExpOp : UnaryOp
{
    public override string Name => "Exp";

    protected override T Apply<T>(T x) => T.Exp(x);

    protected override Expr? Partial(Expr x, Expr y) => y;
}
