using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// Layers applied to an input: the expression, what the layers asked for, and the type after each layer. More layers give another one, which shares what is there,
/// so that a model of n layers takes n steps to build.
/// </summary>
sealed class Forward
{
    readonly LayerScope.Build collected;
    readonly ImmutableDictionary<string, int> counts;

    Forward(Expr output, LayerScope.Build collected, ImmutableDictionary<string, int> counts, ImmutableList<(Layer, Expr, IReadOnlyList<Parameter>)> steps) =>
        (Output, this.collected, this.counts, Steps) = (output, collected, counts, steps);

    public Expr Output { get; }

    /// <summary>The dtype of the parameters.</summary>
    public DType DType => collected.DType;

    public ImmutableList<Parameter> Parameters => collected.Parameters;

    /// <summary>What the statistics become after a training step, by name.</summary>
    public IReadOnlyDictionary<string, Expr> Updates => collected.Updates;

    /// <summary>Each layer with its output and its own parameters.</summary>
    public ImmutableList<(Layer Layer, Expr Output, IReadOnlyList<Parameter> Parameters)> Steps { get; }

    public static Forward Build(Model model, bool isTraining) => Build(model.InputVariable, model.Layers, model.ParameterDType, isTraining);

    public static Forward Build(Expr input, IEnumerable<Layer> layers, DType parameters, bool isTraining) =>
        new Forward(input, new(isTraining, parameters), ImmutableDictionary<string, int>.Empty, []).Then(layers);

    public Forward Then(IEnumerable<Layer> layers)
    {
        var (x, steps, build) = (Output, Steps, collected.Copy());
        var scope = new LayerScope(build, counts);
        foreach (var layer in layers)
        {
            var before = build.Parameters.Count;
            x = layer.Apply(scope, x);
            steps = steps.Add((layer, x, build.Parameters.GetRange(before, build.Parameters.Count - before)));
        }
        return new(x, build, scope.Counts, steps);
    }
}
