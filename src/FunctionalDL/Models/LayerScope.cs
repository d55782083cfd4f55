using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// What a layer may ask for while it builds its expression: named parameters, running statistics, randomness, and whether it is
/// built for training. It collects what was asked for.
/// </summary>
public sealed class LayerScope
{
    readonly Build build;
    readonly string prefix;

    internal LayerScope(Build build, ImmutableDictionary<string, int> counts, string prefix = "") => (this.build, Counts, this.prefix) = (build, counts, prefix);

    /// <summary>What all scopes of one model collect together.</summary>
    internal sealed class Build(bool isTraining, DType dtype)
    {
        public bool IsTraining => isTraining;
        public DType DType => dtype;
        public ImmutableList<Parameter> Parameters { get; private set; } = [];
        public ImmutableDictionary<string, Expr> Updates { get; private set; } = ImmutableDictionary<string, Expr>.Empty;
        public long Streams { get; set; }
        ImmutableHashSet<string> names = [];

        /// <summary>Adds a parameter; false where there is one of its name.</summary>
        public bool TryAdd(Parameter parameter)
        {
            var more = names.Add(parameter.Name);
            if (ReferenceEquals(more, names)) return false;
            (names, Parameters) = (more, Parameters.Add(parameter));
            return true;
        }

        public void Update(string statistic, Expr next) => Updates = Updates.SetItem(statistic, next);

        /// <summary>The same so far, to collect more in.</summary>
        public Build Copy() => (Build)MemberwiseClone();
    }

    /// <summary>How many layers of each name there are in this scope.</summary>
    internal ImmutableDictionary<string, int> Counts { get; private set; }

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
    public void Update(Expr statistic, Expr next) => build.Update(statistic.VariableName!, StopGradient(next));

    static Expr StopGradient(Expr x) => Functions.StopGradient(x);

    /// <summary>Numbers uniform in [0, 1), other ones each training step and each time this is called.</summary>
    public Expr RandomUniform(Shape shape) => Functions.RandomUniform(KeyVariable, shape, DType, build.Streams++);

    /// <summary>The variable that gives a training step its randomness.</summary>
    internal static Expr KeyVariable { get; } = Expr.Variable("key", Shape.Scalar, DType.Int64);

    /// <summary>The scope of a layer inside this one; layers of one name are numbered.</summary>
    internal LayerScope Inner(string layer)
    {
        var number = Counts.GetValueOrDefault(layer) + 1;
        Counts = Counts.SetItem(layer, number);
        return new(build, ImmutableDictionary<string, int>.Empty, $"{prefix}{layer}{number}.");
    }

    Expr Declare(string name, Shape shape, Initializer initializer, bool isTrainable)
    {
        var full = prefix + name;
        if (!shape.IsKnown) throw new ShapeException($"Layer: parameter \"{full}\" has shape {shape}, whose sizes are not all known. Fix the size, or reduce over that axis first.");
        var parameter = new Parameter(full, new(DType, shape), initializer, isTrainable);
        return build.TryAdd(parameter) ? parameter.Variable : throw new FunctionalException($"Layer: parameter \"{full}\" is declared twice. Rename one.");
    }
}
