namespace FunctionalDL.Ops;

/// <summary>y = max x over the axes: NaN where an element is, −∞ over no elements (the smallest integer for int64).</summary>
sealed record MaxOp(Axes Axes) : ReduceExtremum(Axes)
{
    public override string Name => "Max";

    protected override double Empty(DType dtype) => double.NegativeInfinity;

    protected override T Combine<T>(T sum, T x) => T.Max(sum, x);
}
