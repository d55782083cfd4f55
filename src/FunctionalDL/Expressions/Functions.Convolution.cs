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

    /// <summary>
    /// The transposed convolution, which turns the shapes of a convolution round:
    /// <c>[batch, in, p…], [in, out/groups, k…] → [batch, out, s…]</c> with s = (p − 1)·stride + (k − 1)·dilation + 1 −
    /// padding + outputPadding.
    /// </summary>
    /// <param name="x">The input, channels first as in ONNX.</param>
    /// <param name="kernel">The weights of the convolution it is the transpose of.</param>
    /// <param name="strides">The steps between positions in the result, one for each spatial axis; 1 if not given.</param>
    /// <param name="padding">What is cut off around the result: nothing if not given; Same makes s = p·stride.</param>
    /// <param name="dilations">The steps between the kernel's elements, one for each spatial axis; 1 if not given.</param>
    /// <param name="groups">The number of parts the channels are split into, each with kernels of its own.</param>
    /// <param name="outputPadding">
    /// How many elements the result has at each axis' end beyond those above, less than the stride; 0 if not given.
    /// </param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr ConvTranspose(
        Expr x,
        Expr kernel,
        int[]? strides = null,
        Padding? padding = null,
        int[]? dilations = null,
        int groups = 1,
        int[]? outputPadding = null)
    {
        const string op = "ConvTranspose";
        var sizes = KernelSizes(op, kernel);
        if (x.Rank != sizes.Length + 2)
            throw new ShapeException(
                $"{op}: {x.Shape} with kernel {kernel.Shape}. The input is [batch, in, p…], the kernel [in, out/groups, k…].");
        strides ??= Ones(sizes.Length);
        outputPadding ??= new int[sizes.Length];
        var positions = x.Shape.Slice(2, x.Rank);
        var full = Enumerable.Range(0, sizes.Length).Select(axis => positions[axis] * strides.ElementAtOrDefault(axis)).ToArray();
        var window = WindowOn(op, [x.Shape[0], x.Shape[1], .. full], sizes, strides, padding ?? Padding.Valid, dilations);
        Shape size =
        [
            .. positions.Select(
                (p, axis) =>
                    (p - 1) * window.Strides[axis]
                    + window.Extent(axis)
                    - window.Before[axis]
                    - window.After[axis]
                    + outputPadding.ElementAtOrDefault(axis)),
        ];
        if (padding == Padding.Same)
            size = [.. full];
        return new(new ConvInputGradientOp(window, groups, size), x, kernel);
    }

    /// <summary>
    /// The largest element under a window at each position: <c>[batch, channels, s…] → [batch, channels, p…]</c>. Padding never is
    /// the largest; the gradient goes to the first of equal largest elements.
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="window">The window's size along each spatial axis.</param>
    /// <param name="strides">The steps between positions; the window's sizes if not given.</param>
    /// <param name="padding">How far the window reaches over the ends; not at all if not given.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr MaxPool(Expr x, int[] window, int[]? strides = null, Padding? padding = null) =>
        new(new MaxPoolOp(WindowOn("MaxPool", x.Shape, window, strides ?? window, padding ?? Padding.Valid, null)), x);

    /// <summary>
    /// The largest element under a window at each position, and where it lies in its plane, counted in row-major order: two
    /// <c>[batch, channels, p…]</c>, the second of int64. Of equal largest elements it is the first.
    /// </summary>
    /// <inheritdoc cref="MaxPool"/>
    public static (Expr Values, Expr Places) MaxPoolWithPlaces(Expr x, int[] window, int[]? strides = null, Padding? padding = null)
    {
        const int largestFloat32 = 1 << 24;
        var values = MaxPool(x, window, strides, padding);
        var spatial = x.Shape.Slice(2, x.Rank);
        // Floats that hold every place exactly.
        var exact = spatial.IsKnown && spatial.ElementCount <= largestFloat32 && !x.DType.IsNarrow() ? x : x.Cast(DType.Float64);
        var places = Broadcast(Reshape(Range(spatial.Elements, exact.DType), spatial), x.Shape);
        return (
            values,
            new Expr(new MaxPoolTangentOp(((MaxPoolOp)values.Op).Window), exact, values.Cast(exact.DType), places).Cast(DType.Int64));
    }

    /// <summary>
    /// The mean of the elements under a window at each position, padding not counted: <c>[batch, channels, s…] → [batch, channels,
    /// p…]</c>. It is a convolution of each channel by itself.
    /// </summary>
    /// <inheritdoc cref="MaxPool"/>
    public static Expr AveragePool(Expr x, int[] window, int[]? strides = null, Padding? padding = null)
    {
        var slide = WindowOn("AveragePool", x.Shape, window, strides ?? window, padding ?? Padding.Valid, null);
        slide.CheckMeets("AveragePool", x.Shape);
        var (planes, spatial) = (x.Shape[0] * x.Shape[1], x.Shape.Slice(2, x.Rank));
        Expr Total(Expr from) =>
            new(new ConvOp(slide, 1), from, Broadcast(Expr.Constant(1, x.DType), [1, 1, .. window.Select(n => (Dim)n)]));
        var total = Total(Reshape(x, Shape.Of(planes, 1).Concat(spatial)));
        var isPadded = slide.Before.Concat(slide.After).Any(n => n > 0);
        var mean = isPadded
            ? total / Total(Broadcast(Expr.Constant(1, x.DType), Shape.Of(1, 1).Concat(spatial)))
            : total / window.Aggregate(1.0, (product, n) => product * n);
        return Reshape(mean, x.Shape.Slice(0, 2).Concat(mean.Shape.Slice(2, x.Rank)));
    }

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
