namespace FunctionalDL;

/// <summary>What a model predicted for batches, one after another, for the metrics of all of them.</summary>
sealed class MeasuredOutputs
{
    readonly (Metric Metric, string Output, string Target, Loss? Loss)[] measured;
    readonly Dictionary<string, List<Tensor>> predictions, targets;

    MeasuredOutputs((Metric, string Output, string Target, Loss?)[] measured)
    {
        this.measured = measured;
        Names = [.. measured.Select(m => m.Output).Distinct()];
        predictions = Names.ToDictionary(name => name, _ => new List<Tensor>());
        targets = measured.Select(m => m.Target).Distinct().ToDictionary(name => name, _ => new List<Tensor>());
    }

    /// <summary>The metrics with the output and the targets each is of.</summary>
    /// <exception cref="FunctionalException">
    /// A metric does not say of which of several outputs it is, or there is none of its name.
    /// </exception>
    public static MeasuredOutputs Of(IReadOnlyList<Metric> metrics, Model model, BoundObjective loss, Dataset data) =>
        new([.. metrics.Select(metric => Of(metric, model, loss, data))]);

    static (Metric, string Output, string Target, Loss?) Of(Metric metric, Model model, BoundObjective loss, Dataset data)
    {
        var names = string.Join(", ", model.Outputs.Select(o => o.Name));
        if (metric.Output is null && model.Outputs.Count > 1)
            throw new FunctionalException($"Metric {metric.Name}: the model has {model.Outputs.Count} outputs, {names}. "
                + $"Say of which: metric.On(\"{model.Outputs[0].Name}\").");
        var output = metric.Output ?? model.Outputs[0].Name;
        if (model.Outputs.All(o => o.Name != output))
            throw new FunctionalException($"Metric {metric.Name}: there is no output \"{output}\". There are: {names}.");
        return (metric, output, loss.TargetOf(output, data, $"Metric {metric.Name}"), loss.LossOf(output));
    }

    /// <summary>The outputs that are measured.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Adds a batch: the outputs in the order of their names, and those rows of the targets that they are for.</summary>
    public void Add(IReadOnlyList<Tensor> outputs, TensorSet columns, ReadOnlySpan<int> rows)
    {
        foreach (var (name, value) in Names.Zip(outputs)) predictions[name].Add(value);
        foreach (var (name, list) in targets) list.Add(columns[name].Rows(rows));
    }

    /// <summary>The metrics of what was added, which is then forgotten.</summary>
    public IReadOnlyDictionary<string, double> Measure()
    {
        var figures = new OrderedDictionary<string, double>();
        if (predictions.Values.All(p => p.Count == 0)) return figures;
        var given = predictions.ToDictionary(p => p.Key, p => Joined(p.Value));
        var actual = targets.ToDictionary(t => t.Key, t => Joined(t.Value));
        foreach (var (metric, output, target, loss) in measured)
            if (!figures.TryAdd(metric.Name, metric.Measure(given[output], actual[target], loss)))
                throw new FunctionalException($"Metrics: two have the name \"{metric.Name}\". Give one of them another, with Metric.Of.");
        foreach (var list in predictions.Values.Concat(targets.Values)) list.Clear();
        return figures;
    }

    /// <summary>All rows; where the places of sequences differ in number, one row for each place.</summary>
    static Tensor Joined(IReadOnlyList<Tensor> parts)
    {
        var first = parts[0].Shape;
        var isEven = parts.All(part => part.Shape.With(0, first[0]) == first);
        return Functions.Concat(0, [.. parts.Select(part => Expr.Constant(isEven ? part : ByPlace(part)))]).Evaluate();
    }

    static Tensor ByPlace(Tensor part)
    {
        var axes = part.Shape.Rank;
        return part.DType.IsInteger()
            ? part.Reshape([part.Count])
            : part.Reshape([part.Count / part.Shape[axes - 1].Size, part.Shape[axes - 1]]);
    }
}
