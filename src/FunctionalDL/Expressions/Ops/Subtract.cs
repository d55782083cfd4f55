using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = x₀ − x₁, ∂y/∂x₀ = 1, ∂y/∂x₁ = −1.</summary>
sealed record SubtractOp : BinaryOp
{
    public override string Name => "Subtract";

    protected override string OnnxName => "Sub";

    protected override T Apply<T>(T a, T b) => a - b;

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => Full(y, i == 0 ? 1 : -1);

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0 ? g : -g;

    internal override Expr? Jvp(Expr y, Expr?[] t) => (t[0], t[1]) switch
    {
        ({ } a, { } b) => a - b,
        (null, { } b) => -b,
        var (a, _) => a,
    };

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Infix(" − ", Precedence.Sum, x[0], x[1]);
}
