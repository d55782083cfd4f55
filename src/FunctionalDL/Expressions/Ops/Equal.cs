namespace FunctionalDL.Ops;

/// <summary>y = [x₀ = x₁].</summary>
sealed record EqualOp : ComparisonOp
{
    public override string Name => "Equal";

    protected override string Symbol => "==";

    protected override bool Apply<T>(T a, T b) => a == b;
}
