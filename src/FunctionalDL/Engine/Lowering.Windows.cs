using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// Convolutions and pooling. What lies under a window at every position is itself a strided window on the padded input, whose axes only have to be put in
/// the order a matrix product or a reduction wants.
/// </summary>
sealed partial class Lowering
{
    readonly Dictionary<(View Input, Window Window, int Groups), View> columns = [];

    /// <summary>w [groups, out, in·k] × x [groups, in·k, batch·p] for each group.</summary>
    View Conv(ConvOp op, View x, View w, int[] shape) =>
        ByChannel(Product(Groups(w, op.Groups, w.Count / w.Sizes[0]), Columns(x, op.Window, op.Groups)), shape);

    /// <summary>x of all positions in reverse: w [out, in·k] = y [groups, out, batch·p] × x [groups, batch·p, in·k].</summary>
    View ConvKernelGradient(ConvKernelGradientOp op, View x, View y, int[] shape)
    {
        var byGroup = Flat(Split(y, 1, op.Groups).Transpose([1, 2, 0, .. Enumerable.Range(3, op.Window.Rank)]), [op.Groups, y.Sizes[1] / op.Groups, y.Count / y.Sizes[1]]);
        return Flat(Product(byGroup, Columns(x, op.Window, op.Groups).Transpose([0, 2, 1])), shape);
    }

    /// <summary>A convolution of y, with zeros between its elements where the strides skipped some, with the kernel turned round and in and out exchanged.</summary>
    View ConvInputGradient(ConvInputGradientOp op, View y, View w, int[] shape)
    {
        var (window, rank, groups) = (op.Window, op.Window.Rank, op.Groups);
        int[] axes = [.. Enumerable.Range(0, rank)];
        var spread = Padded(y, 0, [.. axes.Select(a => (window.Extent(a) - 1 - window.Before[a], window.Strides[a], shape[a + 2] + window.Extent(a) - 1))]);
        var under = Flat(Under(Split(spread, 1, groups), [.. shape[2..]], [.. axes.Select(_ => 1)], window), [groups, w.Count / groups / w.Sizes[1], shape[0] * Count(shape[2..])]);
        var turned = axes.Aggregate(Split(w, 0, groups), (view, axis) => view.Reverse(axis + 3)).Transpose([0, 2, 1, .. axes.Select(a => a + 3)]);
        return ByChannel(Product(Flat(turned, [groups, w.Sizes[1], under.Sizes[1]]), under), shape);
    }

    /// <summary>What is under the window at every position: <c>[groups, in·k, batch·p]</c>. The convolution and the gradient of its kernel read the same.</summary>
    View Columns(View x, Window window, int groups)
    {
        if (columns.TryGetValue((x, window, groups), out var known)) return known;
        var padded = Padded(x, 0, window, out var positions);
        var under = Under(Split(padded, 1, groups), positions, [.. window.Strides], window);
        return columns[(x, window, groups)] = Flat(under, [groups, x.Sizes[1] / groups * Count([.. window.Sizes]), x.Sizes[0] * Count(positions)]);
    }

    /// <summary><c>[batch, groups, channels, s…]</c> as <c>[groups, channels, k…, batch, p…]</c>: element k at position p.</summary>
    static View Under(View x, int[] positions, int[] strides, Window window)
    {
        int[] space = x.Strides[3..];
        return new(x.Storage, x.Offset, [x.Sizes[1], x.Sizes[2], .. window.Sizes, x.Sizes[0], .. positions],
            [x.Strides[1], x.Strides[2], .. space.Zip(window.Dilations, (s, d) => s * d), x.Strides[0], .. space.Zip(strides, (s, d) => s * d)]);
    }

    View MaxPool(MaxPoolOp op, View x, int[] shape)
    {
        var padded = Padded(x, double.NegativeInfinity, op.Window, out var positions);
        var under = Under(Split(padded, 0, 1), positions, [.. op.Window.Strides], op.Window);
        int[] elements = [.. Enumerable.Range(2, op.Window.Rank)];
        var ordered = Flat(under.Transpose([.. elements, 0, 1, op.Window.Rank + 2, .. elements.Select(a => a + op.Window.Rank + 1)]), [Count([.. op.Window.Sizes]), Count(shape)]);
        return Reduce(Code.Max, [0], ordered, [Count(shape)]).Reshape(shape)!;
    }

    View Padded(View x, double fill, Window window, out int[] positions)
    {
        int[] axes = [.. Enumerable.Range(0, window.Rank)];
        positions = [.. window.Positions("", Shape.Of([.. x.Sizes[2..].Select(n => (Dim)n)])).ToSizes()];
        return axes.All(a => window.Before[a] == 0 && window.After[a] == 0) ? x
            : Padded(x, fill, [.. axes.Select(a => (window.Before[a], 1, window.Before[a] + x.Sizes[a + 2] + window.After[a]))]);
    }

    /// <summary>x on a ground of one value: along each spatial axis so many elements before the first, a step between two, and a size; what lies outside is left out.</summary>
    View Padded(View x, double fill, (int Before, int Step, int Size)[] space)
    {
        int[] sizes = [x.Sizes[0], x.Sizes[1], .. space.Select(s => s.Size)];
        var whole = View.Of(new(x.Storage.DType, Count(sizes)), sizes);
        var place = whole;
        for (var a = 0; a < space.Length; a++)
        {
            var (before, step, size) = space[a];
            var first = before >= 0 ? 0 : (-before + step - 1) / step;
            var last = Math.Min(x.Sizes[a + 2], (size - before + step - 1) / step);
            x = x.Slice(a + 2, first, Math.Max(last - first, 0), 1);
            place = place.Slice(a + 2, before + first * step, Math.Max(last - first, 0), step);
        }
        return View.Of(new AssembleStep([x], whole.Storage, [place], fill).Output, sizes);
    }

    View Product(View a, View b) => View.Of(MatMulStep.Of(a, b).Output, [a.Sizes[0], a.Sizes[1], b.Sizes[2]]);

    View Groups(View w, int groups, int columns) => Flat(w, [groups, w.Sizes[0] / groups, columns]);

    /// <summary><c>[groups, channels, batch·p]</c> as <c>[batch, groups·channels, p…]</c>.</summary>
    View ByChannel(View product, int[] shape) =>
        product.Reshape([shape[1], shape[0], .. shape[2..]])!.Transpose([1, 0, .. Enumerable.Range(2, shape.Length - 2)]);

    /// <summary>An axis as two, the first of so many groups.</summary>
    static View Split(View x, int axis, int groups) => new(x.Storage, x.Offset,
        [.. x.Sizes[..axis], groups, x.Sizes[axis] / groups, .. x.Sizes[(axis + 1)..]],
        [.. x.Strides[..axis], x.Strides[axis] * (x.Sizes[axis] / groups), .. x.Strides[axis..]]);

    View Flat(View x, int[] sizes) => x.Reshape(sizes) ?? Dense(x).Reshape(sizes)!;

    static int Count(int[] sizes) => sizes.Aggregate(1, (product, n) => product * n);
}
