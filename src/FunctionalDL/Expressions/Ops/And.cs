namespace FunctionalDL.Ops;

/// <summary>y = x₀ and x₁.</summary>
sealed record AndOp : LogicalOp
{
    public override string Name => "And";

    protected override bool Apply(bool a, bool b) => a && b;
}
