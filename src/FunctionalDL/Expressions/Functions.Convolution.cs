using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// The convolution (cross-correlation, as all deep-learning libraries have it) of x with a kernel over any number of spatial axes:
    /// <c>[batch, in, s…], [out, in/groups, k…] → [batch, out, p…]</c> with p = ⌊(s + padding − (k − 1)·dilation −
    /// 1)/stride⌋ + 1.
    /// </summary>
    /// <param name="x">The input, channels first as in ONNX.</param>
    /// <param name="kernel">The weights.</param>
    /// <param name="strides">The steps between positions, one for each spatial axis; 1 if not given.</param>
    /// <param name="padding">Zeros around x; none if not given.</param>
    /// <param name="dilations">The steps between the kernel's elements, one for each spatial axis; 1 if not given.</param>
    /// <param name="groups">The number of parts the channels are split into, each with kernels of its own.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr Conv(Expr x, Expr kernel, int[]? strides = null, Padding? padding = null, int[]? dilations = null, int groups = 1) =>
        new(
            new ConvOp(WindowOn("Conv", x.Shape, KernelSizes("Conv", kernel), strides, padding ?? Padding.Valid, dilations), groups),
            x,
            kernel);

    static int[] KernelSizes(string op, Expr kernel) => kernel.Rank > 2 && kernel.Shape.Slice(2, kernel.Rank).IsKnown
        ? kernel.Shape.Slice(2, kernel.Rank).ToSizes()
        : throw new ShapeException($"{op}: kernel {kernel.Shape} has no spatial axes of known size. Give [out, in/groups, k…].");

    static Window WindowOn(string op, Shape shape, int[] sizes, int[]? strides, Padding padding, int[]? dilations)
    {
        if (shape.Rank != sizes.Length + 2)
            throw new ShapeException(
                $"{op}: takes [batch, channels, s…] with {sizes.Length} spatial axes, given {shape}. Reshape the input.");
        var window = new Window(
            Axes.Create(sizes),
            Axes.Create(strides ?? Ones(sizes.Length)),
            Axes.Create(dilations ?? Ones(sizes.Length)),
            Axes.Create(new int[sizes.Length]),
            Axes.Create(new int[sizes.Length]));
        window.Check(op);
        var around = sizes.Select((_, axis) => padding.Around(shape[axis + 2], window.Extent(axis), window.Strides[axis], axis)).ToArray();
        return window with
        {
            Before = Axes.Create([.. around.Select(p => p.Before)]),
            After = Axes.Create([.. around.Select(p => p.After)]),
        };
    }

    static int[] Ones(int count) => [.. Enumerable.Repeat(1, count)];
}
