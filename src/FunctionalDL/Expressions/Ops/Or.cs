namespace FunctionalDL.Ops;

/// <summary>y = x₀ or x₁.</summary>
sealed record OrOp : LogicalOp
{
    public override string Name => "Or";

    protected override bool Apply(bool a, bool b) => a || b;
}
