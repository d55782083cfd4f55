using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// Layers applied to an input: the expression, what the layers asked for, and the type after each layer. More layers give another one, which shares what is there,
/// so that a model of n layers takes n steps to build.
/// </summary>
sealed class Forward
{
    readonly LayerBuild collected;
    readonly LayerNames names;

    Forward(Expr output, LayerBuild collected, LayerNames names, ImmutableList<ForwardStep> steps) =>
        (Output, this.collected, this.names, Steps) = (output, collected, names, steps);

    public Expr Output { get; }

    public ImmutableList<Parameter> Parameters => collected.Parameters;

    /// <summary>What the statistics become after a training step, by name.</summary>
    public IReadOnlyDictionary<string, Expr> Updates => collected.Updates;

    /// <summary>The layers that normalize by a batch's own values, and how many of these they take together.</summary>
    public IReadOnlyList<(string Layer, Dim Values)> Normalized => collected.Normalized;

    /// <summary>Each layer of the model's.</summary>
    public ImmutableList<ForwardStep> Steps { get; }

    /// <summary>The dtype of the parameters.</summary>
    public DType DType => collected.DType;

    public static Forward Build(Model model, bool isTraining) => Build(model.InputVariable, model.ParameterDType, model.Layers, isTraining);

    public static Forward Build(Expr input, DType parameters, IEnumerable<Layer> layers, bool isTraining) =>
        new Forward(input, new(isTraining, parameters), LayerNames.None, []).Then(layers);

    public Forward Then(IEnumerable<Layer> layers)
    {
        var (x, steps, build) = (Output, Steps, collected.Copy());
        var scope = new LayerScope(build, names);
        foreach (var layer in layers)
        {
            var before = build.Parameters.Count;
            build.Shared = [];
            x = layer.Apply(scope, x);
            steps = steps.Add(new(layer, x, build.Parameters.GetRange(before, build.Parameters.Count - before), build.Shared));
        }
        return new(x, build, scope.Names, steps);
    }
}

/// <summary>A layer of a model with its output, the parameters it made, and the layers whose parameters it shares.</summary>
sealed record ForwardStep(Layer Layer, Expr Output, IReadOnlyList<Parameter> Parameters, IReadOnlyList<string> SharedWith);
