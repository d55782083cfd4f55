namespace FunctionalDL;

/// <summary>What the model predicted for the batches of an epoch while it trained on them, for the metrics of the epoch.</summary>
sealed class EpochPredictions(Model model, Loss loss, Expr prediction, int output)
{
    readonly List<Tensor> predictions = [], targets = [];

    /// <summary>Keeps a batch's predictions, which the step that has just run made.</summary>
    public void Add(Loop loop, Dataset data, ReadOnlySpan<int> rows)
    {
        var sizes = Sizes.None.Match("input", model.InputVariable.Shape, data.Inputs.Shape.With(0, rows.Length));
        var shape = prediction.Shape.Resolve(sizes);
        predictions.Add(prediction.DType == DType.Float64 ? Tensor.Of(shape, loop.Output<double>(output)) : Tensor.Of(shape, loop.Output<float>(output)));
        targets.Add(data.Targets.Rows(rows));
    }

    /// <summary>The metrics of what was kept, which is then forgotten.</summary>
    public IReadOnlyDictionary<string, double> Measure(IReadOnlyList<Metric> metrics)
    {
        var result = predictions.Count == 0 ? Metric.None : Metric.MeasureAll(metrics, Joined(predictions), Joined(targets), loss);
        predictions.Clear();
        targets.Clear();
        return result;
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
        return part is Tensor<long> ? part.Reshape([part.Count]) : part.Reshape([part.Count / part.Shape[axes - 1].Size, part.Shape[axes - 1]]);
    }
}
