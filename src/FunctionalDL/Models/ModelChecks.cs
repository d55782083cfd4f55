namespace FunctionalDL;

/// <summary>What a model's inputs and outputs have to be.</summary>
static class ModelChecks
{
    public static void Inputs(IReadOnlyList<ModelInput> inputs)
    {
        if (inputs.Count == 0) throw new FunctionalException("Model: there are no inputs. Give at least one.");
        if (inputs.CountBy(i => i.Name).FirstOrDefault(n => n.Value > 1) is { Key: { } twice })
            throw new FunctionalException($"Model: two inputs have the name \"{twice}\". Rename one.");
        if (inputs.FirstOrDefault(i => i.Name == ColumnNames.Key) is not null)
            throw new FunctionalException($"Model: an input is named \"{ColumnNames.Key}\", "
                + "which is the name of a training step's source of randomness. Rename it.");
    }

    public static void Outputs(IReadOnlyList<ModelInput> inputs, Forward forward)
    {
        var outputs = forward.Outputs;
        if (outputs.Count == 0) throw new FunctionalException("Model: there are no outputs. Return at least one.");
        if (outputs.CountBy(o => o.Name).FirstOrDefault(n => n.Value > 1) is { Key: { } twice })
            throw new FunctionalException($"Model: two outputs have the name \"{twice}\". Rename one.");
        var used = new HashSet<string>();
        foreach (var (name, value) in outputs)
        {
            var own = Graph.Variables([value]).Select(v => v.VariableName!).Intersect(inputs.Select(i => i.Name)).ToArray();
            if (own.Length == 0) throw new FunctionalException($"Model: output \"{name}\" depends on no input. Make it of one, "
                + "or leave it out.");
            used.UnionWith(own);
        }
        if (inputs.FirstOrDefault(i => !used.Contains(i.Name)) is { } unused)
            throw new FunctionalException($"Model: no output depends on input \"{unused.Name}\". Use it, or leave it out.");
        if (forward.Parameters.FirstOrDefault(p => inputs.Any(i => i.Name == p.Name)) is { } same)
            throw new FunctionalException($"Model: an input and a parameter have the name \"{same.Name}\". Rename one.");
    }
}
