namespace FunctionalDL;

public sealed partial class Model
{
    /// <summary>The prediction, whose parameters are constants: what depends on them alone is computed once.</summary>
    readonly Lazy<CompiledFunction> predict;

    /// <summary>The predictions for a batch of inputs: <c>[batch, …] → [batch, …]</c>.</summary>
    /// <exception cref="FunctionalException">The inputs do not fit the model, or its parameters have no values.</exception>
    public Tensor Predict(Tensor inputs) => Run(predict.Value, TensorSet.Of(("input", inputs)))[0];

    Tensor[] Run(CompiledFunction function, TensorSet values)
    {
        try
        {
            return function.Run(values);
        }
        catch (ShapeException)
        {
            CheckSizes(values["input"].Shape);
            throw;
        }
    }

    /// <summary>Where a named size turned out to be one that a layer does not take, it is that layer which says so.</summary>
    /// <exception cref="ShapeException">A layer does not take inputs of that shape.</exception>
    internal void CheckSizes(Shape inputs)
    {
        if (Takes(inputs)) _ = Forward.Build(Expr.Variable("input", inputs.With(0, Batch), InputVariable.DType), Layers, ParameterDType, isTraining: false);
    }

    /// <summary>Whether inputs of a shape are those of the model, with a size for each name.</summary>
    bool Takes(Shape inputs) => inputs.Rank == InputVariable.Rank && InputVariable.Shape.Zip(inputs).All(d => !d.First.IsKnown || d.First == d.Second);
}
