using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// A network: an input, layers composed on it, and the parameters' values once it has them. A model is a value: adding a layer,
/// initializing or training gives another model and leaves this one as it is.
/// </summary>
public sealed partial class Model
{
    /// <summary>The name of every input's first dimension.</summary>
    public const string Batch = "batch";

    readonly TensorSet? values;

    Model(Expr input, Forward inference, TensorSet? values)
    {
        (InputVariable, Inference, this.values) = (input, inference, values);
        predict = new(() => Output.Substitute([.. Parameters.Select(p => (p.Key, Expr.Constant(p.Value)))]).Compile());
    }

    /// <summary>A model that begins with float32 inputs of shape <c>[batch, shape…]</c>.</summary>
    public static Model Input(params Dim[] shape) => Input(DType.Float32, shape);

    /// <summary>
    /// A model that begins with inputs of shape <c>[batch, shape…]</c> and the given dtype. Its parameters are float64 where the input is, and float32 otherwise.
    /// </summary>
    public static Model Input(DType dtype, params Dim[] shape) => Input(dtype, dtype == DType.Float64 ? DType.Float64 : DType.Float32, shape);

    static Model Input(DType dtype, DType parameters, Dim[] shape)
    {
        var input = Expr.Variable("input", [Batch, .. shape], dtype);
        return new(input, Forward.Build(input, parameters, [], isTraining: false), null);
    }

    /// <summary>The variable that stands for a batch of inputs.</summary>
    public Expr InputVariable { get; }

    /// <summary>The layers in order, sequences taken apart.</summary>
    public ImmutableArray<Layer> Layers => layers.IsDefault ? layers = [.. Inference.Steps.Select(s => s.Layer)] : layers;

    ImmutableArray<Layer> layers;

    /// <summary>The prediction as an expression of the input and the parameters.</summary>
    public Expr Output => Inference.Output;

    /// <summary>The parameters the layers declare, in order.</summary>
    public IReadOnlyList<Parameter> ParameterList => Inference.Parameters;

    /// <summary>Whether the parameters have values.</summary>
    public bool IsInitialized => values is not null || ParameterList.Count == 0;

    /// <summary>The parameters' values.</summary>
    /// <exception cref="FunctionalException">They have none yet.</exception>
    public TensorSet Parameters => values ?? (ParameterList.Count == 0 ? TensorSet.Empty
        : throw new FunctionalException("Model: the parameters have no values yet. Call Initialize(seed), or Fit."));

    internal Forward Inference { get; }

    /// <summary>The dtype of the model's parameters.</summary>
    internal DType ParameterDType => Inference.DType;

    /// <summary>This model with a layer added. The parameters of the new model have no values yet.</summary>
    /// <exception cref="ShapeException">The layer does not fit the model's output.</exception>
    public Model Then(Layer layer) => new(InputVariable, Inference.Then(layer.Parts), null);

    /// <summary>This model with a layer added.</summary>
    public static Model operator >>(Model model, Layer layer) => model.Then(layer);

    /// <summary>This model, with its parameters' values, on inputs <c>[batch, shape…]</c> that a layer without parameters makes into those it takes.</summary>
    /// <exception cref="FunctionalException">What the layer makes does not fit.</exception>
    public Model WithInput(Layer layer, params Dim[] shape) => WithInput(layer, InputVariable.DType, shape);

    /// <summary>This model, with its parameters' values and their dtype, on inputs of another dtype too.</summary>
    /// <inheritdoc cref="WithInput(Layer, Dim[])"/>
    public Model WithInput(Layer layer, DType dtype, params Dim[] shape)
    {
        var model = Input(dtype, ParameterDType, shape).Then(layer).Then(Layer.Sequence([.. Layers]));
        return values is null ? model : model.WithParameters(values);
    }

    /// <summary>This model with first values for its parameters, made from a seed: the same seed gives the same bits.</summary>
    public Model Initialize(long seed)
    {
        var key = Key.Of(seed);
        return new(InputVariable, Inference, TensorSet.Of(ParameterList.Select((p, i) =>
            KeyValuePair.Create(p.Name, p.Initializer.Create(key.Fold(i), p.Type.Shape, p.Type.DType)))));
    }

    /// <summary>This model with other values for its parameters.</summary>
    /// <exception cref="FunctionalException">A parameter is missing or unknown, or its value has another type.</exception>
    public Model WithParameters(TensorSet parameters)
    {
        foreach (var p in ParameterList)
            if (!parameters.TryGetValue(p.Name, out var value) || new TensorType(value.DType, value.Shape) != p.Type)
                throw new FunctionalException($"Model: parameter \"{p.Name}\" is {p.Type}; given {(value is null ? "none" : value.Describe())}. Give the parameters of a model with the same layers.");
        if (parameters.Names.Except(ParameterList.Select(p => p.Name)).FirstOrDefault() is { } unknown)
            throw new FunctionalException($"Model: there is no parameter \"{unknown}\". Give the parameters of a model with the same layers.");
        return new(InputVariable, Inference, TensorSet.Of(ParameterList.Select(p => KeyValuePair.Create(p.Name, parameters[p.Name]))));
    }
}
