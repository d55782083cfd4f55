using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// Convolutions as products of matrices: the windows over a padded input are a matrix whose elements are read where they are, and only packed, never
/// written out.
/// </summary>
sealed partial class Lowering
{
    /// <summary>y[b, o, p] = Σ w[o, (c, k)] · x[b, (c, k), p]: for each example and group the kernel times the windows.</summary>
    View Convolve(ConvOp op, View x, View w, int[] shape)
    {
        var (padded, windows, positions) = Slide(op.Window, x, shape.AsSpan(2));
        var (groups, inputs) = (op.Groups, w.Sizes[1]);
        var product = MatMulStep.Of(
            new(w, 0, [(x.Sizes[0], 0), Group(w, 0, groups)], [(w.Sizes[0] / groups, w.Strides[0])], Matrix.Axes(w, 1, w.Sizes.Length - 1)),
            new(padded, 0, [(x.Sizes[0], padded.Strides[0]), Group(padded, 1, groups)], positions, [(inputs, padded.Strides[1]), .. windows]));
        return Own(product, s => s.Output, shape);
    }

    /// <summary>
    /// x[b, c, s] = Σ w[o, c, k] · y[b, o, p] where p·stride = s + before − k·dilation: with zeros between and around the positions, again windows, which
    /// run backwards.
    /// </summary>
    View ConvolveBack(ConvInputGradientOp op, View y, View w, int[] shape)
    {
        var (window, groups, rank) = (op.Window, op.Groups, op.Window.Rank);
        var (low, high, between) = (new int[rank], new int[rank], new int[rank]);
        for (var axis = 0; axis < rank; axis++)
        {
            low[axis] = Math.Max(0, window.Extent(axis) - 1 - window.Before[axis]);
            high[axis] = Math.Max(0, shape[axis + 2] - 1 + window.Before[axis] - (y.Sizes[axis + 2] - 1) * window.Strides[axis]);
            between[axis] = window.Strides[axis] - 1;
        }
        var spread = PadSpatial(y, low, high, between);
        var start = 0;
        var (places, kernel) = (new (int, int)[rank], new (int, int)[rank]);
        for (var axis = 0; axis < rank; axis++)
        {
            var stride = spread.Strides[axis + 2];
            start += (low[axis] + window.Before[axis]) * stride;
            places[axis] = (shape[axis + 2], stride);
            kernel[axis] = (window.Sizes[axis], -window.Dilations[axis] * stride);
        }
        var outputs = w.Sizes[0] / groups;
        var product = MatMulStep.Of(
            new(w, 0, [(y.Sizes[0], 0), Group(w, 0, groups)], Matrix.Axes(w, 1, 1), [(outputs, w.Strides[0]), .. Matrix.Axes(w, 2, rank)]),
            new(spread, start, [(y.Sizes[0], spread.Strides[0]), Group(spread, 1, groups)], places, [(outputs, spread.Strides[1]), .. kernel]));
        return Own(product, s => s.Output, shape);
    }

    /// <summary>w[o, (c, k)] = Σ y[b, o, p] · x[b, (c, k), p]: a product for each example, and their sum.</summary>
    View Correlate(ConvKernelGradientOp op, View x, View y, int[] shape)
    {
        var (padded, windows, positions) = Slide(op.Window, x, y.Sizes.AsSpan(2));
        var (groups, examples) = (op.Groups, x.Sizes[0]);
        var product = MatMulStep.Of(
            new(y, 0, [(examples, y.Strides[0]), Group(y, 1, groups)], [(shape[0] / groups, y.Strides[1])], Matrix.Axes(y, 2, op.Window.Rank)),
            new(padded, 0, [(examples, padded.Strides[0]), Group(padded, 1, groups)], [(shape[1], padded.Strides[1]), .. windows], positions));
        return Reduce(Code.Sum, [0], Own(product, s => s.Output, [examples, .. shape]), shape);
    }

    /// <summary>An axis split into groups, of which this is the outer part.</summary>
    static (int Size, int Stride) Group(View x, int axis, int groups) => (groups, x.Sizes[axis] / groups * x.Strides[axis]);

    /// <summary>The padded input, and how to step over a window's elements and over the positions.</summary>
    (View Padded, (int, int)[] Windows, (int, int)[] Positions) Slide(Window window, View x, ReadOnlySpan<int> positions)
    {
        var padded = PadSpatial(x, [.. window.Before], [.. window.After], new int[window.Rank]);
        var (elements, places) = (new (int, int)[window.Rank], new (int, int)[window.Rank]);
        for (var axis = 0; axis < window.Rank; axis++)
        {
            var stride = padded.Strides[axis + 2];
            elements[axis] = (window.Sizes[axis], window.Dilations[axis] * stride);
            places[axis] = (positions[axis], window.Strides[axis] * stride);
        }
        return (padded, elements, places);
    }

    /// <summary>The spatial axes with zeros before, after and between their elements.</summary>
    View PadSpatial(View x, int[] before, int[] after, int[] between)
    {
        if (before.Concat(after).Concat(between).All(n => n == 0)) return x;
        int[] sizes = [.. x.Sizes];
        for (var axis = 0; axis < before.Length; axis++)
            sizes[axis + 2] = before[axis] + (x.Sizes[axis + 2] - 1) * (between[axis] + 1) + 1 + after[axis];
        var whole = View.Of(new(x.Storage.DType, sizes.Aggregate(1, (product, n) => product * n)), sizes);
        var place = whole;
        for (var axis = 0; axis < before.Length; axis++) place = place.Slice(axis + 2, before[axis], x.Sizes[axis + 2], between[axis] + 1);
        return Own(new AssembleStep([x], whole.Storage, [place], 0), s => s.Output, sizes);
    }

    View Pool(MaxPoolingOp op, View x, View values, int[] shape, MaxPoolStep.Mode mode)
    {
        var (window, pooled) = (op.Window, mode == MaxPoolStep.Mode.Put ? values.Sizes : shape);
        var isPartition = Enumerable.Range(0, window.Rank).All(axis => window.Before[axis] + window.After[axis] == 0 && window.Strides[axis] >= window.Extent(axis));
        return !isPartition || mode == MaxPoolStep.Mode.Take ? Own(new MaxPoolStep(window, Dense(x), Dense(values), pooled, mode), s => s.Output, shape)
            : mode == MaxPoolStep.Mode.Value ? Largest(Under(window, x, pooled), pooled)
            : PutBack(window, x, values, shape);
    }

    /// <summary>The elements of x that are the first under the windows, those that are the second, and so on, as windows that do not overlap have them.</summary>
    static View[] Under(Window window, View x, int[] pooled)
    {
        View[] parts = [x];
        for (var axis = 0; axis < window.Rank; axis++)
            parts = [.. parts.SelectMany(part => Enumerable.Range(0, window.Sizes[axis])
                .Select(k => part.Slice(axis + 2, k * window.Dilations[axis], pooled[axis + 2], window.Strides[axis])))];
        return parts;
    }

    View Largest(View[] parts, int[] pooled) => parts.Aggregate((a, b) => Elementwise(Code.Maximum, [a, b], a.Storage.DType, pooled));

    /// <summary>
    /// Each value goes to the first element that equals the largest, or is NaN; all other elements are 0. One step from the beginning, so that nothing of it
    /// is computed before the values are there and kept until then.
    /// </summary>
    View PutBack(Window window, View x, View values, int[] shape)
    {
        var (dtype, pooled) = (x.Storage.DType, values.Sizes);
        var step = NewStep(values.Count, [x, values]);
        View In(Code code, params View[] of) => View.Of(step.Add(code, dtype, of, new(dtype, values.Count) { Producer = step }, Extent.Full), pooled);
        var under = Under(window, x, pooled);
        var largest = under.Length == 1 ? under[0] : under.Aggregate((a, b) => In(Code.Maximum, a, b));
        var zero = Constant(Tensor.Zeros(dtype, Shape.Scalar), []).Broadcast(pooled);
        View? found = null;
        var parts = Array.ConvertAll(under, part =>
        {
            var hit = In(Code.Or, In(Code.Equal, part, largest), In(Code.Not, In(Code.Equal, part, part)));
            var first = found is null ? hit : In(Code.And, hit, In(Code.Not, found));
            found = found is null ? hit : In(Code.Or, found, hit);
            return In(Code.Select, first, values, zero);
        });
        var whole = View.Of(new(dtype, shape.Aggregate(1, (product, n) => product * n)), shape);
        return Own(new AssembleStep(parts, whole.Storage, Under(window, whole, pooled), 0), s => s.Output, shape);
    }
}
