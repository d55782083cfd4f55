namespace FunctionalDL;

/// <summary>A model's layers applied to its input: the expression, what the layers asked for, and the type after each layer.</summary>
sealed class Forward
{
    public required Expr Output { get; init; }

    public required IReadOnlyList<Parameter> Parameters { get; init; }

    /// <summary>What the statistics become after a training step, by name.</summary>
    public required IReadOnlyDictionary<string, Expr> Updates { get; init; }

    /// <summary>The layers that normalize by a batch's own values, and how many of these they take together.</summary>
    public required IReadOnlyList<(string Layer, Dim Values)> Normalized { get; init; }

    /// <summary>Each layer of the model's.</summary>
    public required IReadOnlyList<ForwardStep> Steps { get; init; }

    public static Forward Build(Model model, bool isTraining)
    {
        var collected = new LayerBuild(isTraining, model.ParameterDType);
        var scope = new LayerScope(collected);
        var steps = new List<ForwardStep>();
        var x = model.InputVariable;
        foreach (var layer in model.Layers)
        {
            var before = collected.Parameters.Count;
            collected.Shared.Clear();
            x = layer.Apply(scope, x);
            steps.Add(new(layer, x, collected.Parameters[before..], [.. collected.Shared]));
        }
        return new() { Output = x, Parameters = collected.Parameters, Updates = collected.Updates, Normalized = collected.Normalized, Steps = steps };
    }
}

/// <summary>A layer of a model with its output, the parameters it made, and the layers whose parameters it shares.</summary>
sealed record ForwardStep(Layer Layer, Expr Output, IReadOnlyList<Parameter> Parameters, IReadOnlyList<string> SharedWith);
