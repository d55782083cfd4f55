namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>max(x, 0).</summary>
    public static Layer Relu { get; } = Of("relu", Functions.Relu);

    /// <summary>σ(x).</summary>
    public static Layer Sigmoid { get; } = Of("sigmoid", Functions.Sigmoid);

    /// <summary>tanh x.</summary>
    public static Layer Tanh { get; } = Of("tanh", Functions.Tanh);

    /// <summary>x·Φ(x).</summary>
    public static Layer Gelu { get; } = Of("gelu", Functions.Gelu);

    /// <summary>ln(1 + eˣ).</summary>
    public static Layer Softplus { get; } = Of("softplus", Functions.Softplus);

    /// <summary>eˣⁱ / Σ eˣ over the last axis.</summary>
    public static Layer Softmax { get; } = Of("softmax", x => Functions.Softmax(x));

    /// <inheritdoc cref="Functions.LogSoftmax"/>
    public static Layer LogSoftmax { get; } = Of("logsoftmax", x => Functions.LogSoftmax(x));

    /// <inheritdoc cref="Functions.GeluTanh"/>
    public static Layer GeluTanh { get; } = Of("gelutanh", Functions.GeluTanh);

    /// <inheritdoc cref="Functions.LeakyRelu"/>
    /// <exception cref="FunctionalException">The slope is not a finite number.</exception>
    public static Layer LeakyRelu(double slope = 0.01) => double.IsFinite(slope) ? Of("leakyrelu", x => Functions.LeakyRelu(x, slope))
        : throw new FunctionalException(FormattableString.Invariant($"LeakyRelu: slope {slope} is not a finite number. 0.01 is usual."));

    /// <inheritdoc cref="Functions.Elu"/>
    /// <exception cref="FunctionalException">α is not a finite number.</exception>
    public static Layer Elu(double alpha = 1) => double.IsFinite(alpha) ? Of("elu", x => Functions.Elu(x, alpha))
        : throw new FunctionalException(FormattableString.Invariant($"Elu: α {alpha} is not a finite number. 1 is usual."));

    /// <inheritdoc cref="Functions.Selu"/>
    public static Layer Selu { get; } = Of("selu", Functions.Selu);

    /// <inheritdoc cref="Functions.Silu"/>
    public static Layer Silu { get; } = Of("silu", Functions.Silu);

    /// <inheritdoc cref="Functions.Softsign"/>
    public static Layer Softsign { get; } = Of("softsign", Functions.Softsign);

    /// <inheritdoc cref="Functions.HardSigmoid(Expr)"/>
    public static Layer HardSigmoid { get; } = Of("hardsigmoid", Functions.HardSigmoid);

    /// <inheritdoc cref="Functions.Mish"/>
    public static Layer Mish { get; } = Of("mish", Functions.Mish);

    /// <inheritdoc cref="Functions.Relu6"/>
    public static Layer Relu6 { get; } = Of("relu6", Functions.Relu6);

    /// <summary>
    /// x above 0 and slope·x below (He, Zhang, Ren, Sun 2015): <c>[batch, channels, s…] → […]</c>. The slope, parameter
    /// <c>slope</c>, is learned: one for each channel, or one for all.
    /// </summary>
    /// <param name="perChannel">Whether each channel has a slope of its own.</param>
    /// <param name="slope">The slope before training.</param>
    /// <exception cref="FunctionalException">The slope is not a finite number.</exception>
    public static Layer PRelu(bool perChannel = true, double slope = 0.25) => double.IsFinite(slope)
        ? Of("prelu", (scope, x) =>
        {
            if (x.Rank < 2 && perChannel)
                throw new ShapeException($"PRelu: takes [batch, channels, s…], given {x.Shape}. Give each example an axis of channels.");
            var slopes = scope.Parameter("slope", [perChannel ? x.Shape[1] : 1], Initializer.Constant(slope));
            return Functions.PRelu(x, perChannel ? Functions.ByChannel(slopes, x) : slopes);
        })
        : throw new FunctionalException(FormattableString.Invariant($"PRelu: slope {slope} is not a finite number. 0.25 is usual."));

    /// <inheritdoc cref="Functions.ThresholdedRelu"/>
    public static Layer ThresholdedRelu(double alpha = 1) => Checked("thresholdedrelu", x => Functions.ThresholdedRelu(x, alpha));

    /// <inheritdoc cref="Functions.Celu"/>
    public static Layer Celu(double alpha = 1) => Checked("celu", x => Functions.Celu(x, alpha));

    /// <inheritdoc cref="Functions.Swish"/>
    public static Layer Swish(double beta = 1) => Checked("swish", x => Functions.Swish(x, beta));

    /// <inheritdoc cref="Functions.HardSwish"/>
    public static Layer HardSwish { get; } = Of("hardswish", Functions.HardSwish);

    /// <inheritdoc cref="Functions.HardTanh"/>
    public static Layer HardTanh(double low = -1, double high = 1) => Checked("hardtanh", x => Functions.HardTanh(x, low, high));

    /// <inheritdoc cref="Functions.Shrink"/>
    public static Layer Shrink(double bias = 0, double lambda = 0.5) => Checked("shrink", x => Functions.Shrink(x, bias, lambda));

    /// <inheritdoc cref="Functions.HardShrink"/>
    public static Layer HardShrink(double lambda = 0.5) => Checked("hardshrink", x => Functions.HardShrink(x, lambda));

    /// <inheritdoc cref="Functions.SoftShrink"/>
    public static Layer SoftShrink(double lambda = 0.5) => Checked("softshrink", x => Functions.SoftShrink(x, lambda));

    /// <inheritdoc cref="Functions.TanhShrink"/>
    public static Layer TanhShrink { get; } = Of("tanhshrink", Functions.TanhShrink);

    /// <inheritdoc cref="Functions.LogSigmoid"/>
    public static Layer LogSigmoid { get; } = Of("logsigmoid", Functions.LogSigmoid);

    /// <inheritdoc cref="Functions.Glu"/>
    public static Layer Glu(int axis = -1) => Of("glu", x => Functions.Glu(x, axis));

    /// <inheritdoc cref="Functions.SwiGlu"/>
    public static Layer SwiGlu(int axis = -1) => Of("swiglu", x => Functions.SwiGlu(x, axis));

    /// <summary>softmax(−x) over the last axis.</summary>
    public static Layer Softmin { get; } = Of("softmin", x => Functions.Softmin(x));

    /// <summary>A layer whose settings the function checks: here already, not only where the layer is applied.</summary>
    static Layer Checked(string name, Func<Expr, Expr> activation)
    {
        activation(Expr.Constant(0, DType.Float32));
        return Of(name, activation);
    }
}
