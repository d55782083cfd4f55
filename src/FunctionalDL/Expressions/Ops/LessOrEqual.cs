namespace FunctionalDL.Ops;

/// <summary>y = [x₀ ≤ x₁].</summary>
sealed record LessOrEqualOp : ComparisonOp
{
    public override string Name => "LessOrEqual";

    protected override string Symbol => "≤";

    protected override bool Apply<T>(T a, T b) => a <= b;
}
