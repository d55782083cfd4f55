using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>Σ x over all elements; 0 where there are none.</summary>
    public static Expr Sum(Expr x) => Sum(x, All(x));

    /// <summary>Σ x over some axes, which are removed; 0 where there are no elements.</summary>
    public static Expr Sum(Expr x, params int[] axes) => axes.Length == 0 && x.DType.IsNumeric() ? x : new(new SumOp(AxesOf("Sum", x, axes)), x);

    /// <summary>Σ x over an axis, which keeps its place with size 1.</summary>
    public static Expr SumKeep(Expr x, int axis) => Keep(x, Sum(x, axis), axis);

    /// <summary>The mean of all elements, Σ x / n; NaN where there are none.</summary>
    /// <inheritdoc cref="Mean(Expr, int[])"/>
    public static Expr Mean(Expr x) => Mean(x, All(x));

    /// <summary>The mean over some axes, which are removed; NaN where there are no elements.</summary>
    /// <exception cref="DTypeException">x is not a float: the mean of whole numbers is seldom whole.</exception>
    public static Expr Mean(Expr x, params int[] axes)
    {
        if (!x.DType.IsFloat()) throw new DTypeException($"Mean: takes float32 or float64, given {x.Type}. Cast the input to a float, such as x.Cast(DType.Float32).");
        var n = AxesOf("Mean", x, axes).Aggregate((Dim)1, (product, axis) => product * x.Shape[axis]);
        return Sum(x, axes) / SizeOf(n, x.DType);
    }

    /// <summary>The mean over an axis, which keeps its place with size 1; NaN where there are no elements.</summary>
    /// <inheritdoc cref="Mean(Expr, int[])"/>
    public static Expr MeanKeep(Expr x, int axis) => Keep(x, Mean(x, axis), axis);

    /// <summary>The largest of all elements. Where there are none, evaluation is an error.</summary>
    public static Expr Max(Expr x) => Max(x, All(x));

    /// <summary>
    /// The largest element over some axes, which are removed. Its gradient is shared equally among equal largest elements. Where there are no elements,
    /// evaluation is an error.
    /// </summary>
    public static Expr Max(Expr x, params int[] axes) => new(new MaxOp(AxesOf("Max", x, axes)), x);

    /// <summary>The smallest of all elements. Where there are none, evaluation is an error.</summary>
    public static Expr Min(Expr x) => Min(x, All(x));

    /// <summary>
    /// The smallest element over some axes, which are removed. Its gradient is shared equally among equal smallest elements. Where there are no elements,
    /// evaluation is an error.
    /// </summary>
    public static Expr Min(Expr x, params int[] axes) => new(new MinOp(AxesOf("Min", x, axes)), x);

    /// <summary>The index of the largest element along an axis, the first of equal ones, as int64.</summary>
    public static Expr ArgMax(Expr x, int axis = -1) => new(new ArgMaxOp(x.Shape.Axis(axis, "ArgMax")), x);

    /// <summary>ln Σ eˣ over an axis, which is kept with size 1, computed as m + ln Σ e^(x − m) with m = max x.</summary>
    public static Expr LogSumExpKeep(Expr x, int axis = -1)
    {
        var m = PeakKeep(x, axis);
        return m + Log(SumKeep(Exp(x - m), axis));
    }

    /// <summary>The largest element over an axis, which is kept with size 1, as a number to subtract; −∞ where there are no elements to subtract it from.</summary>
    static Expr PeakKeep(Expr x, int axis) =>
        StopGradient(Keep(x, new(new MaxOp(AxesOf("Max", x, [axis]), MayBeOfNone: true), x), axis));

    /// <summary>
    /// The matrix product over the last two axes, of numbers of one dtype: <c>[b…, n, k] × [b…, k, m] → [b…, n, m]</c>; leading axes broadcast. A vector on the left is a row,
    /// on the right a column, and the axis made for it is removed again, as in NumPy.
    /// </summary>
    public static Expr MatMul(Expr x, Expr y)
    {
        if (x.Rank == 0 || y.Rank == 0) throw new ShapeException($"MatMul: {x.Shape} × {y.Shape}: a scalar has no axis to multiply over. Use * for a scalar factor.");
        if (x.Rank == 1) return Squeeze(MatMul(ExpandDims(x, 0), y), y.Rank == 1 ? 0 : -2);
        if (y.Rank == 1) return Squeeze(MatMul(x, ExpandDims(y, 1)), -1);
        if (x.Rank > 2 && y.Rank == 2)
        {
            // One matrix for all batches: one large product, and no repeated matrix to sum the gradient of.
            if (x.Shape[^1] != y.Shape[0]) throw new ShapeException($"MatMul: inner dimensions differ, {x.Shape} × {y.Shape} ({x.Shape[^1]} and {y.Shape[0]}). Transpose one side?");
            var lead = x.Shape.Slice(0, x.Rank - 1);
            return Reshape(MatMul(Reshape(x, [lead.Elements, x.Shape[^1]]), y), lead.Concat([y.Shape[1]]));
        }
        var batch = Shape.Broadcast(x.Shape.Slice(0, x.Rank - 2), y.Shape.Slice(0, y.Rank - 2))
            ?? throw new ShapeException($"MatMul: leading dimensions do not broadcast, {x.Shape} × {y.Shape}. Reshape one side.");
        return new(new MatMulOp(), Broadcast(x, batch.Concat(x.Shape.Slice(x.Rank - 2, x.Rank))), Broadcast(y, batch.Concat(y.Shape.Slice(y.Rank - 2, y.Rank))));
    }

    static Expr Keep(Expr x, Expr reduced, int axis) => ExpandDims(reduced, x.Shape.Axis(axis, "reduction"));

    static int[] All(Expr x) => [.. Enumerable.Range(0, x.Rank)];

    static Axes AxesOf(string op, Expr x, int[] axes) => Axes.Create([.. axes.Select(a => x.Shape.Axis(a, op)).Order()]);
}
