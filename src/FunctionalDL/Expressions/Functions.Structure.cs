using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// Parts of x along an axis, one after another, of the given sizes: <c>[…, a + b, …] → […, a, …] and […, b, …]</c>.
    /// Nothing is copied.
    /// </summary>
    /// <example>
    /// <code>
    /// var halves = Functions.Split(Expr.Variable("x", [2, 6]), 1, 2, 4);  // [2, 2] and [2, 4]
    /// </code>
    /// </example>
    /// <param name="x">The tensor.</param>
    /// <param name="axis">The axis; a negative one counts from the end.</param>
    /// <param name="sizes">The sizes of the parts, which together are that of the axis.</param>
    /// <exception cref="ShapeException">The sizes do not add up to the axis.</exception>
    public static Expr[] Split(Expr x, int axis, params Dim[] sizes)
    {
        var at = x.Shape.Axis(axis, "Split");
        var total = sizes.Aggregate((Dim)0, (sum, size) => sum + size);
        if (total != x.Shape[at])
            throw new ShapeException(
                $"Split: parts of {string.Join(", ", sizes)} along axis {at} of {x.Shape} are {total} together. Give sizes that add up "
                    + $"to {x.Shape[at]}."
            );
        Dim start = 0;
        var parts = new Expr[sizes.Length];
        for (var i = 0; i < parts.Length; start += sizes[i], i++) parts[i] = SliceFrom(x, at, start, sizes[i]);
        return parts;
    }

    /// <summary>The elements of x, row by row, in another shape with as many.</summary>
    public static Expr Reshape(Expr x, Shape shape) => x.Shape == shape ? x : new(new ReshapeOp(shape), x);

    /// <summary>
    /// x with an axis of size 1 put in: <c>[a, b] → [a, 1, b]</c> for axis 1. Negative axes count from the end, −1 making the new axis
    /// the last.
    /// </summary>
    public static Expr ExpandDims(Expr x, int axis)
    {
        var at = axis < 0 ? axis + x.Rank + 1 : axis;
        if (at < 0 || at > x.Rank)
            throw new ShapeException($"ExpandDims: axis {axis} is outside {x.Shape}. Use {-x.Rank - 1} to {x.Rank}.");
        return Reshape(x, x.Shape.Insert(at, 1));
    }

    /// <summary>x without an axis of size 1.</summary>
    public static Expr Squeeze(Expr x, int axis)
    {
        var at = x.Shape.Axis(axis, "Squeeze");
        return x.Shape[at] == 1 ? Reshape(x, x.Shape.Remove(at))
            : throw new ShapeException($"Squeeze: axis {axis} of {x.Shape} has size {x.Shape[at]}, not 1. Reduce or slice it first.");
    }

    /// <summary>x repeated to a shape by NumPy's broadcasting rule.</summary>
    public static Expr Broadcast(Expr x, Shape shape) => x.Shape == shape ? x : new(new BroadcastOp(shape), x);

    /// <summary>The transpose of Broadcast: x summed over the axes along which <paramref name="shape"/> was repeated.</summary>
    public static Expr SumTo(Expr x, Shape shape)
    {
        if (x.Shape == shape) return x;
        var lead = x.Rank - shape.Rank;
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(i => i < lead || (shape[i - lead] == 1 && x.Shape[i] != 1))];
        return Reshape(Sum(x, axes), shape);
    }

    /// <summary>x with its last two axes exchanged.</summary>
    public static Expr Transpose(Expr x) => x.Rank >= 2
        ? Transpose(x, [.. Enumerable.Range(0, x.Rank - 2), x.Rank - 1, x.Rank - 2])
        : throw new ShapeException($"Transpose: {x.Shape} has fewer than two axes. Reshape it to a row or a column.");

    /// <summary>x with its axes in another order: axis i of the result is axis order[i] of x.</summary>
    public static Expr Transpose(Expr x, params int[] order) => order.SequenceEqual(Enumerable.Range(0, x.Rank)) ? x
        : new(new TransposeOp(Axes.Create([.. order.Select(a => x.Shape.Axis(a, "Transpose"))])), x);

    /// <summary>The elements start, start + 1, …, end − 1 along an axis. Negative start and end count from the end.</summary>
    public static Expr Slice(Expr x, int axis, int start, int end) => Slice(x, axis, start, end, 1);

    /// <summary>The elements start, start + step, … before end along an axis. Negative start and end count from the end.</summary>
    public static Expr Slice(Expr x, int axis, int start, int end, int step)
    {
        var at = x.Shape.Axis(axis, "Slice");
        if (step < 1)
            throw new ShapeException($"Slice: step {step} of axis {axis} of {x.Shape}. A step is 1 or more; Reverse turns an axis round.");
        var from = start < 0 ? x.Shape[at] + start : start;
        var to = end < 0 ? x.Shape[at] + end : end;
        var length = to - from;
        if (step > 1 && !length.IsKnown)
            throw new ShapeException(
                $"Slice: {length} elements by steps of {step} are not a whole number of names. Give a start and end whose difference is "
                    + "a number."
            );
        if (length.IsNegative)
            throw new ShapeException($"Slice: {start} to {end} of axis {axis} of {x.Shape} is empty backwards. Exchange start and end.");
        return Slice(x, at, from, step == 1 ? length : (int)((length.Size - 1L + step) / step), step);
    }

    /// <summary><paramref name="size"/> elements from <paramref name="start"/> on along an axis; both may be symbolic.</summary>
    public static Expr SliceFrom(Expr x, int axis, Dim start, Dim size) => Slice(x, x.Shape.Axis(axis, "Slice"), start, size, 1);

    static Expr Slice(Expr x, int axis, Dim start, Dim size, int step) =>
        start == 0 && size == x.Shape[axis] && step == 1 ? x : new(new SliceOp(axis, start, size, step), x);

    /// <summary>One element along an axis, which is removed.</summary>
    public static Expr Index(Expr x, int axis, int index)
    {
        var at = x.Shape.Axis(axis, "Index");
        return Squeeze(SliceFrom(x, at, index < 0 ? x.Shape[at] + index : index, 1), at);
    }

    /// <summary>x with the elements along an axis in reverse order.</summary>
    public static Expr Reverse(Expr x, int axis)
    {
        var n = x.Shape[x.Shape.Axis(axis, "Reverse")];
        return Gather(x, SizeOf(n, DType.Int64) - 1 - Range(n), axis);
    }

    /// <summary>x with elements of a value put before and after along an axis.</summary>
    public static Expr Pad(Expr x, int axis, Dim before, Dim after, double value = 0) => before == 0 && after == 0 ? x
        : new(new PadOp(x.Shape.Axis(axis, "Pad"), before, after, 0, value), x);

    /// <summary>x with <paramref name="between"/> zeros put between each two neighbours along an axis.</summary>
    public static Expr Dilate(Expr x, int axis, int between) => between == 0 ? x
        : new(new PadOp(x.Shape.Axis(axis, "Dilate"), 0, 0, between, 0), x);

    /// <summary>The inputs one after another along an axis.</summary>
    public static Expr Concat(int axis, params Expr[] x)
    {
        if (x.Length == 0) throw new ShapeException("Concat: there are no inputs. Give at least one.");
        return x.Length == 1 ? x[0] : new(new ConcatOp(x[0].Shape.Axis(axis, "Concat")), x);
    }

    /// <summary>The inputs one after another along a new axis.</summary>
    public static Expr Stack(int axis, params Expr[] x) => Concat(axis, [.. x.Select(e => ExpandDims(e, axis))]);

    /// <summary>The slices of x at the given int64 indices along an axis: <c>[a…, n, b…], [i…] → [a…, i…, b…]</c>.</summary>
    public static Expr Gather(Expr x, Expr indices, int axis = 0) => new(new GatherOp(x.Shape.Axis(axis, "Gather")), x, indices);

    /// <summary>
    /// Zeros of size <paramref name="size"/> along an axis, with the updates added at the indices: <c>[i…], [a…, i…, b…] →
    /// [a…, size, b…]</c>. Those of one place are added one after another.
    /// </summary>
    public static Expr ScatterAdd(Expr indices, Expr updates, Dim size, int axis = 0) => axis >= 0
        ? new(new ScatterAddOp(axis, size), indices, updates)
        : throw new ShapeException($"ScatterAdd: axis {axis} is negative. Count from the first axis.");

    /// <summary>1 at each index and 0 elsewhere, along a new last axis: <c>int64 [i…] → [i…, depth]</c>.</summary>
    public static Expr OneHot(Expr indices, Dim depth, DType dtype = DType.Float32) => new(new OneHotOp(depth, dtype), indices);

    /// <summary>0, 1, …, n − 1.</summary>
    public static Expr Range(Dim n, DType dtype = DType.Int64) => new(new RangeOp(n, dtype));

    /// <summary>The size of a dimension as a scalar, for a symbol the size it has when the expression runs.</summary>
    public static Expr SizeOf(Dim dim, DType dtype) => dim.IsKnown ? Expr.Constant(dim.Size, dtype) : new(new SizeOfOp(dim, dtype));

    /// <summary>A number repeated to the shape and dtype of x.</summary>
    public static Expr Full(Expr x, double value) => Broadcast(Expr.Constant(value, x.DType), x.Shape);

    /// <summary>Zeros of the shape and dtype of x.</summary>
    public static Expr ZerosLike(Expr x) => x.DType == DType.Bool
        ? Broadcast(Expr.Constant(Tensor.Scalar(false)), x.Shape)
        : Full(x, 0);

    /// <summary>Numbers uniform in [0, 1) drawn with an int64 scalar key; different streams of one key are independent.</summary>
    public static Expr RandomUniform(Expr key, Shape shape, DType dtype = DType.Float32, long stream = 0) =>
        new(new RandomUniformOp(new(dtype, shape), stream), key);

    /// <summary>
    /// The keys derived from keys by numbers, each as <see cref="Key.Fold"/> does: int64, of one shape or broadcast. The key of a seed is
    /// <c>FoldKey(seed, Expr.Constant(-1L))</c>.
    /// </summary>
    /// <exception cref="DTypeException">A key or a number is not int64.</exception>
    public static Expr FoldKey(Expr key, Expr number) => Apply(new FoldKeyOp(), key, number);

    /// <summary>
    /// Standard normal numbers by the Box–Muller transform, √(−2 ln u₁) · cos 2πu₂ with u₁ in (0, 1]; it uses streams
    /// 2·stream and 2·stream + 1.
    /// </summary>
    public static Expr RandomNormal(Expr key, Shape shape, DType dtype = DType.Float32, long stream = 0) =>
        Sqrt(-2 * Log(1 - RandomUniform(key, shape, dtype, 2 * stream)))
        * Cos(2 * Math.PI * RandomUniform(key, shape, dtype, 2 * stream + 1));
}
