namespace FunctionalDL.Ops;

/// <summary>
/// y = max(x₀, x₁), NaN where either is. ∂y/∂x₀ = [x₀ > x₁], ∂y/∂x₁ = 1 − [x₀ > x₁]: of the subgradients at a
/// tie the one that follows x₁.
/// </summary>
sealed record MaximumOp : ChoiceOp
{
    public override string Name => "Maximum";

    protected override string OnnxName => "Max";

    protected override T Apply<T>(T a, T b) => T.Max(a, b);

    protected override Expr TakesFirst(IReadOnlyList<Expr> x) => x[0] > x[1];

    private protected override (int Smaller, int Larger) Order => (1, 0);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("max", x);

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) => Math.Abs(x[0] - x[1]) <= within
        ? new(NonSmoothKind.Kink, "max has a kink where both arguments are equal; the derivative is that of the second.") : null;
}
