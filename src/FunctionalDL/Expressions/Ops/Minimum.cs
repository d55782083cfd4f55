namespace FunctionalDL.Ops;

/// <summary>
/// y = min(x₀, x₁), NaN where either is. ∂y/∂x₀ = [x₀ &lt; x₁], ∂y/∂x₁ = 1 − [x₀ &lt; x₁]: of the subgradients
/// at a tie the one that follows x₁.
/// </summary>
sealed record MinimumOp : ChoiceOp
{
    public override string Name => "Minimum";

    protected override string OnnxName => "Min";

    protected override T Apply<T>(T a, T b) => T.Min(a, b);

    protected override Expr TakesFirst(IReadOnlyList<Expr> x) => x[0] < x[1];

    private protected override (int Smaller, int Larger) Order => (0, 1);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("min", x);

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) => Math.Abs(x[0] - x[1]) <= within
        ? new(NonSmoothKind.Kink, "min has a kink where both arguments are equal; the derivative is that of the second.") : null;
}
