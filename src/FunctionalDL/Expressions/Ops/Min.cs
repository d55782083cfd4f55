namespace FunctionalDL.Ops;

/// <summary>y = min x over the axes: NaN where an element is, ∞ over no elements (the largest integer for int64).</summary>
sealed record MinOp(Axes Axes) : ReduceExtremum(Axes)
{
    public override string Name => "Min";

    protected override double Empty(DType dtype) => double.PositiveInfinity;

    protected override T Combine<T>(T sum, T x) => T.Min(sum, x);
}
