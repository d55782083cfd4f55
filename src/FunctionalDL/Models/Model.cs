using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// A network: a function of named inputs to named outputs, made of layers, and the parameters' values once it has them. A chain of layers
/// on one input is the short form. A model is a value: adding a layer, initializing or training gives another model and leaves this one
/// as it is.
/// </summary>
public sealed partial class Model
{
    /// <summary>The name of every input's first dimension.</summary>
    public const string Batch = "batch";

    readonly TensorSet? values;

    Model(ModelBody body, Forward inference, TensorSet? values, ComputeEngine engine)
    {
        (Body, Inference, this.values, Engine) = (body, inference, values, engine);
        predict = new(CompilePredictions);
        inputs = new(FindInputs);
    }

    /// <summary>A model that begins with float32 inputs of shape <c>[batch, shape…]</c>, named <c>input</c>.</summary>
    public static Model Input(params Dim[] shape) => Input(DType.Float32, shape);

    /// <summary>
    /// A model that begins with inputs of shape <c>[batch, shape…]</c> and the given dtype. Its parameters are float64 where the input
    /// is, and float32 otherwise.
    /// </summary>
    public static Model Input(DType dtype, params Dim[] shape) => Input(ModelInput.Of(ColumnNames.Input, dtype, shape));

    /// <summary>A model that begins with an input of another name.</summary>
    public static Model Input(ModelInput input)
    {
        ModelChecks.Inputs([input]);
        var body = ModelBody.Chain(input, ParametersBeside([input]));
        return new(body, Forward.Build(body, isTraining: false), null, ComputeEngine.Managed);
    }

    /// <summary>
    /// A model of named inputs and named outputs. Parameters are float64 where an input is, and float32 otherwise. A layer made once and
    /// applied twice has one set of parameters.
    /// </summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">The outputs, from a scope in which layers are applied, and a batch of each input by its name.</param>
    /// <example><code>
    /// var tower = Layer.Dense(16) >> Layer.Relu;
    /// var model = Model.Of([ModelInput.Of("left", 8), ModelInput.Of("right", 8)], (scope, x) =>
    /// {
    ///     var (left, right) = (tower.Apply(scope, x["left"]), tower.Apply(scope, x["right"]));
    ///     return [("distance", Sum(Square(left - right), -1)), ("class", Layer.Dense(3).Apply(scope, left))];
    /// });
    /// </code></example>
    /// <exception cref="FunctionalException">
    /// Two inputs or outputs have one name, an input is used by no output, or an output depends on no input.
    /// </exception>
    /// <exception cref="ShapeException">A layer does not fit what it is applied to.</exception>
    public static Model Of(
        IReadOnlyList<ModelInput> inputs,
        Func<LayerScope, IReadOnlyDictionary<string, Expr>, IReadOnlyList<(string Name, Expr Value)>> outputs)
    {
        ModelChecks.Inputs(inputs);
        var body = new ModelBody([.. inputs], outputs, [], ParametersBeside(inputs));
        var forward = Forward.Build(body, isTraining: false);
        ModelChecks.Outputs(inputs, forward);
        return new(body, forward, null, ComputeEngine.Managed);
    }

    static DType ParametersBeside(IReadOnlyList<ModelInput> inputs) =>
        inputs.Any(i => i.DType == DType.Float64) ? DType.Float64 : DType.Float32;

    /// <summary>
    /// The variables that stand for a batch of each input: those declared, and those that layers take beside them, such as the memory of
    /// an attention.
    /// </summary>
    public IReadOnlyList<Expr> Inputs => inputs.Value;

    readonly Lazy<IReadOnlyList<Expr>> inputs;

    IReadOnlyList<Expr> FindInputs()
    {
        var known = ParameterList.Select(p => p.Name).Concat(Body.Inputs.Select(i => i.Name)).Append(ColumnNames.Key).ToHashSet();
        var others = Graph.Variables([.. Outputs.Select(o => o.Value)]).Where(v => !known.Contains(v.VariableName!));
        return [.. Body.Inputs.Select(i => i.Variable), .. others];
    }

    /// <summary>The variable that stands for a batch of the one input that the model begins with.</summary>
    /// <exception cref="FunctionalException">It begins with several.</exception>
    public Expr InputVariable => Body.Inputs is [var only] ? only.Variable : SingleInput("InputVariable");

    /// <summary>The layers in order, sequences taken apart.</summary>
    public ImmutableArray<Layer> Layers => layers.IsDefault ? layers = [.. Inference.Steps.Select(s => s.Layer)] : layers;

    ImmutableArray<Layer> layers;

    /// <summary>The outputs in the form to predict with, as expressions of the inputs and the parameters.</summary>
    public IReadOnlyList<(string Name, Expr Value)> Outputs => Inference.Outputs;

    /// <summary>The one output as an expression of the input and the parameters.</summary>
    /// <exception cref="FunctionalException">The model has several outputs.</exception>
    public Expr Output => Inference[SingleOutput("Output")];

    /// <summary>The parameters the layers declare, in order.</summary>
    public IReadOnlyList<Parameter> ParameterList => Inference.Parameters;

    /// <summary>Whether the parameters have values.</summary>
    public bool IsInitialized => values is not null || ParameterList.Count == 0;

    /// <summary>The parameters' values.</summary>
    /// <exception cref="FunctionalException">They have none yet.</exception>
    public TensorSet Parameters => values ?? (ParameterList.Count == 0 ? TensorSet.Empty
        : throw new FunctionalException("Model: the parameters have no values yet. Call Initialize(seed), or Fit."));

    internal ModelBody Body { get; }

    internal Forward Inference { get; }

    /// <summary>The dtype of the model's parameters.</summary>
    internal DType ParameterDType => Body.DType;

    /// <summary>This model with a layer added to its output. The parameters of the new model have no values yet.</summary>
    /// <exception cref="FunctionalException">The model has several outputs.</exception>
    /// <exception cref="ShapeException">The layer does not fit the model's output.</exception>
    public Model Then(Layer layer)
    {
        SingleOutput("Then");
        return new(Body with { Layers = Body.Layers.AddRange(layer.Parts) }, Inference.Then(layer.Parts), null, Engine);
    }

    /// <summary>This model with a layer added.</summary>
    public static Model operator >>(Model model, Layer layer) => model.Then(layer);

    /// <summary>
    /// This model as a layer, for use in another: its parameters are the other's under the layer's name, and their values, where it has
    /// any, the first ones.
    /// </summary>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="FunctionalException">
    /// The model has several inputs or outputs: apply it in <see cref="Of"/>, with <c>scope.Apply</c>.
    /// </exception>
    public Layer ToLayer(string name)
    {
        SingleInput("ToLayer");
        SingleOutput("ToLayer");
        return Layer.Of(name, (scope, x) => scope.Apply(this, "model", x));
    }

    /// <summary>
    /// This model, with its parameters' values, on inputs <c>[batch, shape…]</c> that a layer without parameters makes into those it
    /// takes.
    /// </summary>
    /// <exception cref="FunctionalException">What the layer makes does not fit.</exception>
    public Model WithInput(Layer layer, params Dim[] shape) => WithInput(layer, InputVariable.DType, shape);

    /// <summary>This model, with its parameters' values and their dtype, on inputs of another dtype too.</summary>
    /// <inheritdoc cref="WithInput(Layer, Dim[])"/>
    public Model WithInput(Layer layer, DType dtype, params Dim[] shape)
    {
        var name = InputVariable.VariableName!;
        return WithInput(name, layer, ModelInput.Of(name, dtype, shape));
    }

    /// <summary>
    /// This model, with its parameters' values, on another input in the place of one, of which a layer without parameters makes what it
    /// takes.
    /// </summary>
    /// <param name="name">The input whose place is taken.</param>
    /// <param name="layer">What makes it.</param>
    /// <param name="input">The input that takes its place.</param>
    /// <exception cref="FunctionalException">There is no such input, or what the layer makes does not fit.</exception>
    public Model WithInput(string name, Layer layer, ModelInput input)
    {
        if (Body.Inputs.All(i => i.Name != name)) throw new FunctionalException($"Model: there is no input \"{name}\". There are: "
            + $"{Names(Inputs)}.");
        var body = Body.WithInput(name, layer, input);
        ModelChecks.Inputs(body.Inputs);
        var model = new Model(body, Forward.Build(body, isTraining: false), null, Engine);
        return values is null ? model : model.WithParameters(values);
    }

    /// <summary>What the model predicts, evaluates and trains on: the managed engine, unless <see cref="On"/> said otherwise.</summary>
    public ComputeEngine Engine { get; }

    /// <summary>This model with its parameters' values on another engine.</summary>
    public Model On(ComputeEngine engine) => new(Body, Inference, values, engine);

    /// <summary>This model with first values for its parameters, made from a seed: the same seed gives the same bits.</summary>
    public Model Initialize(long seed)
    {
        var key = Key.Of(seed);
        var first = ParameterList.Select((p, i) => KeyValuePair.Create(p.Name, p.FirstValue(key.Fold(i))));
        return new(Body, Inference, TensorSet.Of(first), Engine);
    }

    /// <summary>This model with other values for its parameters.</summary>
    /// <exception cref="FunctionalException">A parameter is missing or unknown, or its value has another type.</exception>
    public Model WithParameters(TensorSet parameters)
    {
        foreach (var p in ParameterList)
            if (!parameters.TryGetValue(p.Name, out var value) || new TensorType(value.DType, value.Shape) != p.Type)
                throw new FunctionalException($"Model: parameter \"{p.Name}\" is {p.Type}; given "
                    + $"{(value is null ? "none" : value.Describe())}. Give the parameters of a model with the same layers.");
        if (parameters.Names.Except(ParameterList.Select(p => p.Name)).FirstOrDefault() is { } unknown)
            throw new FunctionalException($"Model: there is no parameter \"{unknown}\". Give the parameters of a model with the same "
                + "layers.");
        return new(Body, Inference, TensorSet.Of(ParameterList.Select(p => KeyValuePair.Create(p.Name, parameters[p.Name]))), Engine);
    }

    /// <summary>
    /// This model with the values of its parameters in a training step, or in another model, that has it under a name (<see
    /// cref="LayerScope.Apply(Model, string, Expr)"/>).
    /// </summary>
    /// <param name="parameters">All values of the step, such as its state.</param>
    /// <param name="name">The name there.</param>
    /// <exception cref="FunctionalException">A parameter is missing, or its value has another type.</exception>
    public Model WithParameters(TensorSet parameters, string name) => WithParameters(TensorSet.Of(ParameterList
        .Where(p => parameters.ContainsKey($"{name}.{p.Name}")).Select(p => KeyValuePair.Create(p.Name, parameters[$"{name}.{p.Name}"]))));

    internal Expr SingleInput(string what) => Inputs is [var only] ? only
        : throw new FunctionalException($"{what}: the model has {Inputs.Count} inputs, {Names(Inputs)}. Say which, by its name.");

    internal string SingleOutput(string what) => Outputs is [var only] ? only.Name
        : throw new FunctionalException($"{what}: the model has {Outputs.Count} outputs, "
            + $"{string.Join(", ", Outputs.Select(o => $"\"{o.Name}\""))}. Say which, by its name.");

    /// <summary>Throws where a layer takes a variable from outside, which has one value wherever the model is applied.</summary>
    internal void RequireDeclared(string name)
    {
        if (Inputs.Skip(Body.Inputs.Length).FirstOrDefault() is { } other)
            throw new FunctionalException($"Apply: the layers of \"{name}\" take \"{other.VariableName}\" {other.Type} from outside. "
                + "Make it one of the model's inputs: Model.Of.");
    }

    /// <summary>Throws where an input is missing or unknown.</summary>
    internal void RequireInputs(IEnumerable<string> names)
    {
        string[] given = [.. names];
        if (Inputs.FirstOrDefault(v => !given.Contains(v.VariableName)) is { } missing)
            throw new FunctionalException($"Model: \"{missing.VariableName}\" {missing.Type} has no value. Give every input by its name: "
                + $"{string.Join(", ", Inputs.Select(v => $"(\"{v.VariableName}\", …)"))}.");
        if (given.FirstOrDefault(name => Inputs.All(v => v.VariableName != name)) is { } unknown)
            throw new FunctionalException($"Model: there is no input \"{unknown}\". Its inputs are {Names(Inputs)}.");
    }

    static string Names(IEnumerable<Expr> inputs) => string.Join(", ", inputs.Select(v => $"\"{v.VariableName}\""));
}
