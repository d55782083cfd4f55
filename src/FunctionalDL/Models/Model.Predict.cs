namespace FunctionalDL;

public sealed partial class Model
{
    /// <summary>The prediction, whose parameters are constants: what depends on them alone is computed once.</summary>
    readonly Lazy<CompiledFunction> predict;

    /// <summary>The predictions for a batch of inputs: <c>[batch, …] → [batch, …]</c>.</summary>
    /// <exception cref="FunctionalException">The inputs do not fit the model, or its parameters have no values.</exception>
    public Tensor Predict(Tensor inputs) => Predict(TensorSet.Of(("input", inputs)));

    /// <summary>
    /// The predictions of a model whose layers take other variables beside the input, such as the memory of an attention: the value of each by its name, the input's being <c>input</c>.
    /// </summary>
    /// <exception cref="FunctionalException">A value is missing, has an unknown name, or does not fit, or the parameters have no values.</exception>
    public Tensor Predict(params (string Name, Tensor Value)[] inputs) => Predict(TensorSet.Of(inputs));

    /// <inheritdoc cref="Predict(ValueTuple{string, Tensor}[])"/>
    public Tensor Predict(TensorSet inputs)
    {
        var taken = predict.Value.Variables;
        if (taken.FirstOrDefault(v => !inputs.ContainsKey(v.VariableName!)) is { } missing)
            throw new FunctionalException($"Model: \"{missing.VariableName}\" {missing.Type} has no value. Give every input by its name: "
                + $"Predict({string.Join(", ", taken.Select(v => $"(\"{v.VariableName}\", …)"))}).");
        if (inputs.Names.FirstOrDefault(name => name != "input" && taken.All(v => v.VariableName != name)) is { } unknown)
            throw new FunctionalException($"Model: there is no input \"{unknown}\". Its inputs are {string.Join(", ", taken.Select(v => $"\"{v.VariableName}\""))}.");
        return Run(predict.Value, inputs)[0];
    }

    /// <summary>The variables that the layers take beside the input and the parameters.</summary>
    IReadOnlyList<Expr> OtherInputs
    {
        get
        {
            var known = ParameterList.Select(p => p.Name).Append("input").ToHashSet();
            return [.. Graph.Variables(Output).Where(v => !known.Contains(v.VariableName!))];
        }
    }

    Tensor[] Run(CompiledFunction function, TensorSet values)
    {
        try
        {
            return function.Run(values);
        }
        catch (ShapeException)
        {
            if (values.TryGetValue("input", out var input)) CheckSizes(input.Shape);
            throw;
        }
    }

    /// <summary>Where a named size turned out to be one that a layer does not take, it is that layer which says so.</summary>
    /// <exception cref="ShapeException">A layer does not take inputs of that shape.</exception>
    internal void CheckSizes(Shape inputs)
    {
        if (Takes(inputs)) _ = Forward.Build(Expr.Variable("input", inputs.With(0, Batch), InputVariable.DType), ParameterDType, Layers, isTraining: false);
    }

    /// <summary>Whether inputs of a shape are those of the model, with a size for each name.</summary>
    bool Takes(Shape inputs) => inputs.Rank == InputVariable.Rank && InputVariable.Shape.Zip(inputs).All(d => !d.First.IsKnown || d.First == d.Second);
}
