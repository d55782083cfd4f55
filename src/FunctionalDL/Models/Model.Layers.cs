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
}
