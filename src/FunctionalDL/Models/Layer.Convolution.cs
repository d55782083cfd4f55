namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>
    /// A convolution over time: <c>[batch, channels, time] → [batch, filters, positions]</c>, with <c>weight [filters, channels/groups,
    /// kernel]</c> and <c>bias [filters]</c>.
    /// </summary>
    /// <param name="filters">The number of output channels.</param>
    /// <param name="kernel">The size of the window.</param>
    /// <param name="stride">The step from one position to the next.</param>
    /// <param name="padding">Zeros at the ends; none if not given.</param>
    /// <param name="dilation">The step from one element of the window to the next.</param>
    /// <param name="groups">The number of parts the channels are split into, each with filters of its own.</param>
    /// <param name="bias">Whether a number is added to each output channel.</param>
    /// <param name="initializer">The weight's first value, Glorot uniform if not given. The bias starts at 0.</param>
    /// <exception cref="FunctionalException">A number is below 1.</exception>
    public static Layer Conv1D(
        int filters,
        int kernel,
        int stride = 1,
        Padding? padding = null,
        int dilation = 1,
        int groups = 1,
        bool bias = true,
        Initializer? initializer = null
    ) => Convolution("conv1d", _ => filters, [kernel], [stride], padding, [dilation], _ => groups, bias, initializer);

    /// <summary>
    /// A convolution over images, channels first as in ONNX: <c>[batch, channels, height, width] → [batch, filters, rows, columns]</c>,
    /// with
    /// <c>weight [filters, channels/groups, kernel height, kernel width]</c> and <c>bias [filters]</c>.
    /// </summary>
    /// <inheritdoc cref="Conv1D"/>
    public static Layer Conv2D(
        int filters,
        Size2D kernel,
        Size2D? stride = null,
        Padding? padding = null,
        Size2D? dilation = null,
        int groups = 1,
        bool bias = true,
        Initializer? initializer = null
    ) =>
        Convolution(
            "conv2d",
            _ => filters,
            kernel.ToArray(),
            stride?.ToArray(),
            padding,
            dilation?.ToArray(),
            _ => groups,
            bias,
            initializer);

    /// <summary>
    /// A convolution of each channel by itself: <c>[batch, channels, height, width] → [batch, channels·multiplier, rows, columns]</c>.
    /// </summary>
    /// <param name="kernel">The size of the window.</param>
    /// <param name="multiplier">The number of output channels of each input channel.</param>
    /// <param name="stride">The step from one position to the next.</param>
    /// <param name="padding">Zeros at the ends; none if not given.</param>
    /// <param name="dilation">The step from one element of the window to the next.</param>
    /// <param name="bias">Whether a number is added to each output channel.</param>
    /// <param name="initializer">The weight's first value, Glorot uniform if not given. The bias starts at 0.</param>
    /// <exception cref="FunctionalException">A number is below 1.</exception>
    public static Layer DepthwiseConv2D(
        Size2D kernel,
        int multiplier = 1,
        Size2D? stride = null,
        Padding? padding = null,
        Size2D? dilation = null,
        bool bias = true,
        Initializer? initializer = null
    ) =>
        Convolution(
            "depthwiseconv2d",
            channels => channels * multiplier,
            kernel.ToArray(),
            stride?.ToArray(),
            padding,
            dilation?.ToArray(),
            channels => channels,
            bias,
            initializer);

    /// <summary>
    /// A transposed convolution, which makes images larger: <c>[batch, channels, rows, columns] → [batch, filters, height, width]</c>
    /// with height = (rows − 1)·stride + (kernel − 1)·dilation + 1 − padding + outputPadding, with <c>weight [channels,
    /// filters/groups, kernel height, kernel width]</c>.
    /// </summary>
    /// <param name="filters">The number of output channels.</param>
    /// <param name="kernel">The size of the window.</param>
    /// <param name="stride">The step from one position to the next, in the result.</param>
    /// <param name="padding">What is cut off around the result; Same makes height = rows·stride.</param>
    /// <param name="outputPadding">Elements at the end of the result beyond those, less than the stride.</param>
    /// <param name="dilation">The step from one element of the window to the next.</param>
    /// <param name="groups">The number of parts the channels are split into, each with filters of its own.</param>
    /// <param name="bias">Whether a number is added to each output channel.</param>
    /// <param name="initializer">The weight's first value, Glorot uniform if not given. The bias starts at 0.</param>
    /// <exception cref="FunctionalException">A number is below 1.</exception>
    public static Layer ConvTranspose2D(
        int filters,
        Size2D kernel,
        Size2D? stride = null,
        Padding? padding = null,
        Size2D? outputPadding = null,
        Size2D? dilation = null,
        int groups = 1,
        bool bias = true,
        Initializer? initializer = null)
    {
        Positive(
            "ConvTranspose2D",
            ("filters", filters),
            ("kernel height", kernel.Height),
            ("kernel width", kernel.Width),
            ("groups", groups));
        if (filters % groups != 0)
            throw new FunctionalException($"ConvTranspose2D: {groups} groups do not divide {filters} filters. Use a divisor.");
        return Of(
            "convtranspose2d",
            (scope, x) =>
            {
                Spatial("ConvTranspose2D", x, 2);
                var weight = scope.Parameter(
                    "weight",
                    [x.Shape[1], filters / groups, kernel.Height, kernel.Width],
                    initializer ?? Initializer.GlorotUniform);
                var y = Functions.ConvTranspose(
                    x,
                    weight,
                    stride?.ToArray(),
                    padding,
                    dilation?.ToArray(),
                    groups,
                    outputPadding?.ToArray());
                return bias ? y + Functions.ByChannel(scope.Parameter("bias", [filters], Initializer.Zeros), y) : y;
            });
    }

    static Layer Convolution(
        string name,
        Func<int, int> filters,
        int[] kernel,
        int[]? strides,
        Padding? padding,
        int[]? dilations,
        Func<int, int> groups,
        bool bias,
        Initializer? initializer)
    {
        Positive(
            name,
            [
                ("filters", filters(1)),
                .. kernel.Select(n => ("kernel", n)),
                .. (strides ?? []).Select(n => ("stride", n)),
                .. (dilations ?? []).Select(n => ("dilation", n)),
                ("groups", groups(1)),
            ]);
        return Of(
            name,
            (scope, x) =>
            {
                var channels = Spatial(name, x, kernel.Length);
                if (HasChannelsLast(x, kernel))
                    throw new ShapeException(
                        $"{name}: the input {x.Shape} has {channels} channels of {x.Shape[2]} × {x.Shape[3]}, an image with its channels "
                            + "last. Channels come first: "
                            + $"begin with Input({x.Shape[3]}, {channels}, {x.Shape[2]}), and Transpose the data.");
                var (outputs, parts) = (filters(channels), groups(channels));
                if (channels % parts != 0 || outputs % parts != 0)
                    throw new ShapeException(
                        $"{name}: {parts} groups do not divide {channels} channels and {outputs} filters. Use a common divisor.");
                var weight = scope.Parameter(
                    "weight",
                    [outputs, channels / parts, .. kernel.Select(n => (Dim)n)],
                    initializer ?? Initializer.GlorotUniform);
                var y = Functions.Conv(x, weight, strides, padding, dilations, parts);
                return bias ? y + Functions.ByChannel(scope.Parameter("bias", [outputs], Initializer.Zeros), y) : y;
            });
    }

    /// <summary>
    /// Whether an input is one of images with their channels last: a window over what is no more than a colour's channels.
    /// </summary>
    static bool HasChannelsLast(Expr x, int[] kernel)
    {
        if (x.VariableName is null || kernel.Length != 2 || !x.Shape.Skip(1).All(size => size.IsKnown && size.Size > 0)) return false;
        var (channels, height, width) = (x.Shape[1].Size, x.Shape[2].Size, x.Shape[3].Size);
        return channels > 4 && height > 4 && ((width == 1 && kernel[1] > 1) || (width is 3 or 4 && channels == height));
    }

    /// <summary>The number of channels of <c>[batch, channels, s…]</c>.</summary>
    static int Spatial(string layer, Expr x, int axes) =>
        x.Rank == axes + 2 && x.Shape[1].IsKnown
            ? x.Shape[1].Size
            : throw new ShapeException(
                $"{layer}: takes [batch, channels, {(axes == 1 ? "time" : "height, width")}] with a known number of channels, given "
                    + $"{x.Shape}. Channels come first; reshape or transpose the input."
            );

    static void Positive(string layer, params ReadOnlySpan<(string Name, int Value)> numbers)
    {
        foreach (var (name, value) in numbers)
            if (value < 1) throw new FunctionalException($"{layer}: {name} is {value}. Give 1 or more.");
    }
}
