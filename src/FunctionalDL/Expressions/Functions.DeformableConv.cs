using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// A convolution whose window has each of its elements moved, by an offset of its own at every position, and weighted by a mask:
    /// <c>[batch, in, s…], [out, in/groups, k…] → [batch, out, p…]</c> (Dai et al. 2017; Zhu et al. 2019; ONNX's DeformConv).
    /// Between elements values are interpolated linearly; beyond them they are 0.
    /// </summary>
    /// <param name="x">The input, channels first.</param>
    /// <param name="kernel">The weights.</param>
    /// <param name="offset">
    /// The offsets, <c>[batch, offsetGroups·k·axes, p…]</c>: for each element of the window one for each axis, the first axis first.
    /// </param>
    /// <param name="mask">The weights of the elements, <c>[batch, offsetGroups·k, p…]</c>; 1 if not given.</param>
    /// <param name="strides">The steps between positions, one for each spatial axis; 1 if not given.</param>
    /// <param name="padding">Zeros around x; none if not given.</param>
    /// <param name="dilations">The steps between the kernel's elements, one for each spatial axis; 1 if not given.</param>
    /// <param name="groups">The number of parts the channels are split into, each with kernels of its own.</param>
    /// <param name="offsetGroups">The number of parts the channels are split into, each with offsets of its own.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr DeformableConv(
        Expr x,
        Expr kernel,
        Expr offset,
        Expr? mask = null,
        int[]? strides = null,
        Padding? padding = null,
        int[]? dilations = null,
        int groups = 1,
        int offsetGroups = 1)
    {
        const string op = "DeformableConv";
        var window = WindowOn(op, x.Shape, KernelSizes(op, kernel), strides, padding ?? Padding.Valid, dilations);
        var (axes, batch, count) = (window.Rank, x.Shape[0], window.Sizes.Aggregate(1, (product, n) => product * n));
        if (groups < 1 || offsetGroups < 1 || x.Shape[1].DivideExactly(offsetGroups) is not { } each
            || kernel.Shape[1] * groups != x.Shape[1] || kernel.Shape[0].DivideExactly(groups) is not { } outputs)
            throw new ShapeException(
                $"{op}: {x.Shape} with kernel {kernel.Shape}, {groups} groups and {offsetGroups} of offsets. The kernel is [out, "
                    + "in/groups, k…], and groups divide the channels."
            );
        var positions = window.Positions(op, x.Shape.Slice(2, x.Rank));
        Shape Needed(int numbers) => Shape.Of(batch, offsetGroups * count * numbers).Concat(positions);
        if (offset.Shape != Needed(axes) || mask is not null && mask.Shape != Needed(1))
            throw new ShapeException($"{op}: offsets {offset.Shape} and mask {mask?.Shape}. Give {Needed(axes)} and {Needed(1)}.");

        Dim samples = batch * offsetGroups, all = positions.Elements;
        var moved = Reshape(offset, [samples, count, axes, .. positions]);
        Expr Coordinate(int axis)
        {
            var steps = Range(positions[axis], x.DType) * window.Strides[axis] - window.Before[axis];
            var element = Tensor.Vector([.. Enumerable.Range(0, count).Select(k => (double)(Part(k, axis) * window.Dilations[axis]))]);
            var start = OnAxis(element.Cast(x.DType), 0, axes + 1)
                + Reshape(steps, [1, .. positions.Select((p, a) => a == axis ? p : 1)]);
            return Reshape(Index(moved, 2, axis) + start, [samples, count * all]);
        }

        // The index of a window's element along an axis.
        int Part(int k, int axis) => k / window.Sizes.Skip(axis + 1).Aggregate(1, (product, n) => product * n) % window.Sizes[axis];

        var parts = Reshape(x, Shape.Of(samples, each).Concat(x.Shape.Slice(2, x.Rank)));
        var sampled = Sampled(parts, [.. Enumerable.Range(0, axes).Select(Coordinate)], SampleMode.Linear, SamplePadding.Zeros, false);
        if (mask is not null) sampled *= Reshape(mask, [samples, 1, count * all]);
        var columns = Reshape(sampled, [batch, groups, kernel.Shape[1] * count, all]);
        var weights = Reshape(kernel, [1, groups, outputs, kernel.Shape[1] * count]);
        return Reshape(MatMul(weights, columns), Shape.Of(batch, kernel.Shape[0]).Concat(positions));
    }
}
