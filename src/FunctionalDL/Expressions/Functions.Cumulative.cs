using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// The sums of the elements up to each along an axis: y[i] = Σ x[j] over j ≤ i, <c>[…, n, …] → […, n, …]</c>. Floats are
    /// added in float64, one after another.
    /// </summary>
    /// <param name="x">Numbers.</param>
    /// <param name="axis">The axis; a negative one counts from the end.</param>
    /// <param name="exclusive">Whether the element itself is left out, so that the first sum is 0.</param>
    /// <param name="reverse">Whether the sums begin at the end: over j ≥ i.</param>
    /// <exception cref="DTypeException">x holds truth values.</exception>
    public static Expr CumulativeSum(Expr x, int axis = -1, bool exclusive = false, bool reverse = false) =>
        new(new CumulativeSumOp(x.Shape.Axis(axis, "CumulativeSum"), exclusive, reverse), x);

    /// <summary>
    /// The products of the elements up to each along an axis: y[i] = Π x[j] over j ≤ i, <c>[…, n, …] → […, n, …]</c>. The
    /// gradient is right where elements are 0. Whole numbers wrap around, and their axis has a known size.
    /// </summary>
    /// <param name="x">Numbers.</param>
    /// <param name="axis">The axis; a negative one counts from the end.</param>
    /// <param name="exclusive">Whether the element itself is left out, so that the first product is 1.</param>
    /// <param name="reverse">Whether the products begin at the end: over j ≥ i.</param>
    /// <exception cref="DTypeException">x holds truth values, or whole numbers along an axis without a known size.</exception>
    public static Expr CumulativeProduct(Expr x, int axis = -1, bool exclusive = false, bool reverse = false)
    {
        var at = x.Shape.Axis(axis, "CumulativeProduct");
        int[] order = [at, .. Enumerable.Range(0, x.Rank).Where(a => a != at)];
        var front = Transpose(x, order);
        CheckFactors("CumulativeProduct", x, x.Shape[at]);
        var products = x.DType.IsFloat() ? RunningProduct(front, exclusive, reverse) : RunningWholeProduct(front, exclusive, reverse);
        return Transpose(products, [.. Enumerable.Range(1, at), 0, .. Enumerable.Range(at + 1, x.Rank - at - 1)]);
    }

    /// <summary>The product of all elements; 1 where there are none.</summary>
    /// <inheritdoc cref="Product(Expr, int[])"/>
    public static Expr Product(Expr x) => Product(x, All(x));

    /// <summary>
    /// The product over some axes, which are removed; 1 where there are no elements. Its gradient, the product of all others, is right
    /// where elements are 0. Whole numbers wrap around, and their axes have known sizes.
    /// </summary>
    /// <exception cref="DTypeException">x holds truth values, or whole numbers along an axis without a known size.</exception>
    public static Expr Product(Expr x, params int[] axes)
    {
        foreach (var axis in AxesOf("Product", x, axes).Reverse())
        {
            CheckFactors("Product", x, x.Shape[axis]);
            x = x.Shape[axis].IsKnown ? ProductByHalves(x, axis) : LastProduct(x, axis);
        }
        return x;
    }

    static void CheckFactors(string op, Expr x, Dim size)
    {
        if (!x.DType.IsNumeric()) throw new DTypeException($"{op}: takes numbers, given {x.Type}. Cast the input to a number.");
        if (!x.DType.IsFloat() && !size.IsKnown)
            throw new DTypeException(
                $"{op}: {size} whole numbers of {x.Type} are multiplied only where their number is known. Fix the size, or cast the "
                    + "input to a float."
            );
    }

    /// <summary>The product over an axis of known size, of the products of its two halves, and so on.</summary>
    static Expr ProductByHalves(Expr x, int axis)
    {
        var n = x.Shape[axis].Size;
        if (n == 0) return Sum(x, axis) + 1;
        for (; n > 1; n = (n + 1) / 2)
        {
            var even = Pad(x, axis, 0, n % 2, 1);
            x = Slice(even, axis, 0, (n + 1) / 2) * Slice(even, axis, (n + 1) / 2, n + n % 2);
        }
        return Squeeze(x, axis);
    }

    static Expr LastProduct(Expr x, int axis)
    {
        var front = Transpose(x, [axis, .. Enumerable.Range(0, x.Rank).Where(a => a != axis)]);
        return Scan([Broadcast(Expr.Constant(1, x.DType), front.Shape.Remove(0))], [front], (h, e) => [h[0] * e[0]]).Last[0];
    }

    /// <summary>The products up to each element along the first axis, begun anew where <paramref name="starts"/> is true.</summary>
    static Expr RunningProduct(Expr x, bool exclusive = false, bool reverse = false, Expr? starts = null)
    {
        var one = Broadcast(Expr.Constant(1, x.DType), x.Shape.Remove(0));
        Expr Before(Expr h, Expr[] e) => starts is null ? h : Select(e[1], one, h);
        Expr[] sequences = starts is null ? [x] : [x, starts];
        return exclusive
            ? Scan([one, one], sequences, (h, e) => [Before(h[0], e) * e[0], Before(h[0], e)], reverse).Steps[1]
            : Scan([one], sequences, (h, e) => [Before(h[0], e) * e[0]], reverse).Steps[0];
    }

    /// <summary>
    /// The same for whole numbers, which may be multiplied in any order: of the last 2, 4, 8, … elements that are of one segment.
    /// </summary>
    static Expr RunningWholeProduct(Expr x, bool exclusive = false, bool reverse = false, Expr? segments = null)
    {
        if (reverse) return Reverse(RunningWholeProduct(Reverse(x, 0), exclusive), 0);
        var n = x.Shape[0].Size;
        Expr Before(Expr e, int by, int otherwise) => Pad(Slice(e, 0, 0, n - by), 0, by, 0, otherwise);
        if (exclusive && n > 0) x = Before(x, 1, 1);
        for (var reach = 1; reach < n; reach *= 2)
        {
            var before = Before(x, reach, 1);
            if (segments is not null)
                before = Select(AsRows(Equal(segments, Before(segments, reach, -1)), x), before, Full(before, 1));
            x *= before;
        }
        return x;
    }

    /// <summary>A vector with one element for each row of x, as such rows.</summary>
    static Expr AsRows(Expr each, Expr x) => Broadcast(Reshape(each, [x.Shape[0], .. Enumerable.Repeat((Dim)1, x.Rank - 1)]), x.Shape);
}
