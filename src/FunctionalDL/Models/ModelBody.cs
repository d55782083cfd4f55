using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>What a model is written as: named inputs, what is made of them, and the layers behind the one output.</summary>
/// <param name="Inputs">The inputs that are declared.</param>
/// <param name="Outputs">The outputs from a scope and the inputs' values.</param>
/// <param name="Layers">Layers applied to the output, sequences taken apart.</param>
/// <param name="DType">The dtype of the parameters.</param>
sealed record ModelBody(
    ImmutableArray<ModelInput> Inputs,
    Func<LayerScope, IReadOnlyDictionary<string, Expr>, IReadOnlyList<(string Name, Expr Value)>> Outputs,
    ImmutableList<Layer> Layers,
    DType DType)
{
    /// <summary>A chain that has no layers yet.</summary>
    public static ModelBody Chain(ModelInput input, DType dtype) =>
        new([input], (_, x) => [(ColumnNames.Output, x[input.Name])], [], dtype);

    public OrderedDictionary<string, Expr> Variables => new(Inputs.Select(input => KeyValuePair.Create(input.Name, input.Variable)));

    /// <summary>The outputs in a scope, for other values of the inputs.</summary>
    public IReadOnlyList<(string Name, Expr Value)> Apply(LayerScope scope, IReadOnlyDictionary<string, Expr> inputs)
    {
        var outputs = Outputs(scope, inputs);
        return Layers.IsEmpty ? outputs : [(outputs[0].Name, Layers.Aggregate(outputs[0].Value, (x, layer) => layer.Apply(scope, x)))];
    }

    /// <summary>The same on another input in the place of one, of which a layer makes what it takes.</summary>
    public ModelBody WithInput(string name, Layer layer, ModelInput input) => this with
    {
        Inputs = Inputs.Replace(Inputs.First(i => i.Name == name), input),
        Outputs = (scope, x) => Outputs(scope, new OrderedDictionary<string, Expr>(Inputs.Select(i =>
            KeyValuePair.Create(i.Name, i.Name == name ? layer.Apply(scope, x[input.Name]) : x[i.Name])))),
    };
}
