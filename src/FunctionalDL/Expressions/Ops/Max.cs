namespace FunctionalDL.Ops;

/// <summary>y = max x over the axes: NaN where an element is. Over no elements it is an error, or −∞ where that does no harm.</summary>
sealed record MaxOp(Axes Axes, bool MayBeOfNone = false) : ReduceExtremum(Axes)
{
    public override string Name => "Max";

    private protected override Op Remake(AttributeMap a) => new MaxOp(a.Of("axes", Axes), a.Of("mayBeOfNone", MayBeOfNone));

    protected override double Start => double.NegativeInfinity;

    protected override double? OfNone => MayBeOfNone ? double.NegativeInfinity : null;

    protected override T Combine<T>(T sum, T x) => T.Max(sum, x);
}
