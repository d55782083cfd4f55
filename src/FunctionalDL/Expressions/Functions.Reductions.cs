using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// Σ x over all elements; 0 where there are none. Compiled, floats are added in float64, or over some axes in short runs whose sums
    /// are added by halves or in float64, so that the error is at most (130 + log₂ n)·ε·Σ|x|, with ε = 2⁻²⁴ for float32 and
    /// 2⁻⁵³ for float64, and usually near ε·Σ|x| whatever n; the reference adds in float64.
    /// </summary>
    public static Expr Sum(Expr x) => Sum(x, All(x));

    /// <summary>
    /// Σ x over some axes, which are removed; 0 where there are no elements. The error is that of <see cref="Sum(Expr)"/>.
    /// </summary>
    public static Expr Sum(Expr x, params int[] axes) =>
        axes.Length == 0 && x.DType.IsNumeric() ? x : new(new SumOp(AxesOf("Sum", x, axes)), x);

    /// <summary>Σ x over an axis, which keeps its place with size 1.</summary>
    public static Expr SumKeep(Expr x, int axis) => Keep(x, Sum(x, axis), axis);

    /// <summary>
    /// The mean of all elements, Σ x / n; NaN where there are none. Its error is that of <see cref="Sum(Expr)"/> over n, and of one
    /// division.
    /// </summary>
    /// <inheritdoc cref="Mean(Expr, int[])"/>
    public static Expr Mean(Expr x) => Mean(x, All(x));

    /// <summary>The mean over some axes, which are removed; NaN where there are no elements.</summary>
    /// <exception cref="DTypeException">x is not a float: the mean of whole numbers is seldom whole.</exception>
    public static Expr Mean(Expr x, params int[] axes)
    {
        if (!x.DType.IsFloat())
            throw new DTypeException(
                $"Mean: takes float32 or float64, given {x.Type}. Cast the input to a float, such as x.Cast(DType.Float32).");
        var n = AxesOf("Mean", x, axes).Aggregate((Dim)1, (product, axis) => product * x.Shape[axis]);
        return Sum(x, axes) / SizeOf(n, x.DType);
    }

    /// <summary>The mean over an axis, which keeps its place with size 1; NaN where there are no elements.</summary>
    /// <inheritdoc cref="Mean(Expr, int[])"/>
    public static Expr MeanKeep(Expr x, int axis) => Keep(x, Mean(x, axis), axis);

    /// <summary>The largest of all elements. Where there are none, evaluation is an error.</summary>
    public static Expr Max(Expr x) => Max(x, All(x));

    /// <summary>
    /// The largest element over some axes, which are removed. Its gradient is shared equally among equal largest elements. Where there
    /// are no elements, evaluation is an error.
    /// </summary>
    public static Expr Max(Expr x, params int[] axes) => new(new MaxOp(AxesOf("Max", x, axes)), x);

    /// <summary>The smallest of all elements. Where there are none, evaluation is an error.</summary>
    public static Expr Min(Expr x) => Min(x, All(x));

    /// <summary>
    /// The smallest element over some axes, which are removed. Its gradient is shared equally among equal smallest elements. Where there
    /// are no elements, evaluation is an error.
    /// </summary>
    public static Expr Min(Expr x, params int[] axes) => new(new MinOp(AxesOf("Min", x, axes)), x);

    /// <summary>The index of the largest element along an axis, the first of equal ones, as int64.</summary>
    public static Expr ArgMax(Expr x, int axis = -1) => new(new ArgMaxOp(x.Shape.Axis(axis, "ArgMax")), x);

    /// <summary>
    /// The k largest elements along an axis in descending order, or the smallest in ascending order, and their indices along it:
    /// <c>[…, n, …] → […, k, …] and int64 […, k, …]</c>. Of equal elements the first comes first; NaN is larger than all.
    /// The gradient of an element goes to where it was taken from.
    /// </summary>
    /// <example>
    /// <code>
    /// var (values, places) = Functions.TopK(Expr.Constant(Tensor.Vector(3.0, 9, 5)), 2);  // 9 5 at 1 2
    /// </code>
    /// </example>
    /// <param name="x">Numbers.</param>
    /// <param name="k">How many, at most the elements of the axis.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="largest">Whether the largest are taken, or the smallest.</param>
    /// <exception cref="ShapeException">The axis has fewer elements.</exception>
    public static (Expr Values, Expr Indices) TopK(Expr x, Dim k, int axis = -1, bool largest = true)
    {
        var results = new TopKOp(x.Shape.Axis(axis, "TopK"), k, largest).Apply(x);
        return (results[0], results[1]);
    }

    /// <summary>
    /// ln Σ eˣ over an axis, which is removed, computed as m + ln Σ e^(x − m) with m = max x. It is −∞ for −∞ alone, with a
    /// gradient of 0, and ∞ with +∞, where it has no gradient: NaN.
    /// </summary>
    public static Expr LogSumExp(Expr x, int axis = -1) => Squeeze(LogSumExpKeep(x, axis), axis);

    /// <summary>ln Σ eˣ over an axis, which is kept with size 1.</summary>
    /// <inheritdoc cref="LogSumExp"/>
    public static Expr LogSumExpKeep(Expr x, int axis = -1)
    {
        var m = PeakKeep(x, axis);
        var sum = SumKeep(Exp(x - Select(Abs(m) < double.PositiveInfinity, m, ZerosLike(m))), axis);
        // The sum is 0 for −∞ alone; there m is the value, and 1 in place of 0 gives the gradient 0.
        return m + Log(sum + Equal(sum, ZerosLike(sum)).Cast(x.DType));
    }

    /// <summary>
    /// The largest element over an axis, which is kept with size 1, as a number to subtract; −∞ where there are no elements to subtract
    /// it from.
    /// </summary>
    static Expr PeakKeep(Expr x, int axis) =>
        StopGradient(Keep(x, new(new MaxOp(AxesOf("Max", x, [axis]), MayBeOfNone: true), x), axis));

    /// <summary>The Euclidean norm √Σ x² of all elements.</summary>
    /// <inheritdoc cref="Norm(Expr, int[])"/>
    public static Expr Norm(Expr x) => Norm(x, All(x));

    /// <summary>
    /// The Euclidean norm √Σ x² over some axes, which are removed, computed as m · √Σ (x/m)² with m = max |x|, so that no square
    /// overflows or vanishes. It is 0 where there are no elements. Its gradient x/‖x‖ is 0 at 0.
    /// </summary>
    /// <exception cref="DTypeException">x is not a float.</exception>
    public static Expr Norm(Expr x, params int[] axes)
    {
        if (!x.DType.IsFloat()) throw new DTypeException($"Norm: takes float32 or float64, given {x.Type}. Cast the input to a float.");
        var reduced = AxesOf("Norm", x, axes);
        var (m, unit) = Scale(new(new MaxOp(reduced, MayBeOfNone: true), Abs(x)));
        return m * Sqrt(Sum(Square(x / KeptAs(unit, x.Shape, reduced)), axes) + Equal(m, ZerosLike(m)).Cast(x.DType));
    }

    /// <summary>The p-norm (Σ |x|ᵖ)^(1/p) of all elements.</summary>
    /// <inheritdoc cref="Norm(Expr, double, int[])"/>
    public static Expr Norm(Expr x, double p) => Norm(x, p, All(x));

    /// <summary>
    /// The p-norm (Σ |x|ᵖ)^(1/p) over some axes, which are removed; for ∞ the largest |x|. It is 0 where there are no elements, and so
    /// is its gradient where all elements are 0. No power overflows or vanishes. A p that is written as a whole number is an axis: write
    /// 1.0.
    /// </summary>
    /// <exception cref="FunctionalException">p is below 1: that is no norm.</exception>
    /// <exception cref="DTypeException">x is not a float, and p is not 1 or ∞.</exception>
    public static Expr Norm(Expr x, double p, params int[] axes)
    {
        if (!(p >= 1)) throw new FunctionalException(FormattableString.Invariant($"Norm: p is {p}. A norm has a p of 1 or more, or ∞."));
        if (p == 1) return Sum(Abs(x), axes);
        if (p == 2) return Norm(x, axes);
        var reduced = AxesOf("Norm", x, axes);
        var largest = new Expr(new MaxOp(reduced, MayBeOfNone: true), Abs(x));
        if (double.IsPositiveInfinity(p)) return Maximum(largest, 0);
        if (!x.DType.IsFloat()) throw new DTypeException($"Norm: takes float32 or float64, given {x.Type}. Cast the input to a float.");
        var (m, unit) = Scale(largest);
        var sum = Sum(Power(Abs(x) / KeptAs(unit, x.Shape, reduced), p), axes);
        return m * Power(sum + Equal(m, ZerosLike(m)).Cast(x.DType), 1 / p);
    }

    /// <summary>The largest number as one to divide and multiply by, and 1 for it where it is 0 or ∞; neither has a gradient.</summary>
    static (Expr Largest, Expr Unit) Scale(Expr largest)
    {
        var m = StopGradient(Maximum(largest, 0));
        return (m, Select((m > 0) & (m < double.PositiveInfinity), m, Full(m, 1)));
    }

    /// <summary>A reduced value with its axes again, of size 1.</summary>
    static Expr KeptAs(Expr reduced, Shape shape, IReadOnlyList<int> axes) =>
        Reshape(reduced, [.. shape.Select((d, axis) => axes.Contains(axis) ? 1 : d)]);

    /// <summary>The Euclidean norm over an axis, which keeps its place with size 1.</summary>
    /// <inheritdoc cref="Norm(Expr, int[])"/>
    public static Expr NormKeep(Expr x, int axis) => Keep(x, Norm(x, axis), axis);

    /// <summary>
    /// The matrix product over the last two axes, of numbers of one dtype: <c>[b…, n, k] × [b…, k, m] → [b…, n, m]</c>; leading
    /// axes broadcast. A vector on the left is a row, on the right a column, and the axis made for it is removed again, as in NumPy.
    /// Compiled, each element is summed in runs of at most 512 products, and the runs by halves or 64 at a time, so that its error is at
    /// most (600 + k/30,000)·ε·Σ|x·y|, with ε = 2⁻²⁴ for float32 and 2⁻⁵³ for float64.
    /// </summary>
    public static Expr MatMul(Expr x, Expr y)
    {
        if (x.Rank == 0 || y.Rank == 0)
            throw new ShapeException($"MatMul: {x.Shape} × {y.Shape}: a scalar has no axis to multiply over. Use * for a scalar factor.");
        if (x.Rank == 1)
            return Squeeze(MatMul(ExpandDims(x, 0), y), y.Rank == 1 ? 0 : -2);
        if (y.Rank == 1)
            return Squeeze(MatMul(x, ExpandDims(y, 1)), -1);
        if (x.Rank > 2 && y.Rank == 2)
        {
            // One matrix for all batches: one large product, and no repeated matrix to sum the gradient of.
            if (x.Shape[^1] != y.Shape[0])
                throw new ShapeException(
                    $"MatMul: inner dimensions differ, {x.Shape} × {y.Shape} ({x.Shape[^1]} and {y.Shape[0]}). Transpose one side?");
            var lead = x.Shape.Slice(0, x.Rank - 1);
            return Reshape(MatMul(Reshape(x, [lead.Elements, x.Shape[^1]]), y), lead.Concat([y.Shape[1]]));
        }
        var batch = Shape.Broadcast(x.Shape.Slice(0, x.Rank - 2), y.Shape.Slice(0, y.Rank - 2))
            ?? throw new ShapeException($"MatMul: leading dimensions do not broadcast, {x.Shape} × {y.Shape}. Reshape one side.");
        return new(
            new MatMulOp(),
            Broadcast(x, batch.Concat(x.Shape.Slice(x.Rank - 2, x.Rank))),
            Broadcast(y, batch.Concat(y.Shape.Slice(y.Rank - 2, y.Rank))));
    }

    static Expr Keep(Expr x, Expr reduced, int axis) => ExpandDims(reduced, x.Shape.Axis(axis, "reduction"));

    static int[] All(Expr x) => [.. Enumerable.Range(0, x.Rank)];

    static Axes AxesOf(string op, Expr x, int[] axes) => Axes.Create([.. axes.Select(a => x.Shape.Axis(a, op)).Order()]);
}
