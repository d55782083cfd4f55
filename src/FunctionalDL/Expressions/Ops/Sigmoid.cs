namespace FunctionalDL.Ops;

/// <summary>y = σ(x) = 1/(1 + e⁻ˣ), ∂y/∂x = y(1 − y). Neither form overflows.</summary>
sealed record SigmoidOp : UnaryOp
{
    public override string Name => "Sigmoid";

    protected override T Apply<T>(T x) => SpecialValues.Sigmoid(x);

    protected override Expr? Partial(Expr x, Expr y) => y * (1 - y);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("σ", x);
}
