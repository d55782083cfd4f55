using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = x₀ + x₁, ∂y/∂x₀ = ∂y/∂x₁ = 1.</summary>
sealed record AddOp : BinaryOp
{
    public override string Name => "Add";

    protected override T Apply<T>(T a, T b) => a + b;

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => Full(y, 1);

    internal override Expr? Vjp(int i, Expr y, Expr g) => g;

    internal override Expr? Jvp(Expr y, Expr?[] t) => (t[0], t[1]) switch
    {
        ({ } a, { } b) => a + b,
        var (a, b) => a ?? b,
    };

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Infix(" + ", Precedence.Sum, x[0], x[1]);
}
