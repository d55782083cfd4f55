namespace FunctionalDL;

/// <summary>
/// Examples to learn from, row by row: columns of inputs <c>[n, …]</c>, columns of targets <c>[n, …]</c>, each with a name, and where
/// examples do not count alike a weight for each. Immutable.
/// </summary>
public sealed class Dataset : RowSet<Dataset>
{
    /// <summary>A data set of one column of inputs and one of targets with as many rows.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="allowMissing">
    /// Whether NaN among the inputs stands for a missing value, as in what <see cref="TableEncoder.Raw"/> makes. It is for models that
    /// know what to do with it, such as those
    /// behind <see cref="TableEncoder.Before(Model)"/>; others make NaN of it.
    /// </param>
    /// <exception cref="FunctionalException">There are no rows, the counts differ, or a number is infinite, or NaN where it is not
    /// allowed.</exception>
    public Dataset(Tensor inputs, Tensor targets, bool allowMissing = false)
        : this(TensorSet.Of((ColumnNames.Input, inputs)), TensorSet.Of((ColumnNames.Target, targets)), null, allowMissing) { }

    /// <summary>A data set of named columns with as many rows. An input and a target may have the same name.</summary>
    /// <param name="inputs">The inputs, by the names of a model's.</param>
    /// <param name="targets">
    /// The targets, by the names of the outputs they are for, or others; none where a loss looks at outputs alone.
    /// </param>
    /// <param name="weights">How much each example counts, <c>[n]</c>: 0 or more; 1 each if not given.</param>
    /// <param name="allowMissing">Whether NaN among the inputs stands for a missing value.</param>
    /// <exception cref="FunctionalException">
    /// There are no rows or no inputs, the counts differ, a number is infinite, or NaN where it is not allowed, or a weight is negative.
    /// </exception>
    public Dataset(TensorSet inputs, TensorSet targets, Tensor? weights = null, bool allowMissing = false)
    {
        DatasetChecks.Rows(inputs, targets, weights);
        foreach (var (name, column) in inputs) DatasetChecks.FiniteInput(name, column, allowMissing);
        foreach (var (name, column) in targets) DatasetChecks.FiniteTarget(name, column);
        (InputColumns, TargetColumns, Weights, AllowsMissing) = (inputs, targets, weights, allowMissing);
    }

    /// <summary>Rows of a data set that was checked.</summary>
    Dataset(Dataset all, int[] rows) => (InputColumns, TargetColumns, Weights, AllowsMissing) = (
        all.InputColumns.Map((_, column) => column.Rows(rows)),
        all.TargetColumns.Map((_, column) => column.Rows(rows)),
        all.Weights?.Rows(rows),
        all.AllowsMissing);

    /// <summary>Examples one by one made a data set; each brings an input and a target without the axis of examples.</summary>
    /// <exception cref="FunctionalException">There are no examples, their types differ, or a number is NaN or infinite.</exception>
    public static Dataset Stack(IReadOnlyCollection<(Tensor Input, Tensor Target)> examples) => examples.Count > 0
        ? new(TensorRows.Stack([.. examples.Select(e => e.Input)]), TensorRows.Stack([.. examples.Select(e => e.Target)]))
        : throw new FunctionalException("Dataset: there are no examples. Give at least one.");

    /// <summary>
    /// Examples one by one made a data set of named columns; each brings a value of every column without the axis of examples.
    /// </summary>
    /// <exception cref="FunctionalException">
    /// There are no examples, their columns or types differ, or a number is NaN or infinite.
    /// </exception>
    public static Dataset StackColumns(IReadOnlyCollection<(TensorSet Inputs, TensorSet Targets)> examples)
    {
        if (examples.Count == 0) throw new FunctionalException("Dataset: there are no examples. Give at least one.");
        var first = examples.First();
        TensorSet Stacked(TensorSet columns, Func<(TensorSet Inputs, TensorSet Targets), TensorSet> of) =>
            columns.Map((name, _) => TensorRows.Stack([.. examples.Select(e => of(e)[name])]));
        return new(Stacked(first.Inputs, e => e.Inputs), Stacked(first.Targets, e => e.Targets));
    }

    /// <summary>The columns of inputs by name, one row an example.</summary>
    public TensorSet InputColumns { get; }

    /// <summary>The columns of targets by name, one row an example: numbers, or labels <c>int64 [n]</c>.</summary>
    public TensorSet TargetColumns { get; }

    /// <summary>The inputs of a data set that has one column of them.</summary>
    /// <exception cref="FunctionalException">It has several: take <see cref="InputColumns"/>.</exception>
    public Tensor Inputs => DatasetChecks.Only("Inputs", "InputColumns", InputColumns);

    /// <summary>The targets of a data set that has one column of them.</summary>
    /// <exception cref="FunctionalException">It has several, or none: take <see cref="TargetColumns"/>.</exception>
    public Tensor Targets => DatasetChecks.Only("Targets", "TargetColumns", TargetColumns);

    /// <summary>How much each example counts, <c>[n]</c>; null where all count alike.</summary>
    public Tensor? Weights { get; }

    /// <summary>Whether NaN among the inputs stands for a missing value.</summary>
    public bool AllowsMissing { get; }

    /// <inheritdoc/>
    public override int Count => InputColumns[InputColumns.Names[0]].Shape[0].Size;

    /// <inheritdoc/>
    protected override Dataset Choose(ReadOnlySpan<int> rows) => new(this, rows.ToArray());

    /// <summary>This data set with a weight for each example.</summary>
    /// <param name="weights">How much each example counts, <c>[n]</c>: 0 or more.</param>
    /// <exception cref="FunctionalException">There is not one for each, or one is negative or no number.</exception>
    public Dataset WithWeights(Tensor weights) => new(InputColumns, TargetColumns, weights, AllowsMissing);

    /// <summary>This data set with one more column of inputs, or other values in one: from a table, say, beside images.</summary>
    /// <example>
    /// <code>
    /// var folder = ImageFolder.Open("photos").Load().Named("image", "kind");
    /// var data = folder.WithInput("measures", encoder.Encode(table)).WithTarget("price", table.Numbers("price"));
    /// </code>
    /// </example>
    /// <param name="name">The name of a model's input.</param>
    /// <param name="values">A row for each example, <c>[n, …]</c>.</param>
    /// <exception cref="FunctionalException">There is not a row for each example, or a number is NaN or infinite.</exception>
    public Dataset WithInput(string name, Tensor values) => new(InputColumns.With(name, values), TargetColumns, Weights, AllowsMissing);

    /// <summary>This data set with one more column of targets, or other values in one.</summary>
    /// <param name="name">The name of the output it is for, or another.</param>
    /// <param name="values">A row for each example, <c>[n, …]</c>.</param>
    /// <exception cref="FunctionalException">There is not a row for each example, or a number is NaN or infinite.</exception>
    public Dataset WithTarget(string name, Tensor values) => new(InputColumns, TargetColumns.With(name, values), Weights, AllowsMissing);

    /// <summary>This data set, of one column of inputs and one of targets, with other names for them.</summary>
    /// <exception cref="FunctionalException">It has several columns of one kind.</exception>
    public Dataset Named(string input, string target) =>
        new(TensorSet.Of((input, Inputs)), TensorSet.Of((target, Targets)), Weights, AllowsMissing);

    /// <summary>This data set, once its targets are known to be labels 0 … classes − 1.</summary>
    /// <exception cref="FunctionalException">The targets are not int64, or a label is out of range.</exception>
    public Dataset CheckLabels(int classes)
    {
        var at = Targets.In<long>().Span.IndexOfAnyExceptInRange(0, classes - 1);
        return at < 0 ? this
            : throw new FunctionalException($"Dataset: label {Targets.GetDouble(at)} in row {at} is outside 0 to {classes - 1}. "
                + "Correct the label, or the number of classes.");
    }

    /// <summary>The number of examples and the types of inputs and targets.</summary>
    public override string ToString()
    {
        static string Text(string what, string only, TensorSet columns) => columns.Names switch
        {
            [] => "",
            [var name] when name == only => $", {what} {columns[name].Describe()}",
            _ => $", {what} {string.Join(", ", columns.Select(c => $"{c.Key} {c.Value.Describe()}"))}",
        };
        var (inputs, targets) = (Text("inputs", ColumnNames.Input, InputColumns), Text("targets", ColumnNames.Target, TargetColumns));
        return $"{Count} examples{inputs}{targets}{(Weights is null ? "" : ", weighted")}";
    }
}
