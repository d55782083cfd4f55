namespace FunctionalDL.Ops;

/// <summary>y = −x, ∂y/∂x = −1.</summary>
sealed record NegateOp : NumericUnaryOp
{
    public override string Name => "Negate";

    protected override string OnnxName => "Neg";

    protected override T Apply<T>(T x) => -x;

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => Functions.Full(y, -1);

    internal override Expr? Vjp(int i, Expr y, Expr g) => -g;

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[0] is { } tangent ? -tangent : null;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Prefix("−", x[0]);
}
