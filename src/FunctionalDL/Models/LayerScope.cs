namespace FunctionalDL;

/// <summary>
/// What a layer may ask for while it builds its expression: named parameters, running statistics, randomness, and whether it is
/// built for training. It collects what was asked for.
/// </summary>
public sealed class LayerScope
{
    readonly LayerBuild build;
    readonly string prefix;
    readonly int copy;
    readonly bool isAgain;
    readonly TensorSet values;
    readonly HashSet<string> declared = [];

    internal LayerScope(LayerBuild build, LayerNames names) : this(build, names, "", 0, false, TensorSet.Empty) { }

    LayerScope(LayerBuild build, LayerNames names, string prefix, int copy, bool isAgain, TensorSet values) =>
        (this.build, Names, this.prefix, this.copy, this.isAgain, this.values) = (build, names, prefix, copy, isAgain, values);

    /// <summary>The names of the layers in this scope so far.</summary>
    internal LayerNames Names { get; private set; }

    /// <summary>Whether the expression is the one to train with; otherwise it is the one to predict with.</summary>
    public bool IsTraining => build.IsTraining;

    /// <summary>The dtype of the model's parameters.</summary>
    public DType DType => build.DType;

    /// <summary>A parameter that training changes by its gradient.</summary>
    /// <exception cref="FunctionalException">The layer already has a parameter of that name.</exception>
    /// <exception cref="ShapeException">The shape has a dimension whose size is not known.</exception>
    public Expr Parameter(string name, Shape shape, Initializer initializer) =>
        Declare(name, new(DType, shape), initializer, isTrainable: true);

    /// <summary>A parameter, or statistic, of a dtype of its own.</summary>
    internal Expr Declare(string name, Tensor first, bool isTrainable) =>
        Declare(name, new(first.DType, first.Shape), Initializer.Of(first), isTrainable);

    /// <summary>Keeps layers that are applied later from a name that parameters begin with.</summary>
    internal void Reserve(string layer) => Names = Names.Take(layer);

    /// <summary>
    /// A value that a layer keeps beside its parameters, such as a running mean. In training, <see cref="Update"/> gives it its next value.
    /// </summary>
    /// <exception cref="FunctionalException">The layer already has a parameter of that name.</exception>
    public Expr Statistic(string name, Shape shape, Initializer initializer) =>
        Declare(name, new(DType, shape), initializer, isTrainable: false);

    /// <summary>
    /// Says what a statistic becomes after a training step. Where the layer is used again in the model, that use goes on from there.
    /// </summary>
    /// <exception cref="FunctionalException"><paramref name="statistic"/> is not what <see cref="Statistic"/> gave.</exception>
    public void Update(Expr statistic, Expr next) => build.Update(statistic, next);

    /// <summary>Numbers uniform in [0, 1), other ones each training step and each time this is called.</summary>
    public Expr RandomUniform(Shape shape) => Functions.RandomUniform(KeyVariable, shape, DType, build.Streams++);

    /// <summary>
    /// Numbers of the standard normal distribution, other ones each training step and each time this is called: √(−2 ln u)·cos 2πv
    /// of two uniform ones (Box, Muller 1958), u above 0.
    /// </summary>
    public Expr RandomNormal(Shape shape)
    {
        var (u, v) = (RandomUniform(shape), RandomUniform(shape));
        return Functions.Sqrt(-2 * Functions.Log(1 - u)) * Functions.Cos(2 * Math.PI * v);
    }

    /// <summary>
    /// The outputs of a model on values of its inputs, in the form this scope is built for. Its parameters are those of this model, or of
    /// this training step, under
    /// <c>name.</c>; where it has values they are the first ones. Applied again under the same name it shares them.
    /// </summary>
    /// <exception cref="FunctionalException">An input is missing or unknown.</exception>
    public IReadOnlyDictionary<string, Expr> Apply(Model model, string name, params (string Input, Expr Value)[] inputs)
    {
        var given = new OrderedDictionary<string, Expr>(inputs.Select(i => KeyValuePair.Create(i.Input, i.Value)));
        model.RequireDeclared(name);
        model.RequireInputs(given.Keys);
        if (model.ParameterDType != DType)
            throw new DTypeException($"Apply: the parameters of \"{name}\" are {model.ParameterDType.Name()}, "
                + $"and here they are {DType.Name()}. Build both with one dtype.");
        var layer = build.LayerOf(model, name);
        if (Names.Taken.Contains(name) && build.Prefix(build.Copied(copy, layer.Identity), layer.Identity) is null)
            throw new FunctionalException($"Apply: there is a layer \"{name}\" already, which is not this model. "
                + "Give the model another name.");
        var scope = Inner(layer, (name, Names.Take(name)), model.IsInitialized ? model.Parameters : TensorSet.Empty);
        return new OrderedDictionary<string, Expr>(model.Body.Apply(scope, given).Select(o => KeyValuePair.Create(o.Name, o.Value)));
    }

    /// <summary>The output of a model of one input and one output.</summary>
    /// <inheritdoc cref="Apply(Model, string, ValueTuple{string, Expr}[])"/>
    public Expr Apply(Model model, string name, Expr input) =>
        Apply(model, name, (model.SingleInput("Apply").VariableName!, input))[model.SingleOutput("Apply")];

    /// <summary>Says that the layer normalizes so many values together in training, by their own mean and variance.</summary>
    internal void NormalizesOver(Dim values) => build.Normalized = build.Normalized.Add((prefix[..^1], values));

    /// <summary>The variable that gives a training step its randomness.</summary>
    internal static Expr KeyVariable { get; } = Expr.Variable(ColumnNames.Key, Shape.Scalar, DType.Int64);

    /// <summary>A layer's value in a scope of its own; outside of other layers it is one of the model's layers.</summary>
    internal Expr Use(Layer layer, Expr x, Func<LayerScope, Expr, Expr> forward)
    {
        if (prefix.Length > 0) return forward(Inner(layer, Names.Next(layer.Name), TensorSet.Empty), x);
        var before = build.Parameters.Count;
        build.Shared = [];
        var y = forward(Inner(layer, Names.Next(layer.Name), TensorSet.Empty), x);
        build.Steps = build.Steps.Add(new(layer, y, build.Parameters.GetRange(before, build.Parameters.Count - before), build.Shared));
        return y;
    }

    /// <summary>
    /// The scope of a layer inside this one: that of its first use in the model where there was one. Layers of one name are numbered.
    /// </summary>
    LayerScope Inner(Layer layer, (string Name, LayerNames After) next, TensorSet own)
    {
        var within = build.Copied(copy, layer.Identity);
        var (name, after) = next;
        var first = $"{prefix}{name}.";
        var known = build.Prefix(within, layer.Identity);
        if (known is null) build.SetPrefix(within, layer.Identity, first);
        // A use again inside a use again takes the same name as before, so that the layers after it do, too.
        if (known is null || known == first) Names = after;
        // What a model around this one was given is later than what this one came with.
        var given = Under($"{name}.");
        return new(build, LayerNames.None, known ?? first, within, isAgain || known is not null, given.Count > 0 ? given : own);
    }

    /// <summary>The values whose names begin so, by the rest of them.</summary>
    TensorSet Under(string start) => values.Count == 0 ? values : TensorSet.Of(values
        .Where(v => v.Key.StartsWith(start, StringComparison.Ordinal)).Select(v => KeyValuePair.Create(v.Key[start.Length..], v.Value)));

    Expr Declare(string name, TensorType type, Initializer initializer, bool isTrainable)
    {
        var (full, shape) = (prefix + name, type.Shape);
        if (!shape.IsKnown) throw new ShapeException($"Layer: parameter \"{full}\" has shape {shape}, whose sizes are not all known. "
            + "Fix the size, or reduce over that axis first.");
        var known = build.Find(full);
        if (!declared.Add(name) || (known is not null && !isAgain)) throw new FunctionalException($"Layer: parameter \"{full}\" is "
            + "declared twice. Rename one.");
        if (known is null)
        {
            var first = values.TryGetValue(name, out var value) ? Initializer.Of(value) : initializer;
            build.Add(known = new(full, type, first, isTrainable));
        }
        else
        {
            if (known.Type.Shape != shape || known.IsTrainable != isTrainable)
                throw new ShapeException($"Parameter \"{full}\" is {known.Type.Shape} where the layer was used before and would be "
                    + $"{shape} here; all uses of a layer share its parameters. "
                    + "Give this one parameters of its own: layer.Copy(), or a new layer.");
            if (!build.Shared.Contains(prefix[..^1])) build.Shared = build.Shared.Add(prefix[..^1]);
        }
        return build.ValueOf(known);
    }
}
