using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Convolutions and pooling.</summary>
sealed partial class Lowering
{
    /// <summary>y[b, o, p] = Σ w[o, (c, k)] · x[b, (c, k), p]: for each example and group the kernel times the windows.</summary>
    View Convolve(ConvOp op, View x, View w, int[] shape)
    {
        var rows = new Matrix(
            w,
            0,
            [Group(w, 0, op.Groups)],
            [(w.Sizes[0] / op.Groups, w.Strides[0])],
            Matrix.Axes(w, 1, w.Sizes.Length - 1));
        return Own(
            Packed(ConvolutionStep.Of(x, rows, Slide(op.Name, Forward(op.Window, x, shape, null), rows, x)), w),
            s => s.Output,
            shape);
    }

    /// <summary>
    /// x[b, c, s] = Σ w[o, c, k] · y[b, o, p] where p·stride = s + before − k·dilation: again a convolution, of positions with zeros
    /// between and around them, with windows that run backwards.
    /// </summary>
    View ConvolveBack(ConvInputGradientOp op, View y, View w, int[] shape)
    {
        var (window, outputs) = (op.Window, w.Sizes[0] / op.Groups);
        var rows = new Matrix(
            w,
            0,
            [Group(w, 0, op.Groups)],
            Matrix.Axes(w, 1, 1),
            [(outputs, w.Strides[0]), .. Matrix.Axes(w, 2, window.Rank)]);
        SlidingAxis[] axes =
        [
            .. Enumerable
                .Range(0, window.Rank)
                .Select(a => new SlidingAxis(
                    y.Sizes[a + 2],
                    y.Strides[a + 2],
                    shape[a + 2],
                    0,
                    1,
                    window.Extent(a) - 1 - window.Before[a],
                    window.Strides[a] - 1,
                    [.. Enumerable.Range(0, window.Sizes[a]).Select(k => window.Extent(a) - 1 - k * window.Dilations[a])])),
        ];
        return Own(Packed(ConvolutionStep.Of(y, rows, Slide(op.Name, axes, rows, y)), w), s => s.Output, shape);
    }

    /// <summary>w[o, (c, k)] = Σ y[b, o, p] · x[b, (c, k), p]: sums over parts of the examples, and their sum.</summary>
    View Correlate(ConvKernelGradientOp op, View x, View y, int[] shape)
    {
        var step = CorrelationStep.Of(
            x,
            y,
            new(op.Name, Forward(op.Window, x, y.Sizes, y), Longest(x, op.Groups), 1, x.Sizes[1] / op.Groups),
            op.Groups);
        return Reduce(Code.Sum, [0], Own(step, s => s.Output, [step.Parts, .. shape]), shape);
    }

    /// <summary>The step; where its weights are constant, they are packed now.</summary>
    ConvolutionStep Packed(ConvolutionStep step, View w)
    {
        var at = constants.FindIndex(c => c.Storage == w.Storage);
        if (at >= 0) prepacked.Add(step.PackBefore(constants[at].Value));
        return step;
    }

    /// <summary>The convolutions, some with a bias, that nothing was done to but what their step does itself.</summary>
    readonly HashSet<Expr> convolutions = [];

    /// <summary>A bias added to a convolution, or its rectifier, where nobody else reads it: done on the way to memory.</summary>
    View? IntoConvolution(Expr node, View[] x)
    {
        if (node.Op is ConvOp or ConvInputGradientOp) convolutions.Add(node);
        if (node.Op is not (AddOp or MaximumOp)) return null;
        var i = convolutions.Contains(node.Inputs[0]) ? 0 : 1;
        if (
            !convolutions.Contains(node.Inputs[i])
            || uses[node.Inputs[i]] > 1
            || x[i].Storage.Producer is not ConvolutionStep { IsRectified: false } step)
            return null;
        var other = x[1 - i];
        if (
            node.Op is AddOp
            && step.Bias is null
            && other.Storage.Level < step.Level
            && other.Strides.Index().All(s => s.Index == 1 || s.Item == 0))
        {
            step.Bias = new(other.Storage, other.Offset, [other.Sizes[1]], [other.Strides[1]]);
            Read([other], step);
            convolutions.Add(node);
        }
        else if (node.Op is MaximumOp && Simplification.Number(node.Inputs[1 - i]) == 0)
        {
            step.IsRectified = true;
            convolutions.Add(node);
        }
        else return null;
        return x[i];
    }

    /// <summary>An axis split into groups, of which this is the outer part.</summary>
    static (int Size, int Stride) Group(View x, int axis, int groups) => (groups, x.Sizes[axis] / groups * x.Strides[axis]);

    /// <summary>The window over the axes of x, at the positions that the shape has.</summary>
    static SlidingAxis[] Forward(Window window, View x, int[] shape, View? y) =>
        [
            .. Enumerable
                .Range(0, window.Rank)
                .Select(a => new SlidingAxis(
                    x.Sizes[a + 2],
                    x.Strides[a + 2],
                    shape[a + 2],
                    y?.Strides[a + 2] ?? 0,
                    window.Strides[a],
                    window.Before[a],
                    0,
                    [.. Enumerable.Range(0, window.Sizes[a]).Select(k => k * window.Dilations[a])])),
        ];

    /// <summary>Bands enough for the cache, and for several threads where there are few examples and much to do.</summary>
    static Sliding Slide(string op, SlidingAxis[] axes, Matrix w, View x)
    {
        var (groups, positions) = (w.Batches.Length, axes.Aggregate(1L, (product, a) => product * a.Positions));
        var parts = (long)x.Sizes[0] * groups * w.Rows.Length * w.Columns.Length * positions < ConvolutionStep.Small ? 1
            : (ConvolutionStep.LeastParts + x.Sizes[0] * groups - 1) / (x.Sizes[0] * groups);
        return new(op, axes, Longest(x, groups), parts, x.Sizes[1] / groups);
    }

    /// <summary>The elements of one channel for which a group's fit the cache.</summary>
    static int Longest(View x, int groups) => Math.Max(1, ConvolutionStep.CopyBytes / x.Storage.DType.ByteSize() / (x.Sizes[1] / groups));

    /// <summary>The largest elements; where nobody reads the convolution they are of, in its step.</summary>
    View Pool(Expr node, MaxPoolOp op, View x, int[] shape)
    {
        if (
            !convolutions.Contains(node.Inputs[0])
            || uses[node.Inputs[0]] > 1
            || x.Storage.Producer is not ConvolutionStep { IsWhole: true } step)
            return Pool(op, x, null, x, shape, MaxPoolStep.Mode.Value);
        step.Pool(new(op.Name, Forward(op.Window, x, shape, View.Of(new(x.Storage.DType, 0), shape)), int.MaxValue, 1));
        return View.Of(step.Output, shape);
    }

    /// <summary>The largest elements, other values from their places, or values put back there, as the mode says.</summary>
    View Pool(MaxPoolingOp op, View x, View? largest, View values, int[] shape, MaxPoolStep.Mode mode)
    {
        if (largest is not null) (x, largest, values) = (Dense(x), Dense(largest), Dense(values));
        var pooled = largest ?? View.Of(new(x.Storage.DType, 0), shape);
        var sliding = new Sliding(op.Name, Forward(op.Window, x, pooled.Sizes, pooled), MaxPoolStep.CopyElements, 1);
        return Own(MaxPoolStep.Of(sliding, x, largest, values, mode), s => s.Output, shape);
    }
}
