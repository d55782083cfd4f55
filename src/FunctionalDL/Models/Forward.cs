namespace FunctionalDL;

/// <summary>A model's layers applied to its input: the expression, what the layers asked for, and the type after each layer.</summary>
sealed class Forward
{
    public required Expr Output { get; init; }

    public required IReadOnlyList<Parameter> Parameters { get; init; }

    /// <summary>What the statistics become after a training step, by name.</summary>
    public required IReadOnlyDictionary<string, Expr> Updates { get; init; }

    /// <summary>Each layer with its output and its own parameters.</summary>
    public required IReadOnlyList<(Layer Layer, Expr Output, IReadOnlyList<Parameter> Parameters)> Steps { get; init; }

    public static Forward Build(Model model, bool isTraining)
    {
        var collected = new LayerScope.Build(isTraining, model.ParameterDType);
        var scope = new LayerScope(collected);
        var steps = new List<(Layer, Expr, IReadOnlyList<Parameter>)>();
        var x = model.InputVariable;
        foreach (var layer in model.Layers)
        {
            var before = collected.Parameters.Count;
            x = layer.Apply(scope, x);
            steps.Add((layer, x, collected.Parameters[before..]));
        }
        return new() { Output = x, Parameters = collected.Parameters, Updates = collected.Updates, Steps = steps };
    }
}
