namespace FunctionalDL.Ops;

/// <summary>y = x₀ · x₁, ∂y/∂x₀ = x₁, ∂y/∂x₁ = x₀.</summary>
sealed record MultiplyOp : BinaryOp
{
    public override string Name => "Multiply";

    protected override string OnnxName => "Mul";

    protected override T Apply<T>(T a, T b) => a * b;

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => x[1 - i];

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Infix("·", Precedence.Product, x[0], x[1]);
}
