namespace FunctionalDL.Ops;

/// <summary>
/// A window that slides over the spatial axes of a <c>[batch, channels, s…]</c> tensor: along each axis its size, the step between two
/// positions, the step between two of its elements, and how far it may reach over either end.
/// </summary>
sealed record Window(Axes Sizes, Axes Strides, Axes Dilations, Axes Before, Axes After)
{
    /// <summary>The window's five lists as attributes of the op that has it.</summary>
    public Window Remake(AttributeMap a) => new(
        a.Of("sizes", Sizes), a.Of("strides", Strides), a.Of("dilations", Dilations), a.Of("before", Before), a.Of("after", After));

    public int Rank => Sizes.Count;

    /// <summary>The elements along an axis from the first under the window to the last.</summary>
    public int Extent(int axis) =>
        Reach(axis) <= int.MaxValue
            ? (int)Reach(axis)
            : throw new ShapeException(
                $"Window: {Sizes} elements {Dilations} apart reach over {Reach(axis)}, more than an axis can have. Make the window or "
                    + "the dilation smaller."
            );

    long Reach(int axis) => (Sizes[axis] - 1L) * Dilations[axis] + 1;

    /// <summary>The number of positions along each spatial axis: ⌊(n + before + after − extent)/stride⌋ + 1.</summary>
    public Shape Positions(string op, Shape spatial) => [.. spatial.Select((n, axis) => Positions(op, n, axis))];

    Dim Positions(string op, Dim n, int axis)
    {
        var room = n + Before[axis] + After[axis] - Extent(axis);
        if (room.IsNegative)
            throw new ShapeException(
                $"{op}: a window over {Extent(axis)} elements does not fit axis {axis + 2} of {n} elements with {Before[axis]} before "
                    + $"and {After[axis]} after. Make it smaller, or pad."
            );
        var stride = Strides[axis];
        var constant = room.Polynomial().Where(term => term.Symbols.Length == 0).Sum(term => term.Coefficient);
        var rest = Dim.Of((constant % stride + stride) % stride);
        return (
                (room - rest).DivideExactly(stride)
                ?? throw new ShapeException(
                    $"{op}: steps of {stride} along axis {axis + 2} of {n} elements are not a whole number of names. Fix the size of the "
                        + "axis, or use stride 1."
                )
            ) + 1;
    }

    /// <summary>
    /// Every pair of a window position and a window element that lies on the tensor, as offsets among the tensor's spatial elements, the
    /// window's elements and the positions; position by position.
    /// </summary>
    public IEnumerable<(int X, int Element, int Position)> Overlaps(Shape spatial, Shape positions)
    {
        var (sizes, strides) = (spatial.ToSizes(), spatial.Strides());
        Shape elements = [.. Sizes.Select(size => (Dim)size)];
        foreach (var (position, to) in Layout.Indices(positions))
            foreach (var (element, offset) in Layout.Indices(elements))
            {
                var x = 0;
                for (var axis = 0; x >= 0 && axis < sizes.Length; axis++)
                {
                    var at = (long)position[axis] * Strides[axis] + (long)element[axis] * Dilations[axis] - Before[axis];
                    x = at >= 0 && at < sizes[axis] ? x + (int)at * strides[axis] : -1;
                }
                if (x >= 0) yield return (x, offset, to);
            }
    }

    /// <summary>The error, where sizes, steps or padding cannot be.</summary>
    public void Check(string op)
    {
        if (Strides.Count != Rank || Dilations.Count != Rank || Before.Count != Rank || After.Count != Rank)
            throw new ShapeException(
                $"{op}: a window of {Rank} axes with strides {Strides}, dilations {Dilations} and padding {Before}, {After}. Give one "
                    + "number for each spatial axis."
            );
        if (Sizes.Concat(Strides).Concat(Dilations).Any(n => n < 1) || Before.Concat(After).Any(n => n < 0))
            throw new ShapeException(
                $"{op}: size {Sizes}, stride {Strides}, dilation {Dilations}, padding {Before}, {After}: the first three are 1 or more "
                    + "and padding is 0 or more."
            );
        for (var axis = 0; axis < Rank; axis++)
            if ((Sizes[axis] - 1L) * Dilations[axis] + Before[axis] + After[axis] >= int.MaxValue)
                throw new ShapeException(
                    $"{op}: size {Sizes[axis]}, dilation {Dilations[axis]} and padding {Before[axis]}, {After[axis]} along axis "
                        + $"{axis + 2} reach over more elements than a tensor can have. Make them smaller."
                );
    }

    /// <summary>The error, where the window lies outside a tensor at some position.</summary>
    public void CheckMeets(string op, Shape shape)
    {
        for (var axis = 0; axis < Rank; axis++)
            if (Before[axis] >= Extent(axis) || After[axis] >= Extent(axis))
                throw new ShapeException(
                    $"{op}: padding {Before}, {After} lets a window of {Sizes} lie outside {shape}. Pad less than the window's size.");
    }

    /// <summary>The window as ONNX's attributes.</summary>
    public (string, object)[] Onnx() =>
        [("kernel_shape", Sizes.ToLongs()), .. OnnxSteps(), ("pads", Before.Concat(After).Select(n => (long)n).ToArray())];

    public (string, object)[] OnnxSteps() => [("strides", Strides.ToLongs()), ("dilations", Dilations.ToLongs())];

    /// <summary>The window in print, without what is as usual.</summary>
    public string[] Print() =>
    [
        $"window {Sizes}",
        .. Strides.All(n => n == 1) ? [] : new[] { $"stride {Strides}" },
        .. Dilations.All(n => n == 1) ? [] : new[] { $"dilation {Dilations}" },
        .. Before.Concat(After).All(n => n == 0) ? [] : new[] { $"padding {Before}:{After}" },
    ];

    // Written out because a record's own would list every property.
    public override string ToString() => string.Join(", ", Print());
}
