using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Convolutions and their gradients.</summary>
static class ConvolutionRules
{
    public static IEnumerable<(Type, Rule)> All { get; } =
    [
        (typeof(ConvOp), new((to, node) => Convolve(to, node, (ConvOp)node.Op))),
        (typeof(ConvInputGradientOp), new((to, node) => ConvolveBack(to, node, (ConvInputGradientOp)node.Op))),
        (typeof(ConvKernelGradientOp), new((to, node) => Correlate(to, node, (ConvKernelGradientOp)node.Op))),
    ];

    /// <summary>y[b, o, p] = Σ w[o, (c, k)] · x[b, (c, k), p]: for each example and group the kernel times the windows.</summary>
    static View Convolve(LoweringContext to, Node node, ConvOp op)
    {
        var (x, w) = (node.X[0], node.X[1]);
        (int, int)[] outputs = [(w.Sizes[0] / op.Groups, w.Strides[0])];
        var rows = new Matrix(w, 0, [Group(w, 0, op.Groups)], outputs, Matrix.Axes(w, 1, w.Sizes.Length - 1));
        return Convolve(to, node, rows, Forward(op.Window, x, node.Shape, null));
    }

    /// <summary>
    /// x[b, c, s] = Σ w[o, c, k] · y[b, o, p] where p·stride = s + before − k·dilation: again a convolution, of positions with zeros
    /// between and around them, with windows that run backwards.
    /// </summary>
    static View ConvolveBack(LoweringContext to, Node node, ConvInputGradientOp op)
    {
        var (window, y, w) = (op.Window, node.X[0], node.X[1]);
        var rows = new Matrix(
            w,
            0,
            [Group(w, 0, op.Groups)],
            Matrix.Axes(w, 1, 1),
            [(w.Sizes[0] / op.Groups, w.Strides[0]), .. Matrix.Axes(w, 2, window.Rank)]);
        return Convolve(to, node, rows, [.. Enumerable.Range(0, window.Rank).Select(a => Backward(window, y, node.Shape, a))]);
    }

    static SlidingAxis Backward(Window window, View y, int[] shape, int a)
    {
        var last = window.Extent(a) - 1;
        int[] elements = [.. Enumerable.Range(0, window.Sizes[a]).Select(k => last - k * window.Dilations[a])];
        return new(
            y.Sizes[a + 2], y.Strides[a + 2], shape[a + 2], 0, 1, last - window.Before[a], window.Strides[a] - 1, elements);
    }

    /// <summary>The convolution; weights that are constant are packed once.</summary>
    static View Convolve(LoweringContext to, Node node, Matrix rows, SlidingAxis[] axes)
    {
        var (x, sliding) = (node.X[0], Slide(node.Op.Name, axes, rows, node.X[0]));
        var weights = to.Constants.In(rows.View.Storage);
        var kernel = ConvolutionKernel.Of(to.Storages, x, rows, sliding, isPacked: weights is not null);
        if (weights is not null) to.Constants.Add(kernel.Packed, () => kernel.PackBefore(weights));
        to.Add(kernel);
        return View.Of(kernel.Blocks.Whole, node.Shape);
    }

    /// <summary>w[o, (c, k)] = Σ y[b, o, p] · x[b, (c, k), p]: sums over shares of the examples, and their sum.</summary>
    static View Correlate(LoweringContext to, Node node, ConvKernelGradientOp op)
    {
        var (x, y) = (node.X[0], node.X[1]);
        var sliding = new Sliding(op.Name, Forward(op.Window, x, y.Sizes, y.Strides), Longest(x, op.Groups), 1, x.Sizes[1] / op.Groups);
        var step = CorrelationStep.Of(to.Storages, x, y, sliding, op.Groups);
        to.Add(step);
        return ReductionRules.Reduce(to, Code.Sum, [0], View.Of(step.Output, [step.Shares, .. node.Shape]), node.Shape);
    }

    /// <summary>An axis split into groups, of which this is the outer part.</summary>
    static (int Size, int Stride) Group(View x, int axis, int groups) => (groups, x.Sizes[axis] / groups * x.Strides[axis]);

    /// <summary>The window over the axes of x, at the positions that the shape has.</summary>
    public static SlidingAxis[] Forward(Window window, View x, int[] shape, int[]? strides) =>
        [
            .. Enumerable
                .Range(0, window.Rank)
                .Select(a => new SlidingAxis(
                    x.Sizes[a + 2],
                    x.Strides[a + 2],
                    shape[a + 2],
                    strides?[a + 2] ?? 0,
                    window.Strides[a],
                    window.Before[a],
                    0,
                    [.. Enumerable.Range(0, window.Sizes[a]).Select(k => k * window.Dilations[a])])),
        ];

    /// <summary>Bands enough for the cache, and for several threads where there are few examples and much to do.</summary>
    static Sliding Slide(string op, SlidingAxis[] axes, Matrix w, View x)
    {
        var (groups, positions) = (w.Batches.Length, axes.Aggregate(1L, (product, a) => product * a.Positions));
        var parts = (long)x.Sizes[0] * groups * w.Rows.Length * w.Columns.Length * positions < Tuning.SmallProduct ? 1
            : (Tuning.LeastChunks + x.Sizes[0] * groups - 1) / (x.Sizes[0] * groups);
        return new(op, axes, Longest(x, groups), parts, x.Sizes[1] / groups);
    }

    /// <summary>The elements of one channel for which a group's fit the cache.</summary>
    static int Longest(View x, int groups) => Math.Max(1, Tuning.CopyBytes / x.Storage.DType.ByteSize() / (x.Sizes[1] / groups));
}
