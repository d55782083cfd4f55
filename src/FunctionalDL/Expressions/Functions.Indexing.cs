using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// The elements of x at indices along an axis, one for each index: y[…, i, …] = x[…, indices[…, i, …], …], of the shape of
    /// the indices. Along the other axes the indices may be fewer than x (NumPy's take_along_axis, ONNX's GatherElements).
    /// </summary>
    /// <param name="x">The tensor.</param>
    /// <param name="indices">Integers with as many axes as x, from 0 to below the size of the axis; others are errors.</param>
    /// <param name="axis">The axis; a negative one counts from the end.</param>
    /// <exception cref="ShapeException">The indices have another number of axes, or are more than x along another axis.</exception>
    public static Expr GatherAlong(Expr x, Expr indices, int axis) =>
        Gather(Reshape(x, [x.Shape.Elements]), PlacesAlong("GatherAlong", x, indices, axis));

    /// <summary>
    /// The slices of x at index vectors: <c>[b…, n₁, …, nₖ, r…], [b…, i…, k] → [b…, i…, r…]</c>, as ONNX's GatherND.
    /// </summary>
    /// <param name="x">The tensor.</param>
    /// <param name="indices">Integers, along the last axis one for each of k axes of x; others than its sizes allow are errors.</param>
    /// <param name="batchAxes">How many first axes both have in common.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Expr GatherND(Expr x, Expr indices, int batchAxes = 0)
    {
        var (places, leading) = PlacesOf("GatherND", x, indices, batchAxes);
        return Gather(Reshape(x, x.Shape.Slice(leading, x.Rank).Insert(0, x.Shape.Slice(0, leading).Elements)), places);
    }

    /// <summary>
    /// x with updates put at indices along an axis, one for each index: y[…, indices[…, i, …], …] = updates[…, i, …] (ONNX's
    /// ScatterElements). Of several updates for one element the last one counts, or all do.
    /// </summary>
    /// <param name="x">The tensor.</param>
    /// <param name="indices">Integers with as many axes as x, from 0 to below the size of the axis; others are errors.</param>
    /// <param name="updates">The updates, of the shape of the indices.</param>
    /// <param name="axis">The axis; a negative one counts from the end.</param>
    /// <param name="reduction">
    /// What becomes of an element and its updates. The gradient of the largest and of the smallest is shared equally among equal ones.
    /// </param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">x and the updates are not of one dtype, or truth values to compute with.</exception>
    public static Expr ScatterAlong(Expr x, Expr indices, Expr updates, int axis, ScatterReduction reduction = ScatterReduction.Set)
    {
        const string op = "ScatterAlong";
        var places = PlacesAlong(op, x, indices, axis);
        if (updates.Shape != indices.Shape)
            throw new ShapeException($"{op}: updates {updates.Shape} for indices {indices.Shape}. Give one update for each index.");
        var count = indices.Shape.Elements;
        var flat = ScatterRows(op, Reshape(x, [x.Shape.Elements]), Reshape(places, [count]), Reshape(updates, [count]), reduction);
        return Reshape(flat, x.Shape);
    }

    /// <summary>
    /// x with slices put at index vectors: <c>[n₁, …, nₖ, r…], [i…, k], [i…, r…] → [n₁, …, nₖ, r…]</c>, as ONNX's
    /// ScatterND. Of several updates for one slice the last one counts, or all do.
    /// </summary>
    /// <param name="x">The tensor.</param>
    /// <param name="indices">Integers, along the last axis one for each of k axes of x; others than its sizes allow are errors.</param>
    /// <param name="updates">The slices.</param>
    /// <param name="reduction">What becomes of an element and its updates, as in <see cref="ScatterAlong"/>.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">x and the updates are not of one dtype, or truth values to compute with.</exception>
    public static Expr ScatterND(Expr x, Expr indices, Expr updates, ScatterReduction reduction = ScatterReduction.Set)
    {
        const string op = "ScatterND";
        var (places, leading) = PlacesOf(op, x, indices, 0);
        var slice = x.Shape.Slice(leading, x.Rank);
        if (updates.Shape != places.Shape.Concat(slice))
            throw new ShapeException(
                $"{op}: updates {updates.Shape} for indices {indices.Shape} into {x.Shape}. Give {places.Shape.Concat(slice)}.");
        Expr Rows(Expr e, Dim count) => Reshape(e, slice.Insert(0, count));
        var (size, count) = (x.Shape.Slice(0, leading).Elements, places.Shape.Elements);
        return Reshape(ScatterRows(op, Rows(x, size), Reshape(places, [count]), Rows(updates, count), reduction), x.Shape);
    }

    /// <summary>The places of x's elements, row by row, that indices along an axis stand for.</summary>
    static Expr PlacesAlong(string op, Expr x, Expr indices, int axis)
    {
        var at = x.Shape.Axis(axis, op);
        if (indices.Rank != x.Rank)
            throw new ShapeException($"{op}: indices {indices.Shape} into {x.Shape}. Give as many axes; ExpandDims puts one in.");
        bool Fits(int a) => a == at || x.Shape[a] - indices.Shape[a] is { IsKnown: true, IsNegative: false };
        if (Enumerable.Range(0, x.Rank).Any(a => !Fits(a)))
            throw new ShapeException(
                $"{op}: indices {indices.Shape} into {x.Shape} along axis {at}. Along each other axis give as many as x has, or fewer.");
        var places = Within(indices, x.Shape[at]) * Stride(x.Shape, at);
        for (var a = 0; a < x.Rank; a++)
            if (a != at) places += Along(indices.Shape, a, x.Shape);
        return places;
    }

    /// <summary>The slices of x, row by row over its leading axes, that index vectors stand for, and how many axes these are.</summary>
    static (Expr Places, int Leading) PlacesOf(string op, Expr x, Expr indices, int batchAxes)
    {
        if (indices.Rank == 0 || !indices.Shape[^1].IsKnown)
            throw new ShapeException($"{op}: indices {indices.Shape} do not say for how many axes. Give [i…, k] with a known k.");
        var each = indices.Shape.Slice(0, indices.Rank - 1);
        var (k, leading) = (indices.Shape[^1].Size, batchAxes + indices.Shape[^1].Size);
        if (batchAxes < 0 || batchAxes > each.Rank || k < 1 || leading > x.Rank || each.Slice(0, batchAxes) != x.Shape.Slice(0, batchAxes))
            throw new ShapeException(
                $"{op}: indices {indices.Shape} into {x.Shape} with {batchAxes} axes in common. Give [b…, i…, k] for k of the axes "
                    + "after the common ones."
            );
        var outer = x.Shape.Slice(0, leading);
        var places = Enumerable.Range(0, k)
            .Select(i => Within(Index(indices, -1, i), outer[batchAxes + i]) * Stride(outer, batchAxes + i))
            .Aggregate((sum, place) => sum + place);
        return (Enumerable.Range(0, batchAxes).Aggregate(places, (sum, a) => sum + Along(each, a, outer)), leading);
    }

    /// <summary>The indices as int64, all of them from 0 to below n: others are errors.</summary>
    static Expr Within(Expr indices, Dim n) => Gather(Range(n), indices);

    /// <summary>How many elements lie from one index to the next along an axis.</summary>
    static Expr Stride(Shape shape, int axis) => SizeOf(shape.Slice(axis + 1, shape.Rank).Elements, DType.Int64);

    /// <summary>The part that an axis has in places, where its index counts up: 0, stride, 2·stride, … along that axis.</summary>
    static Expr Along(Shape shape, int axis, Shape of)
    {
        Shape line = [.. shape.Select((n, a) => a == axis ? n : 1)];
        return Reshape(Range(shape[axis]) * Stride(of, axis), line);
    }

    /// <summary>Rows <c>[n, b…]</c> with updates <c>[i, b…]</c> put at places <c>[i]</c>.</summary>
    static Expr ScatterRows(string op, Expr x, Expr places, Expr updates, ScatterReduction reduction)
    {
        if (x.DType != updates.DType || reduction != ScatterReduction.Set && !x.DType.IsNumeric())
            throw new DTypeException($"{op}: {reduction} of {x.Type} and updates {updates.Type}. Cast both to one dtype of numbers.");
        return reduction switch
        {
            ScatterReduction.Set => SetRows(x, places, updates),
            ScatterReduction.Add => x + ScatterAdd(places, updates, x.Shape[0]),
            ScatterReduction.Multiply => MultiplyRows(op, x, places, updates),
            ScatterReduction.Maximum => new(new ScatterMaximumOp(), x, places, updates),
            ScatterReduction.Minimum => MinimumRows(x, places, updates),
            _ => throw new FunctionalException($"{op}: {reduction} is no reduction. Use a member of ScatterReduction."),
        };
    }

    /// <summary>Each row, or the last of its updates: of all rows and updates one after another the last for a place.</summary>
    static Expr SetRows(Expr x, Expr places, Expr updates)
    {
        var (size, count) = (x.Shape[0], updates.Shape[0]);
        var last = new Expr(new ScatterMaximumOp(), Range(size), places, Range(count) + SizeOf(size, DType.Int64));
        return Gather(Concat(0, x, updates), last);
    }

    static Expr MinimumRows(Expr x, Expr places, Expr updates) =>
        Opposite(new(new ScatterMaximumOp(), Opposite(x), places, Opposite(updates))).Cast(x.DType);

    /// <summary>
    /// Each row times its updates: these in the order of their places, multiplied up, so that the last for a place is their product.
    /// </summary>
    static Expr MultiplyRows(string op, Expr x, Expr places, Expr updates)
    {
        CheckFactors(op, updates, updates.Shape[0]);
        var order = ArgSort(places);
        var (sorted, factors) = (Gather(places, order), Gather(updates, order));
        var before = Gather(sorted, Maximum(Range(places.Shape[0]) - 1, 0));
        var starts = !Equal(sorted, before) | Equal(Range(places.Shape[0]), Expr.Constant(0L));
        var products = x.DType.IsFloat()
            ? RunningProduct(factors, starts: AsRows(starts, factors))
            : RunningWholeProduct(factors, segments: sorted);
        return x * SetRows(Full(x, 1), sorted, products);
    }
}
