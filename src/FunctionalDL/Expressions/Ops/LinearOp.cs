namespace FunctionalDL.Ops;

/// <summary>An op that is linear in all its inputs together, so that the derivative along t is the op applied to t.</summary>
abstract record LinearOp : Op
{
    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        if (t.All(tangent => tangent is null)) return null;
        return new Expr(Tangent, [.. t.Select((tangent, i) => tangent ?? Functions.ZerosLike(y.Inputs[i]))]);
    }

    private protected override Func<int, Expr?> Through(Expr y, Expr mask) => Moved(y, mask);

    /// <summary>The op's linear part, where the op adds a constant.</summary>
    protected virtual Op Tangent => this;
}
