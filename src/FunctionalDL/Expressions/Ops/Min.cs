namespace FunctionalDL.Ops;

/// <summary>y = min x over the axes: NaN where an element is. Over no elements it is an error.</summary>
sealed record MinOp(Axes Axes) : ReduceExtremum(Axes)
{
    public override string Name => "Min";

    private protected override Op Remake(AttributeMap a) => new MinOp(a.Of("axes", Axes));

    protected override double Start => double.PositiveInfinity;

    protected override double? OfNone => null;

    protected override T Combine<T>(T sum, T x) => T.Min(sum, x);
}
