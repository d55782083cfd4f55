namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀, not before x₁ is known: <c>[…], any → […]</c>. What is computed from it is computed then, even if the same was
/// computed from x₀ before.
/// </summary>
sealed record BarrierOp : TiedOp
{
    public override string Name => "Barrier";
}
