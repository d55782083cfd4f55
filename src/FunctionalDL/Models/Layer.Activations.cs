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

    /// <inheritdoc cref="Functions.HardSigmoid"/>
    public static Layer HardSigmoid { get; } = Of("hardsigmoid", Functions.HardSigmoid);

    /// <inheritdoc cref="Functions.Mish"/>
    public static Layer Mish { get; } = Of("mish", Functions.Mish);
}
