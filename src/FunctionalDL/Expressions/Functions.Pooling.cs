using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// The largest element under a window at each position: <c>[batch, channels, s…] → [batch, channels, p…]</c>. Padding never is
    /// the largest; the gradient goes to the first of equal largest elements.
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="window">The window's size along each spatial axis.</param>
    /// <param name="strides">The steps between positions; the window's sizes if not given.</param>
    /// <param name="padding">How far the window reaches over the ends; not at all if not given.</param>
    /// <param name="dilations">The steps between the window's elements, one for each spatial axis; 1 if not given.</param>
    /// <param name="ceiling">
    /// Whether there is one more position where the window reaches over the end, unless it begins beyond the elements and the padding
    /// before them.
    /// </param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr MaxPool(
        Expr x,
        int[] window,
        int[]? strides = null,
        Padding? padding = null,
        int[]? dilations = null,
        bool ceiling = false) =>
        new(new MaxPoolOp(PoolingWindow("MaxPool", x.Shape, window, strides, padding, dilations, ceiling).Reaching), x);

    /// <summary>
    /// The largest element under a window at each position, and where it lies in its plane, counted in row-major order: two
    /// <c>[batch, channels, p…]</c>, the second of int64. Of equal largest elements it is the first.
    /// </summary>
    /// <inheritdoc cref="MaxPool"/>
    public static (Expr Values, Expr Places) MaxPoolWithPlaces(
        Expr x,
        int[] window,
        int[]? strides = null,
        Padding? padding = null,
        int[]? dilations = null,
        bool ceiling = false)
    {
        const int largestFloat32 = 1 << 24;
        var values = MaxPool(x, window, strides, padding, dilations, ceiling);
        var spatial = x.Shape.Slice(2, x.Rank);
        // Floats that hold every place exactly.
        var exact = spatial.IsKnown && spatial.ElementCount <= largestFloat32 && !x.DType.IsNarrow() ? x : x.Cast(DType.Float64);
        var places = Broadcast(Reshape(Range(spatial.Elements, exact.DType), spatial), x.Shape);
        return (
            values,
            new Expr(new MaxPoolTangentOp(((MaxPoolOp)values.Op).Window), exact, values.Cast(exact.DType), places).Cast(DType.Int64));
    }

    /// <summary>
    /// Zeros, with the elements of x put at their places: <c>[batch, channels, p…], int64 […] → [batch, channels, s…]</c>, which
    /// undoes <see cref="MaxPoolWithPlaces"/> but for what was not the largest (Zeiler, Fergus 2014). Of several for one place the last
    /// counts.
    /// </summary>
    /// <param name="x">The elements.</param>
    /// <param name="places">Where each lies in its plane, counted in row-major order.</param>
    /// <param name="shape">The sizes s… of a plane.</param>
    /// <exception cref="ShapeException">The places are not as many as the elements.</exception>
    public static Expr MaxUnpool(Expr x, Expr places, Shape shape)
    {
        if (x.Rank < 3 || places.Shape != x.Shape || shape.Rank != x.Rank - 2)
            throw new ShapeException(
                $"MaxUnpool: {x.Shape} to places {places.Shape} in planes {shape}. Give [batch, channels, p…] twice and a size for each "
                    + "spatial axis."
            );
        var planes = x.Shape.Slice(0, 2);
        var flat = planes.Concat([x.Shape.Slice(2, x.Rank).Elements]);
        var zeros = Broadcast(Expr.Constant(0, x.DType), planes.Concat([shape.Elements]));
        return Reshape(ScatterAlong(zeros, Reshape(places, flat), Reshape(x, flat), 2), planes.Concat(shape));
    }

    /// <summary>
    /// The mean of the elements under a window at each position: <c>[batch, channels, s…] → [batch, channels, p…]</c>. It is a
    /// convolution of each channel by itself.
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="window">The window's size along each spatial axis.</param>
    /// <param name="strides">The steps between positions; the window's sizes if not given.</param>
    /// <param name="padding">How far the window reaches over the ends; not at all if not given.</param>
    /// <param name="dilations">The steps between the window's elements, one for each spatial axis; 1 if not given.</param>
    /// <param name="ceiling">Whether there is one more position where the window reaches over the end.</param>
    /// <param name="countPadding">Whether padding counts, as zeros; what a ceiling adds to it never does.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr AveragePool(
        Expr x,
        int[] window,
        int[]? strides = null,
        Padding? padding = null,
        int[]? dilations = null,
        bool ceiling = false,
        bool countPadding = false)
    {
        var (given, slide) = PoolingWindow("AveragePool", x.Shape, window, strides, padding, dilations, ceiling);
        slide.CheckMeets("AveragePool", x.Shape);
        var (planes, spatial) = (x.Shape[0] * x.Shape[1], x.Shape.Slice(2, x.Rank));
        var ones = Broadcast(Expr.Constant(1, x.DType), [1, 1, .. window.Select(n => (Dim)n)]);
        Expr Total(Window by, Expr from) => new(new ConvOp(by, 1), from, ones);
        var total = Total(slide, Reshape(x, Shape.Of(planes, 1).Concat(spatial)));
        var counted = countPadding ? Without(slide, given) : slide;
        Shape among = countPadding ? [.. spatial.Select((n, axis) => n + given.Before[axis] + given.After[axis])] : spatial;
        var isWhole = counted.Before.Concat(counted.After).All(n => n == 0);
        var mean = isWhole
            ? total / window.Aggregate(1.0, (product, n) => product * n)
            : total / Total(counted, Broadcast(Expr.Constant(1, x.DType), Shape.Of(1, 1).Concat(among)));
        return Reshape(mean, x.Shape.Slice(0, 2).Concat(mean.Shape.Slice(2, x.Rank)));
    }

    /// <summary>
    /// The p-norm of the elements under a window at each position, (Σ |x|ᵖ)^(1/p): <c>[batch, channels, s…] → [batch, channels,
    /// p…]</c>.
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="window">The window's size along each spatial axis.</param>
    /// <param name="p">p, 1 or more; ∞ for the largest |x|.</param>
    /// <param name="strides">The steps between positions; the window's sizes if not given.</param>
    /// <param name="padding">How far the window reaches over the ends; not at all if not given.</param>
    /// <param name="dilations">The steps between the window's elements, one for each spatial axis; 1 if not given.</param>
    /// <param name="ceiling">Whether there is one more position where the window reaches over the end.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr LpPool(
        Expr x,
        int[] window,
        double p = 2,
        int[]? strides = null,
        Padding? padding = null,
        int[]? dilations = null,
        bool ceiling = false)
    {
        var under = Under(x, PoolingWindow("LpPool", x.Shape, window, strides, padding, dilations, ceiling).Reaching, "LpPool");
        return Norm(under, p, [.. Enumerable.Range(2, window.Length)]);
    }

    /// <summary>A window with no more padding than what it has beyond that of another.</summary>
    static Window Without(Window window, Window given) => window with
    {
        Before = Axes.Create(new int[window.Rank]),
        After = Axes.Create([.. window.After.Zip(given.After, (all, some) => all - some)]),
    };

    /// <summary>A window with the padding that is given, and with what a ceiling adds to it.</summary>
    internal static (Window Given, Window Reaching) PoolingWindow(
        string op,
        Shape shape,
        int[] window,
        int[]? strides,
        Padding? padding,
        int[]? dilations,
        bool ceiling)
    {
        var given = WindowOn(op, shape, window, strides ?? window, padding ?? Padding.Valid, dilations);
        int[] after = [.. given.After];
        for (var axis = 0; ceiling && axis < after.Length; axis++)
        {
            var (n, stride) = (shape[axis + 2], given.Strides[axis]);
            if (stride == 1) continue;
            if (!n.IsKnown)
                throw new ShapeException(
                    $"{op}: a ceiling with stride {stride} along axis {axis + 2} of {n} elements, whose number is not known. Fix the size, "
                        + "or leave the ceiling out."
                );
            long room = (long)n.Size + given.Before[axis] + after[axis] - given.Extent(axis), rest = (room % stride + stride) % stride;
            var start = room - rest + stride;
            if (rest > 0 && start >= 0 && start < (long)n.Size + given.Before[axis]) after[axis] += (int)(stride - rest);
        }
        return (given, given with { After = Axes.Create(after) });
    }
}
