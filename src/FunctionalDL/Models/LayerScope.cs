namespace FunctionalDL;

/// <summary>
/// What a layer may ask for while it builds its expression: named parameters, running statistics, randomness, and whether it is
/// built for training. It collects what was asked for.
/// </summary>
public sealed class LayerScope
{
    readonly Build build;
    readonly string prefix;
    readonly Dictionary<string, int> counts = [];

    internal LayerScope(Build build, string prefix = "") => (this.build, this.prefix) = (build, prefix);

    /// <summary>What all scopes of one model collect together.</summary>
    internal sealed class Build(bool isTraining, DType dtype)
    {
        public bool IsTraining => isTraining;
        public DType DType => dtype;
        public List<Parameter> Parameters { get; } = [];
        public Dictionary<string, Expr> Updates { get; } = [];
        public long Streams { get; set; }
    }

    internal Build Collected => build;

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

    /// <summary>Says what a statistic becomes after a training step.</summary>
    public void Update(Expr statistic, Expr next) => build.Updates[statistic.VariableName!] = StopGradient(next);

    static Expr StopGradient(Expr x) => Functions.StopGradient(x);

    /// <summary>Numbers uniform in [0, 1), other ones each training step and each time this is called.</summary>
    public Expr RandomUniform(Shape shape) => Functions.RandomUniform(KeyVariable, shape, DType, build.Streams++);

    /// <summary>The variable that gives a training step its randomness.</summary>
    internal static Expr KeyVariable { get; } = Expr.Variable("key", Shape.Scalar, DType.Int64);

    /// <summary>The scope of a layer inside this one; layers of one name are numbered.</summary>
    internal LayerScope Inner(string layer)
    {
        var number = counts[layer] = counts.GetValueOrDefault(layer) + 1;
        return new(build, $"{prefix}{layer}{number}.");
    }

    Expr Declare(string name, Shape shape, Initializer initializer, bool isTrainable)
    {
        var full = prefix + name;
        if (!shape.IsKnown) throw new ShapeException($"Layer: parameter \"{full}\" has shape {shape}, whose sizes are not all known. Fix the size, or reduce over that axis first.");
        if (build.Parameters.Any(p => p.Name == full)) throw new FunctionalException($"Layer: parameter \"{full}\" is declared twice. Rename one.");
        var parameter = new Parameter(full, new(DType, shape), initializer, isTrainable);
        build.Parameters.Add(parameter);
        return parameter.Variable;
    }
}
