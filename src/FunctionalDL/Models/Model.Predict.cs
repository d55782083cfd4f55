namespace FunctionalDL;

public sealed partial class Model
{
    readonly Lazy<CompiledFunction> predict;

    /// <summary>The predictions for a batch of inputs: <c>[batch, …] → [batch, …]</c>.</summary>
    /// <exception cref="FunctionalException">The inputs do not fit the model, or its parameters have no values.</exception>
    public Tensor Predict(Tensor inputs) => predict.Value.Run(Parameters.With("input", inputs))[0];
}
