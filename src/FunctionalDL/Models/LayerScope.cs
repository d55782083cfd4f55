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
    readonly HashSet<string> declared = [];

    internal LayerScope(LayerBuild build, LayerNames names) : this(build, names, "", 0, false) { }

    LayerScope(LayerBuild build, LayerNames names, string prefix, int copy, bool isAgain) =>
        (this.build, Names, this.prefix, this.copy, this.isAgain) = (build, names, prefix, copy, isAgain);

    /// <summary>The names of the layers in this scope so far.</summary>
    internal LayerNames Names { get; private set; }

    /// <summary>Whether the expression is the one to train with; otherwise it is the one to predict with.</summary>
    public bool IsTraining => build.IsTraining;

    /// <summary>The dtype of the model's parameters.</summary>
    public DType DType => build.DType;

    /// <summary>A parameter that training changes by its gradient.</summary>
    /// <exception cref="FunctionalException">The layer already has a parameter of that name.</exception>
    /// <exception cref="ShapeException">The shape has a dimension whose size is not known.</exception>
    public Expr Parameter(string name, Shape shape, Initializer initializer) => Declare(name, shape, initializer, isTrainable: true);

    /// <summary>
    /// A value that a layer keeps beside its parameters, such as a running mean. In training, <see cref="Update"/> gives it its next value.
    /// </summary>
    /// <exception cref="FunctionalException">The layer already has a parameter of that name.</exception>
    public Expr Statistic(string name, Shape shape, Initializer initializer) => Declare(name, shape, initializer, isTrainable: false);

    /// <summary>Says what a statistic becomes after a training step. Where the layer is used again in the model, that use goes on from there.</summary>
    /// <exception cref="FunctionalException"><paramref name="statistic"/> is not what <see cref="Statistic"/> gave.</exception>
    public void Update(Expr statistic, Expr next) => build.Update(statistic, next);

    /// <summary>Numbers uniform in [0, 1), other ones each training step and each time this is called.</summary>
    public Expr RandomUniform(Shape shape) => Functions.RandomUniform(KeyVariable, shape, DType, build.Streams++);

    /// <summary>Says that the layer normalizes so many values together in training, by their own mean and variance.</summary>
    internal void NormalizesOver(Dim values) => build.Normalized = build.Normalized.Add((prefix[..^1], values));

    /// <summary>The variable that gives a training step its randomness.</summary>
    internal static Expr KeyVariable { get; } = Expr.Variable("key", Shape.Scalar, DType.Int64);

    /// <summary>The scope of a layer inside this one: that of its first use in the model where there was one. Layers of one name are numbered.</summary>
    internal LayerScope Inner(Layer layer)
    {
        var within = build.Copied(copy, layer.Identity);
        var (name, after) = Names.Next(layer.Name);
        var first = $"{prefix}{name}.";
        var known = build.Prefix(within, layer.Identity);
        if (known is null) build.SetPrefix(within, layer.Identity, first);
        // A use again inside a use again takes the same name as before, so that the layers after it do, too.
        if (known is null || known == first) Names = after;
        return new(build, LayerNames.None, known ?? first, within, isAgain || known is not null);
    }

    Expr Declare(string name, Shape shape, Initializer initializer, bool isTrainable)
    {
        var full = prefix + name;
        if (!shape.IsKnown) throw new ShapeException($"Layer: parameter \"{full}\" has shape {shape}, whose sizes are not all known. Fix the size, or reduce over that axis first.");
        var known = build.Find(full);
        if (!declared.Add(name) || (known is not null && !isAgain)) throw new FunctionalException($"Layer: parameter \"{full}\" is declared twice. Rename one.");
        if (known is null) build.Add(known = new(full, new(DType, shape), initializer, isTrainable));
        else
        {
            if (known.Type.Shape != shape || known.IsTrainable != isTrainable)
                throw new ShapeException($"Parameter \"{full}\" is {known.Type.Shape} where the layer was used before and would be {shape} here; all uses of a layer share its parameters. "
                    + "Give this one parameters of its own: layer.Copy(), or a new layer.");
            if (!build.Shared.Contains(prefix[..^1])) build.Shared = build.Shared.Add(prefix[..^1]);
        }
        return build.ValueOf(known);
    }
}
