namespace FunctionalDL;

/// <summary>Examples to learn from: inputs <c>[n, …]</c> and targets <c>[n, …]</c>, row by row. Immutable.</summary>
public sealed class Dataset : RowSet<Dataset>
{
    /// <summary>A data set of inputs and targets with as many rows.</summary>
    /// <exception cref="FunctionalException">There are no rows, the counts differ, or a number is NaN or infinite.</exception>
    public Dataset(Tensor inputs, Tensor targets)
    {
        if (inputs.Shape.Rank == 0 || targets.Shape.Rank == 0)
            throw new ShapeException($"Dataset: inputs are {inputs.Describe()}, targets {targets.Describe()}. Give each a first axis of examples.");
        if (inputs.Shape[0] != targets.Shape[0])
            throw new ShapeException($"Dataset: {inputs.Shape[0]} inputs and {targets.Shape[0]} targets. Give one target for each input.");
        if (inputs.Shape[0] == 0) throw new FunctionalException("Dataset: there are no examples. Give at least one.");
        CheckFinite("inputs", inputs);
        CheckFinite("targets", targets);
        (Inputs, Targets) = (inputs, targets);
    }

    Dataset(Tensor inputs, Tensor targets, bool _) => (Inputs, Targets) = (inputs, targets);

    /// <summary>Examples one by one made a data set; each brings an input and a target without the axis of examples.</summary>
    /// <exception cref="FunctionalException">There are no examples, their types differ, or a number is NaN or infinite.</exception>
    public static Dataset Stack(IReadOnlyCollection<(Tensor Input, Tensor Target)> examples) => examples.Count > 0
        ? new(Stack(examples.Select(e => e.Input)), Stack(examples.Select(e => e.Target)))
        : throw new FunctionalException("Dataset: there are no examples. Give at least one.");

    static Tensor Stack(IEnumerable<Tensor> rows) => Functions.Stack(0, [.. rows.Select(Expr.Constant)]).Evaluate();

    /// <summary>The inputs, one row an example.</summary>
    public Tensor Inputs { get; }

    /// <summary>The targets, one row an example: numbers, or labels <c>int64 [n]</c>.</summary>
    public Tensor Targets { get; }

    /// <inheritdoc/>
    public override int Count => Inputs.Shape[0].Size;

    /// <inheritdoc/>
    protected override Dataset Choose(ReadOnlySpan<int> rows) => new(Inputs.Rows(rows), Targets.Rows(rows), true);

    /// <summary>This data set, once its targets are known to be labels 0 … classes − 1.</summary>
    /// <exception cref="FunctionalException">The targets are not int64, or a label is out of range.</exception>
    public Dataset CheckLabels(int classes)
    {
        var at = Targets.As<long>().Span.IndexOfAnyExceptInRange(0, classes - 1);
        return at < 0 ? this
            : throw new FunctionalException($"Dataset: label {Targets.GetDouble(at)} in row {at} is outside 0 to {classes - 1}. Correct the label, or the number of classes.");
    }

    static void CheckFinite(string what, Tensor tensor)
    {
        var at = tensor.FirstNotFinite();
        if (at < 0) return;
        var size = tensor.Count / tensor.Shape[0].Size;
        throw new FunctionalException($"Dataset: {what} hold {tensor.GetDouble(at)} in row {at / size}, column {at % size}. Remove the row, or fill in the value.");
    }

    /// <summary>The number of examples and the types of an input and a target.</summary>
    public override string ToString() => $"{Count} examples, inputs {Inputs.Describe()}, targets {Targets.Describe()}";
}
