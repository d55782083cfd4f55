namespace FunctionalDL;

public sealed partial class Model
{
    /// <summary>The outputs, whose parameters are constants: what depends on them alone is computed once.</summary>
    readonly Lazy<CompiledFunction> predict;

    CompiledFunction CompilePredictions()
    {
        (string, Expr)[] constants = [.. Parameters.Select(p => (p.Key, Expr.Constant(p.Value)))];
        return Compilation.Compile([.. Outputs.Select(o => o.Value.Substitute(constants))], new() { Engine = Engine });
    }

    /// <summary>The predictions for a batch of inputs: <c>[batch, …] → [batch, …]</c>.</summary>
    /// <exception cref="FunctionalException">
    /// The inputs do not fit the model, it has several inputs or outputs, or its parameters have no values.
    /// </exception>
    public Tensor Predict(Tensor inputs) => Predict(TensorSet.Of((Inputs[0].VariableName!, inputs)));

    /// <summary>The predictions of a model of several inputs: the value of each by its name.</summary>
    /// <exception cref="FunctionalException">
    /// A value is missing, has an unknown name, or does not fit, the model has several outputs, or the parameters have no values.
    /// </exception>
    public Tensor Predict(params (string Name, Tensor Value)[] inputs) => Predict(TensorSet.Of(inputs));

    /// <inheritdoc cref="Predict(ValueTuple{string, Tensor}[])"/>
    public Tensor Predict(TensorSet inputs) => PredictAll(inputs)[SingleOutput("Predict")];

    /// <summary>All outputs for a batch of inputs, each by its name.</summary>
    /// <exception cref="FunctionalException">
    /// A value is missing, has an unknown name, or does not fit, or the parameters have no values.
    /// </exception>
    public TensorSet PredictAll(params (string Name, Tensor Value)[] inputs) => PredictAll(TensorSet.Of(inputs));

    /// <inheritdoc cref="PredictAll(ValueTuple{string, Tensor}[])"/>
    public TensorSet PredictAll(TensorSet inputs)
    {
        RequireInputs(inputs.Names);
        return TensorSet.Of(Outputs.Zip(Run(predict.Value, inputs), (output, value) => KeyValuePair.Create(output.Name, value)));
    }

    internal Tensor[] Run(CompiledFunction function, TensorSet values)
    {
        try
        {
            return function.Run(values);
        }
        catch (ShapeException)
        {
            CheckSizes(values);
            throw;
        }
    }

    /// <summary>Where a named size turned out to be one that a layer does not take, it is that layer which says so.</summary>
    /// <exception cref="ShapeException">A layer does not take inputs of these shapes.</exception>
    internal void CheckSizes(TensorSet inputs)
    {
        if (!Body.Inputs.All(i => inputs.TryGetValue(i.Name, out var value) && Takes(i.Variable, value.Shape)))
            return;
        var sized = Body.Inputs.Select(i =>
            KeyValuePair.Create(i.Name, Expr.Variable(i.Name, inputs[i.Name].Shape.With(0, Batch), i.DType)));
        _ = Forward.Build(Body, new OrderedDictionary<string, Expr>(sized), isTraining: false);
    }

    /// <summary>Whether a shape is that of an input, with a size for each name.</summary>
    static bool Takes(Expr input, Shape shape) =>
        shape.Rank == input.Rank && input.Shape.Zip(shape).All(d => !d.First.IsKnown || d.First == d.Second);
}
