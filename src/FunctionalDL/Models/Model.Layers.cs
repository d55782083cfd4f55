namespace FunctionalDL;

public sealed partial class Model
{
    /// <inheritdoc cref="Layer.Dense"/>
    public Model Dense(int units, bool bias = true, Initializer? initializer = null) => Then(Layer.Dense(units, bias, initializer));

    /// <inheritdoc cref="Layer.Flatten"/>
    public Model Flatten() => Then(Layer.Flatten);

    /// <inheritdoc cref="Layer.Reshape"/>
    public Model Reshape(params Dim[] shape) => Then(Layer.Reshape(shape));

    /// <inheritdoc cref="Layer.Relu"/>
    public Model Relu() => Then(Layer.Relu);

    /// <inheritdoc cref="Layer.Sigmoid"/>
    public Model Sigmoid() => Then(Layer.Sigmoid);

    /// <inheritdoc cref="Layer.Tanh"/>
    public Model Tanh() => Then(Layer.Tanh);

    /// <inheritdoc cref="Layer.Gelu"/>
    public Model Gelu() => Then(Layer.Gelu);

    /// <inheritdoc cref="Layer.Softplus"/>
    public Model Softplus() => Then(Layer.Softplus);

    /// <inheritdoc cref="Layer.Softmax"/>
    public Model Softmax() => Then(Layer.Softmax);

    /// <inheritdoc cref="Layer.LogSoftmax"/>
    public Model LogSoftmax() => Then(Layer.LogSoftmax);

    /// <inheritdoc cref="Layer.GeluTanh"/>
    public Model GeluTanh() => Then(Layer.GeluTanh);

    /// <inheritdoc cref="Layer.LeakyRelu"/>
    public Model LeakyRelu(double slope = 0.01) => Then(Layer.LeakyRelu(slope));

    /// <inheritdoc cref="Layer.Elu"/>
    public Model Elu(double alpha = 1) => Then(Layer.Elu(alpha));

    /// <inheritdoc cref="Layer.Selu"/>
    public Model Selu() => Then(Layer.Selu);

    /// <inheritdoc cref="Layer.Silu"/>
    public Model Silu() => Then(Layer.Silu);

    /// <inheritdoc cref="Layer.Softsign"/>
    public Model Softsign() => Then(Layer.Softsign);

    /// <inheritdoc cref="Layer.HardSigmoid"/>
    public Model HardSigmoid() => Then(Layer.HardSigmoid);

    /// <inheritdoc cref="Layer.Mish"/>
    public Model Mish() => Then(Layer.Mish);

    /// <inheritdoc cref="Layer.Conv1D"/>
    public Model Conv1D(
        int filters,
        int kernel,
        int stride = 1,
        Padding? padding = null,
        int dilation = 1,
        int groups = 1,
        bool bias = true,
        Initializer? initializer = null
    ) => Then(Layer.Conv1D(filters, kernel, stride, padding, dilation, groups, bias, initializer));

    /// <inheritdoc cref="Layer.Conv2D"/>
    public Model Conv2D(
        int filters,
        Size2D kernel,
        Size2D? stride = null,
        Padding? padding = null,
        Size2D? dilation = null,
        int groups = 1,
        bool bias = true,
        Initializer? initializer = null
    ) => Then(Layer.Conv2D(filters, kernel, stride, padding, dilation, groups, bias, initializer));

    /// <inheritdoc cref="Layer.DepthwiseConv2D"/>
    public Model DepthwiseConv2D(
        Size2D kernel,
        int multiplier = 1,
        Size2D? stride = null,
        Padding? padding = null,
        Size2D? dilation = null,
        bool bias = true,
        Initializer? initializer = null
    ) => Then(Layer.DepthwiseConv2D(kernel, multiplier, stride, padding, dilation, bias, initializer));

    /// <inheritdoc cref="Layer.ConvTranspose2D"/>
    public Model ConvTranspose2D(
        int filters,
        Size2D kernel,
        Size2D? stride = null,
        Padding? padding = null,
        Size2D? outputPadding = null,
        Size2D? dilation = null,
        int groups = 1,
        bool bias = true,
        Initializer? initializer = null
    ) => Then(Layer.ConvTranspose2D(filters, kernel, stride, padding, outputPadding, dilation, groups, bias, initializer));

    /// <inheritdoc cref="Layer.MaxPool1D"/>
    public Model MaxPool1D(int window, int? stride = null, Padding? padding = null) => Then(Layer.MaxPool1D(window, stride, padding));

    /// <inheritdoc cref="Layer.MaxPool2D"/>
    public Model MaxPool2D(Size2D window, Size2D? stride = null, Padding? padding = null) => Then(Layer.MaxPool2D(window, stride, padding));

    /// <inheritdoc cref="Layer.AveragePool1D"/>
    public Model AveragePool1D(int window, int? stride = null, Padding? padding = null) =>
        Then(Layer.AveragePool1D(window, stride, padding));

    /// <inheritdoc cref="Layer.AveragePool2D"/>
    public Model AveragePool2D(Size2D window, Size2D? stride = null, Padding? padding = null) =>
        Then(Layer.AveragePool2D(window, stride, padding));

    /// <inheritdoc cref="Layer.GlobalMaxPool"/>
    public Model GlobalMaxPool() => Then(Layer.GlobalMaxPool);

    /// <inheritdoc cref="Layer.GlobalAveragePool"/>
    public Model GlobalAveragePool() => Then(Layer.GlobalAveragePool);

    /// <inheritdoc cref="Layer.BatchNorm"/>
    public Model BatchNorm(double momentum = 0.9, double epsilon = 1e-5) => Then(Layer.BatchNorm(momentum, epsilon));

    /// <inheritdoc cref="Layer.LayerNorm"/>
    public Model LayerNorm(double epsilon = 1e-5) => Then(Layer.LayerNorm(epsilon));

    /// <inheritdoc cref="Layer.RmsNorm"/>
    public Model RmsNorm(double epsilon = 1e-6) => Then(Layer.RmsNorm(epsilon));

    /// <inheritdoc cref="Layer.GroupNorm"/>
    public Model GroupNorm(int groups, double epsilon = 1e-5) => Then(Layer.GroupNorm(groups, epsilon));

    /// <inheritdoc cref="Layer.Residual"/>
    public Model Residual(Layer inner, Layer? shortcut = null) => Then(Layer.Residual(inner, shortcut));

    /// <inheritdoc cref="Layer.Concat"/>
    public Model Concat(int axis, params Layer[] branches) => Then(Layer.Concat(axis, branches));

    /// <inheritdoc cref="Layer.Parallel"/>
    public Model Parallel(string name, Func<Expr[], Expr> combine, params Layer[] branches) =>
        Then(Layer.Parallel(name, combine, branches));

    /// <inheritdoc cref="Layer.Dropout"/>
    public Model Dropout(double rate) => Then(Layer.Dropout(rate));

    /// <inheritdoc cref="Layer.SimpleRnn"/>
    public Model SimpleRnn(int units, bool returnSequences = false, bool reverse = false) =>
        Then(Layer.SimpleRnn(units, returnSequences, reverse));

    /// <inheritdoc cref="Layer.Lstm"/>
    public Model Lstm(int units, bool returnSequences = false, bool reverse = false) => Then(Layer.Lstm(units, returnSequences, reverse));

    /// <inheritdoc cref="Layer.Gru"/>
    public Model Gru(int units, bool returnSequences = false, bool reverse = false) => Then(Layer.Gru(units, returnSequences, reverse));

    /// <inheritdoc cref="Layer.Embedding"/>
    public Model Embedding(int vocabulary, int width, Initializer? initializer = null) =>
        Then(Layer.Embedding(vocabulary, width, initializer));

    /// <inheritdoc cref="Layer.PositionEmbedding"/>
    public Model PositionEmbedding(int length, Initializer? initializer = null) => Then(Layer.PositionEmbedding(length, initializer));

    /// <inheritdoc cref="Layer.SinusoidalPositions"/>
    public Model SinusoidalPositions() => Then(Layer.SinusoidalPositions);

    /// <inheritdoc cref="Layer.MultiHeadAttention"/>
    public Model MultiHeadAttention(
        int heads,
        bool causal = false,
        bool rotary = false,
        Expr? mask = null,
        Expr? memory = null,
        double dropout = 0
    ) => Then(Layer.MultiHeadAttention(heads, causal, rotary, mask, memory, dropout));

    /// <inheritdoc cref="Layer.TransformerEncoder"/>
    public Model TransformerEncoder(
        int heads,
        int? hidden = null,
        double dropout = 0,
        bool rotary = false,
        Expr? mask = null,
        Layer? activation = null,
        bool normFirst = true
    ) => Then(Layer.TransformerEncoder(heads, hidden, dropout, rotary, mask, activation, normFirst));

    /// <inheritdoc cref="Layer.TransformerDecoder"/>
    public Model TransformerDecoder(
        int heads,
        int? hidden = null,
        double dropout = 0,
        bool rotary = false,
        Expr? mask = null,
        Expr? memory = null,
        Expr? memoryMask = null,
        Layer? activation = null,
        bool normFirst = true
    ) => Then(Layer.TransformerDecoder(heads, hidden, dropout, rotary, mask, memory, memoryMask, activation, normFirst));
}
