using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// A model's body applied to its inputs: the outputs, what the layers asked for, and the type after each layer. More layers give another
/// one, which shares what is there, so that a model of n layers takes n steps to build.
/// </summary>
sealed class Forward
{
    readonly LayerBuild collected;
    readonly LayerNames names;

    Forward(IReadOnlyList<(string Name, Expr Value)> outputs, LayerBuild collected, LayerNames names) =>
        (Outputs, this.collected, this.names) = (outputs, collected, names);

    public IReadOnlyList<(string Name, Expr Value)> Outputs { get; }

    /// <summary>The output of a name.</summary>
    public Expr this[string name] => Outputs.First(o => o.Name == name).Value;

    public ImmutableList<Parameter> Parameters => collected.Parameters;

    /// <summary>What the statistics become after a training step, by name.</summary>
    public IReadOnlyDictionary<string, Expr> Updates => collected.Updates;

    /// <summary>The layers that normalize by a batch's own values, and how many of these they take together.</summary>
    public IReadOnlyList<(string Layer, Dim Values)> Normalized => collected.Normalized;

    /// <summary>Each layer of the model's, in the order they were applied.</summary>
    public ImmutableList<ForwardStep> Steps => collected.Steps;

    public static Forward Build(ModelBody body, bool isTraining) => Build(body, body.Variables, isTraining);

    /// <summary>The body applied to other variables than its own.</summary>
    public static Forward Build(ModelBody body, IReadOnlyDictionary<string, Expr> inputs, bool isTraining)
    {
        var build = new LayerBuild(isTraining, body.DType);
        var scope = new LayerScope(build, LayerNames.None);
        return new(body.Apply(scope, inputs), build, scope.Names);
    }

    /// <summary>The layer that an expression is in: the first whose output depends on it; null where none does.</summary>
    public string? LayerOf(Expr node) => Steps.FirstOrDefault(step => Graph.TopologicalOrder(step.Output).Contains(node))?.Layer.Name;

    /// <summary>Further layers on the one output.</summary>
    public Forward Then(IEnumerable<Layer> layers)
    {
        var build = collected.Copy();
        var scope = new LayerScope(build, names);
        var (name, x) = Outputs[0];
        foreach (var layer in layers) x = layer.Apply(scope, x);
        return new([(name, x)], build, scope.Names);
    }
}

/// <summary>A layer of a model with its output, the parameters it made, and the layers whose parameters it shares.</summary>
sealed record ForwardStep(Layer Layer, Expr Output, IReadOnlyList<Parameter> Parameters, IReadOnlyList<string> SharedWith);
