namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// x with axes of other sizes, its elements interpolated axis by axis, as ONNX's Resize: <c>[…, n, …] → […, m, …]</c>. Axes
    /// that keep their sizes may have names.
    /// </summary>
    /// <example>
    /// <code>
    /// var x = Expr.Variable("x", ["batch", 3, 16, 16]);
    /// var y = Functions.Resize(x, new() { Axes = [2, 3], Scales = [2, 2], Mode = ResizeMode.Linear });  // [batch, 3, 32, 32]
    /// </code>
    /// </example>
    /// <param name="x">The tensor: floats, or anything where the nearest element is taken.</param>
    /// <param name="options">The sizes or scales, and how elements are made of those before.</param>
    /// <exception cref="ShapeException">An axis that changes has no known size, or there is not one number for each axis.</exception>
    /// <exception cref="DTypeException">x is not a float, and its elements are to be interpolated.</exception>
    public static Expr Resize(Expr x, ResizeOptions options)
    {
        if (options.Mode != ResizeMode.Nearest && !x.DType.IsFloat())
            throw new DTypeException($"Resize: takes floats to interpolate, given {x.Type}. Cast the input, or take the nearest elements.");
        int[] axes = [.. (options.Axes ?? All(x)).Select(axis => x.Shape.Axis(axis, "Resize"))];
        CheckResize(x, axes, options);
        Expr? outside = null;
        foreach (var (axis, to) in Resized(x.Shape, axes, options))
        {
            x = Interpolated(x, axis, to);
            if (options.Coordinates != ResizeCoordinates.CropAndResize) continue;
            var there = OnAxis(Tensor.Vector(to.Outside), axis, x.Rank);
            outside = outside is null ? there : outside | there;
        }
        return outside is null ? x : Select(Broadcast(outside, x.Shape), Full(x, options.Extrapolation), x);
    }

    static void CheckResize(Expr x, int[] axes, ResizeOptions options)
    {
        var given = (options.Sizes?.Rank, options.Scales?.Count) switch
        {
            ({ } sizes, null) => sizes,
            (null, { } scales) => scales,
            _ => throw new ShapeException($"Resize: {x.Shape} takes either sizes or scales. Give one of them."),
        };
        if (given != axes.Length || axes.Distinct().Count() != axes.Length)
            throw new ShapeException(
                $"Resize: {given} {(options.Sizes is null ? "scales" : "sizes")} for axes [{string.Join(", ", axes)}] of {x.Shape}. Give "
                    + "one for each, and each axis once."
            );
        if (options.Scales?.Any(scale => !(scale > 0 && double.IsFinite(scale))) == true)
            throw new ShapeException($"Resize: scales {string.Join(", ", options.Scales)} of {x.Shape}. They are above 0.");
        if (options.Coordinates == ResizeCoordinates.CropAndResize && options.Region?.Count != 2 * axes.Length)
            throw new ShapeException(
                $"Resize: a region of {options.Region?.Count ?? 0} numbers for {axes.Length} axes of {x.Shape}. Give where it starts on "
                    + "each axis, then where it ends."
            );
    }

    /// <summary>The axes that change, each with what it becomes.</summary>
    static IEnumerable<(int Axis, ResizedAxis To)> Resized(Shape shape, int[] axes, ResizeOptions options)
    {
        var crops = options.Coordinates == ResizeCoordinates.CropAndResize;
        var common = options.Sizes is { } sizes && options.Aspect != ResizeAspect.Stretch ? Proportion(shape, axes, sizes, options) : null;
        for (var i = 0; i < axes.Length; i++)
        {
            var n = shape[axes[i]];
            var scale = common ?? options.Scales?[i];
            if (!crops && (options.Sizes is { } wanted && common is null ? wanted[i] == n : scale == 1)) continue;
            if (!n.IsKnown || options.Sizes is { } all && !all[i].IsKnown)
            {
                var becomes = options.Sizes?[i].ToString() ?? FormattableString.Invariant($"{scale} times as many");
                throw new ShapeException(
                    $"Resize: axis {axes[i]} of {shape} has {n} elements and becomes {becomes}. Only axes of known sizes are resized; fix "
                        + "the size."
                );
            }
            var region = crops ? (options.Region![i], options.Region[axes.Length + i]) : (0.0, 1.0);
            yield return (axes[i], new(n.Size, Length(i, n.Size, region), scale, region, options));
        }

        int Length(int i, int n, (double Start, double End) region)
        {
            var part = crops ? (float)(region.End - region.Start) : 1;
            var length = (common, options.Sizes) switch
            {
                ({ } one, _) => Math.Floor(one * n + 0.5),
                (null, { } all) => all[i].Size,
                _ => Math.Floor(n * part * (float)options.Scales![i]),
            };
            return length >= 0 && length <= Array.MaxLength && (n > 0 || length == 0) ? (int)length
                : throw new ShapeException($"Resize: axis {axes[i]} of {shape} becomes one of {length} elements. Look at the scales.");
        }
    }

    /// <summary>The one scale that keeps the proportions.</summary>
    static double? Proportion(Shape shape, int[] axes, Shape sizes, ResizeOptions options)
    {
        if (axes.Any(axis => !shape[axis].IsKnown) || !sizes.IsKnown)
            throw new ShapeException($"Resize: of {shape} not all axes that keep their proportions have a known size. Fix their sizes.");
        var scales = axes.Select((axis, i) => (double)sizes[i].Size / shape[axis].Size);
        return options.Aspect == ResizeAspect.NotLarger ? scales.Min() : scales.Max();
    }

    static Expr Interpolated(Expr x, int axis, ResizedAxis to)
    {
        var taps = to.Taps().Where(tap => tap.Weights.Any(weight => weight != 0)).ToArray();
        if (taps.Length == 0) return Gather(x, Expr.Constant(Tensor.Vector<long>()), axis);
        Expr Part((long[] Places, double[] Weights) tap)
        {
            var taken = Gather(x, Expr.Constant(Tensor.Vector(tap.Places)), axis);
            return tap.Weights.All(weight => weight == 1) ? taken : taken * OnAxis(Tensor.Vector(tap.Weights).Cast(x.DType), axis, x.Rank);
        }
        return taps.Select(Part).Aggregate((sum, part) => sum + part);
    }

    /// <summary>Numbers along an axis, shaped to broadcast along the others.</summary>
    static Expr OnAxis(Tensor values, int axis, int rank) =>
        Expr.Constant(values.Reshape([.. Enumerable.Range(0, rank).Select(a => a == axis ? (Dim)values.Count : 1)]));
}
