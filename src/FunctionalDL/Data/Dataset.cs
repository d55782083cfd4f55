namespace FunctionalDL;

/// <summary>Examples to learn from: inputs <c>[n, …]</c> and targets <c>[n, …]</c>, row by row. Immutable.</summary>
public sealed class Dataset
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

    /// <summary>The inputs, one row an example.</summary>
    public Tensor Inputs { get; }

    /// <summary>The targets, one row an example: numbers, or labels <c>int64 [n]</c>.</summary>
    public Tensor Targets { get; }

    /// <summary>The number n of examples.</summary>
    public int Count => Inputs.Shape[0].Size;

    /// <summary>The examples at the given rows, in that order.</summary>
    /// <exception cref="FunctionalException">There are no rows, or one is out of range.</exception>
    public Dataset Rows(ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty) throw new FunctionalException("Dataset: no rows are chosen. Choose at least one.");
        foreach (var row in rows)
            if ((uint)row >= (uint)Count) throw new FunctionalException($"Dataset: row {row} is outside 0 to {Count - 1}.");
        return new(Inputs.Rows(rows), Targets.Rows(rows), true);
    }

    /// <summary>The first <paramref name="count"/> examples.</summary>
    /// <exception cref="FunctionalException">There are not as many.</exception>
    public Dataset Take(int count) => Rows([.. Enumerable.Range(0, count)]);

    /// <summary>The examples in an order that the key determines.</summary>
    public Dataset Shuffle(Key key) => Rows(key.Permutation(Count));

    /// <summary>The first share of the examples and the others, each at least one; shuffle first where order has a meaning.</summary>
    /// <param name="first">The share of the first part, above 0 and below 1.</param>
    /// <exception cref="FunctionalException">The share leaves one part empty.</exception>
    public (Dataset First, Dataset Second) Split(double first)
    {
        var count = (int)Math.Round(first * Count);
        return count > 0 && count < Count
            ? (Take(count), Rows([.. Enumerable.Range(count, Count - count)]))
            : throw new FunctionalException($"Dataset: a share of {first} of {Count} examples leaves one part empty. Use a share that leaves at least one in each.");
    }

    /// <summary>The examples in order, ⌈n/size⌉ batches of which the last may be short.</summary>
    /// <exception cref="FunctionalException">The size is below 1 or above n.</exception>
    public IEnumerable<Dataset> Batches(int size)
    {
        new MiniBatchGradientDescent(size).BatchSize(Count);
        return Enumerable.Range(0, (Count + size - 1) / size)
            .Select(i => Rows([.. Enumerable.Range(i * size, Math.Min(size, Count - i * size))]));
    }

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
        var at = tensor switch
        {
            Tensor<float> x => FirstNotFinite(x.Span),
            Tensor<double> x => FirstNotFinite(x.Span),
            _ => -1,
        };
        if (at < 0) return;
        var size = tensor.Count / tensor.Shape[0].Size;
        throw new FunctionalException($"Dataset: {what} hold {tensor.GetDouble(at)} in row {at / size}, column {at % size}. Remove the row, or fill in the value.");
    }

    static int FirstNotFinite<T>(ReadOnlySpan<T> values) where T : System.Numerics.IFloatingPointIeee754<T>
    {
        for (var i = 0; i < values.Length; i++)
            if (!T.IsFinite(values[i])) return i;
        return -1;
    }

    /// <summary>The number of examples and the types of an input and a target.</summary>
    public override string ToString() => $"{Count} examples, inputs {Inputs.Describe()}, targets {Targets.Describe()}";
}
