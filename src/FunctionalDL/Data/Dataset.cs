namespace FunctionalDL;

/// <summary>Examples to learn from: inputs <c>[n, …]</c> and targets <c>[n, …]</c>, row by row. Immutable.</summary>
public sealed class Dataset : RowSet<Dataset>
{
    /// <summary>A data set of inputs and targets with as many rows.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="allowMissing">
    /// Whether NaN among the inputs stands for a missing value, as in what <see cref="TableEncoder.Raw"/> makes. It is for models that
    /// know what to do with it, such as those
    /// behind <see cref="TableEncoder.Before"/>; others make NaN of it.
    /// </param>
    /// <exception cref="FunctionalException">There are no rows, the counts differ, or a number is infinite, or NaN where it is not
    /// allowed.</exception>
    public Dataset(Tensor inputs, Tensor targets, bool allowMissing = false)
    {
        if (inputs.Shape.Rank == 0 || targets.Shape.Rank == 0)
            throw new ShapeException($"Dataset: inputs are {inputs.Describe()}, targets {targets.Describe()}. Give each a first axis of examples.");
        if (inputs.Shape[0] != targets.Shape[0])
            throw new ShapeException($"Dataset: {inputs.Shape[0]} inputs and {targets.Shape[0]} targets. Give one target for each input.");
        if (inputs.Shape[0] == 0) throw new FunctionalException("Dataset: there are no examples. Give at least one.");
        CheckFinite("inputs", inputs, allowMissing);
        CheckFinite("targets", targets, allowMissing: false);
        (Inputs, Targets, AllowsMissing) = (inputs, targets, allowMissing);
    }

    /// <summary>Rows of a data set that was checked.</summary>
    Dataset(Dataset all, ReadOnlySpan<int> rows) => (Inputs, Targets, AllowsMissing) = (all.Inputs.Rows(rows), all.Targets.Rows(rows), all.AllowsMissing);

    /// <summary>Examples one by one made a data set; each brings an input and a target without the axis of examples.</summary>
    /// <exception cref="FunctionalException">There are no examples, their types differ, or a number is NaN or infinite.</exception>
    public static Dataset Stack(IReadOnlyCollection<(Tensor Input, Tensor Target)> examples) => examples.Count > 0
        ? new(TensorRows.Stack([.. examples.Select(e => e.Input)]), TensorRows.Stack([.. examples.Select(e => e.Target)]))
        : throw new FunctionalException("Dataset: there are no examples. Give at least one.");

    /// <summary>The inputs, one row an example.</summary>
    public Tensor Inputs { get; }

    /// <summary>The targets, one row an example: numbers, or labels <c>int64 [n]</c>.</summary>
    public Tensor Targets { get; }

    /// <summary>Whether NaN among the inputs stands for a missing value.</summary>
    public bool AllowsMissing { get; }

    /// <inheritdoc/>
    public override int Count => Inputs.Shape[0].Size;

    /// <inheritdoc/>
    protected override Dataset Choose(ReadOnlySpan<int> rows) => new(this, rows);

    /// <summary>This data set, once its targets are known to be labels 0 … classes − 1.</summary>
    /// <exception cref="FunctionalException">The targets are not int64, or a label is out of range.</exception>
    public Dataset CheckLabels(int classes)
    {
        var at = Targets.As<long>().Span.IndexOfAnyExceptInRange(0, classes - 1);
        return at < 0 ? this
            : throw new FunctionalException($"Dataset: label {Targets.GetDouble(at)} in row {at} is outside 0 to {classes - 1}. Correct the label, or the number of classes.");
    }

    static void CheckFinite(string what, Tensor tensor, bool allowMissing)
    {
        var at = tensor.FirstNotFinite(allowMissing);
        if (at < 0) return;
        var size = tensor.Count / tensor.Shape[0].Size;
        var repair = double.IsNaN(tensor.GetDouble(at)) && what == "inputs" ? ", or allow missing values if the model knows what to do with them" : "";
        throw new FunctionalException($"Dataset: {what} hold {tensor.GetDouble(at)} in row {at / size}, column {at % size}. Remove the row, or fill in the value{repair}.");
    }

    /// <summary>The number of examples and the types of an input and a target.</summary>
    public override string ToString() => $"{Count} examples, inputs {Inputs.Describe()}, targets {Targets.Describe()}";
}
