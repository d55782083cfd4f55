using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>The parameter of the cubic curve of samples, as PyTorch and ONNX have it.</summary>
    const double SampleCurve = -0.75;

    /// <summary>
    /// The values of x at the places of a grid, each between −1 and 1 from one end of an axis to the other: <c>[batch, channels, s…],
    /// [batch, p…, axes] → [batch, channels, p…]</c> (Jaderberg et al. 2015; ONNX's and PyTorch's grid_sample).
    /// </summary>
    /// <param name="x">Floats over one or more spatial axes.</param>
    /// <param name="grid">The places: for each the coordinate on the last axis first, then on the one before.</param>
    /// <param name="mode">What a value is made of.</param>
    /// <param name="padding">What lies beyond the elements.</param>
    /// <param name="alignCorners">
    /// Whether −1 and 1 are the middles of the first and last element, or the borders of the tensor.
    /// </param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">x and the grid are not floats of one dtype.</exception>
    public static Expr GridSample(
        Expr x,
        Expr grid,
        SampleMode mode = SampleMode.Linear,
        SamplePadding padding = SamplePadding.Zeros,
        bool alignCorners = false)
    {
        var axes = x.Rank - 2;
        if (axes < 1 || grid.Rank < 2 || grid.Shape[^1] != axes || grid.Shape[0] != x.Shape[0])
            throw new ShapeException(
                $"GridSample: a grid {grid.Shape} for {x.Shape}. Give [batch, channels, s…] and [batch, p…, coordinates], one for each "
                    + "spatial axis."
            );
        if (!x.DType.IsFloat() || grid.DType != x.DType)
            throw new DTypeException($"GridSample: {x.Type} at {grid.Type}. Cast both to one dtype of floats.");
        var places = grid.Shape.Slice(1, grid.Rank - 1);
        Expr Coordinate(int axis)
        {
            var unit = Reshape(Index(grid, -1, axes - 1 - axis), [x.Shape[0], places.Elements]);
            var n = SizeOf(x.Shape[axis + 2], x.DType);
            return alignCorners ? (unit + 1) * (0.5 * (n - 1)) : (unit + 1) * (0.5 * n) - 0.5;
        }
        var sampled = Sampled(x, [.. Enumerable.Range(0, axes).Select(Coordinate)], mode, padding, alignCorners);
        return Reshape(sampled, x.Shape.Slice(0, 2).Concat(places));
    }

    /// <summary>
    /// The grid for <see cref="GridSample"/> that an affine map takes places to: <c>[batch, axes, axes + 1] → [batch, s…, axes]</c>.
    /// </summary>
    /// <param name="theta">The maps: a matrix, and what is added in its last column, with the last axis first.</param>
    /// <param name="size">The shape of what is sampled, <c>[batch, channels, s…]</c>.</param>
    /// <param name="alignCorners">Whether −1 and 1 are the middles of the first and last element, or the borders.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Expr AffineGrid(Expr theta, Shape size, bool alignCorners = false)
    {
        var axes = size.Rank - 2;
        if (axes < 1 || theta.Shape != Shape.Of(size[0], axes, axes + 1))
            throw new ShapeException(
                $"AffineGrid: maps {theta.Shape} for {size}. Give [batch, axes, axes + 1] for [batch, channels, s…] of so many axes.");
        var spatial = size.Slice(2, size.Rank);
        Expr Unit(int axis)
        {
            var n = SizeOf(spatial[axis], theta.DType);
            var range = Range(spatial[axis], theta.DType);
            // One element alone is in the middle.
            var unit = alignCorners ? 2 * range / Maximum(n - 1, 1) - (n > 1).Cast(theta.DType) : (2 * range + 1) / n - 1;
            return Broadcast(Reshape(unit, [.. spatial.Select((d, a) => a == axis ? d : 1)]), spatial);
        }
        Expr[] columns = [.. Enumerable.Range(0, axes).Reverse().Select(Unit)];
        var places = Reshape(Stack(-1, [.. columns, Full(columns[0], 1)]), [spatial.Elements, axes + 1]);
        return Reshape(MatMul(places, Transpose(theta)), [size[0], .. spatial, axes]);
    }

    /// <summary>
    /// The values at coordinates among the elements of each axis: <c>[batch, channels, s…]</c> and for each axis <c>[batch, p]</c>, to
    /// <c>[batch, channels, p]</c>.
    /// </summary>
    static Expr Sampled(Expr x, Expr[] coordinates, SampleMode mode, SamplePadding padding, bool alignCorners)
    {
        var (batch, channels, spatial) = (x.Shape[0], x.Shape[1], x.Shape.Slice(2, x.Rank));
        // Each place's channels in a row.
        var rows = Reshape(Transpose(Reshape(x, [batch, channels, spatial.Elements]), 0, 2, 1), [batch * spatial.Elements, channels]);
        var start = ExpandDims(Range(batch) * SizeOf(spatial.Elements, DType.Int64), 1);
        List<Tap> taps = [new(start, null, null)];
        for (var axis = 0; axis < coordinates.Length; axis++)
        {
            var along = AxisTaps(coordinates[axis], spatial[axis], mode, padding, alignCorners);
            var stride = Stride(spatial, axis);
            taps = [.. taps.SelectMany(tap => along.Select(next => tap.With(next with { Place = next.Place * stride })))];
        }
        Expr Part(Tap tap)
        {
            var taken = Gather(rows, tap.Place);
            if (tap.Inside is { } inside) taken = Select(Broadcast(ExpandDims(inside, -1), taken.Shape), taken, ZerosLike(taken));
            return tap.Weight is { } weight ? taken * ExpandDims(weight, -1) : taken;
        }
        return Transpose(taps.Select(Part).Aggregate((sum, part) => sum + part));
    }

    /// <summary>Elements that values are made of: where they are, how much of them, and whether they are there at all.</summary>
    readonly record struct Tap(Expr Place, Expr? Weight, Expr? Inside)
    {
        public Tap With(Tap next) => new(
            Place + next.Place,
            Weight is null || next.Weight is null ? Weight ?? next.Weight : Weight * next.Weight,
            Inside is null || next.Inside is null ? Inside ?? next.Inside : Inside & next.Inside);
    }

    static Tap[] AxisTaps(Expr at, Dim n, SampleMode mode, SamplePadding padding, bool alignCorners)
    {
        var size = SizeOf(n, at.DType);
        // Farther beyond the ends than any element reaches nothing changes any more.
        at = padding == SamplePadding.Zeros || padding == SamplePadding.Border && mode == SampleMode.Cubic
            ? Minimum(Maximum(at, -4), size + 3)
            : Inner(at, size, padding, alignCorners);
        if (mode == SampleMode.Nearest) return [Placed(Whole(at, nearest: true), null)];
        var first = Whole(at, nearest: false);
        var ratio = at - first;
        return mode == SampleMode.Linear
            ? [Placed(first, 1 - ratio), Placed(first + 1, ratio)]
            : [.. Enumerable.Range(-1, 4).Select(k => Placed(first + k, CubicWeight(Abs(ratio - k), isNear: k is 0 or 1)))];

        Tap Placed(Expr place, Expr? weight)
        {
            var inside = padding == SamplePadding.Zeros ? (place >= 0) & (place <= size - 1) : null;
            var real = padding == SamplePadding.Reflection ? Inner(place, size, padding, alignCorners) : place;
            return new(Minimum(Maximum(real, 0), size - 1).Cast(DType.Int64), weight, inside);
        }
    }

    /// <summary>A coordinate among the elements for one beyond them.</summary>
    static Expr Inner(Expr at, Expr size, SamplePadding padding, bool alignCorners) => padding switch
    {
        SamplePadding.Border => Minimum(Maximum(at, 0), size - 1),
        SamplePadding.Reflection when alignCorners => Reflected(at, Maximum(size - 1, 1)) is var inner
            ? Select(Broadcast(size > 1, at.Shape), inner, ZerosLike(at))
            : at,
        SamplePadding.Reflection => Reflected(at + 0.5, size) - 0.5,
        _ => at,
    };

    /// <summary>A number reflected at 0 and at a length until it is between them.</summary>
    static Expr Reflected(Expr at, Expr length)
    {
        var rest = at - Whole(at / (2 * length), nearest: false) * (2 * length);
        return length - Abs(rest - length);
    }

    /// <summary>The whole number at or below x, or the nearest one, of two the even one; far away x itself. It has no gradient.</summary>
    static Expr Whole(Expr x, bool nearest)
    {
        var y = StopGradient(x);
        Expr Below(Expr e)
        {
            var whole = e.Cast(DType.Int64).Cast(e.DType);
            return whole - (whole > e).Cast(e.DType);
        }
        if (!nearest) return Below(y);
        var up = Below(y + 0.5);
        var isTie = Equal(up - y, Full(y, 0.5)) & !Equal(2 * Below(up * 0.5), up);
        return up - isTie.Cast(y.DType);
    }

    static Expr CubicWeight(Expr distance, bool isNear) => isNear
        ? ((SampleCurve + 2) * distance - (SampleCurve + 3)) * Square(distance) + 1
        : ((SampleCurve * distance - 5 * SampleCurve) * distance + 8 * SampleCurve) * distance - 4 * SampleCurve;
}
