namespace FunctionalDL.Ops;

/// <summary>y = [x₀ &lt; x₁].</summary>
sealed record LessOp : ComparisonOp
{
    public override string Name => "Less";

    protected override string Symbol => "<";

    protected override bool Apply<T>(T a, T b) => a < b;
}
