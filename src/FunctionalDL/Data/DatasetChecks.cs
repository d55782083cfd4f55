namespace FunctionalDL;

/// <summary>What the columns of a data set have to be.</summary>
static class DatasetChecks
{
    /// <summary>A number of examples in a batch, of n.</summary>
    /// <exception cref="FunctionalException">It is below 1 or above n.</exception>
    public static int BatchSize(int size, int n) => size >= 1 && size <= n ? size
        : throw new FunctionalException($"MiniBatchGradientDescent: batch size {size} with {n} examples. Use 1 to {n}.");

    /// <summary>
    /// Throws where columns do not have as many rows, at least one, and weights are not one number of 0 or more for each.
    /// </summary>
    public static void Rows(TensorSet inputs, TensorSet targets, Tensor? weights)
    {
        if (inputs.Count == 0) throw new FunctionalException("Dataset: there are no inputs. Give at least one column.");
        (string Kind, string Name, Tensor Column)[] columns =
            [.. inputs.Select(c => ("input", c.Key, c.Value)), .. targets.Select(c => ("target", c.Key, c.Value))];
        var isPlain = inputs.Names is [ColumnNames.Input] && targets.Names is [ColumnNames.Target];
        if (columns.FirstOrDefault(c => c.Column.Shape.Rank == 0) is { Name: { } scalar, Kind: var kind })
            throw new ShapeException(isPlain
                ? $"Dataset: inputs are {columns[0].Column.Describe()}, targets {columns[1].Column.Describe()}. "
                    + "Give each a first axis of examples."
                : $"Dataset: {kind} \"{scalar}\" is one number. Give it a first axis of examples.");
        var count = columns[0].Column.Shape[0].Size;
        if (columns.FirstOrDefault(c => c.Column.Shape[0] != count) is { Name: { } other, Kind: var its, Column: var column })
            throw new ShapeException(isPlain
                ? $"Dataset: {count} inputs and {column.Shape[0]} targets. Give one target for each input."
                : $"Dataset: input \"{columns[0].Name}\" has {count} rows and {its} \"{other}\" {column.Shape[0]}. "
                    + "Give every column a row for each example.");
        if (count == 0) throw new FunctionalException("Dataset: there are no examples. Give at least one.");
        if (weights is not null) Weights(weights, count);
    }

    static void Weights(Tensor weights, int count)
    {
        if (!weights.DType.IsFloat() || weights.Shape != [count])
            throw new ShapeException($"Dataset: the weights are {weights.Describe()} for {count} examples. Give a float for each, "
                + $"[{count}].");
        for (var i = 0; i < count; i++)
            if (!(weights.GetDouble(i) >= 0 && double.IsFinite(weights.GetDouble(i))))
                throw new FunctionalException(
                    FormattableString.Invariant($"Dataset: the weight of row {i} is {weights.GetDouble(i)}. Give 0 or more."));
    }

    public static void FiniteInput(string name, Tensor column, bool allowMissing) =>
        Finite(name == ColumnNames.Input ? "inputs hold" : $"input \"{name}\" holds", column, allowMissing,
            ", or allow missing values if the model knows what to do with them");

    public static void FiniteTarget(string name, Tensor column) =>
        Finite(name == ColumnNames.Target ? "targets hold" : $"target \"{name}\" holds", column, false, "");

    static void Finite(string whatHolds, Tensor column, bool allowMissing, string repairOfNaN)
    {
        var at = column.FirstNotFinite(allowMissing);
        if (at < 0) return;
        var (size, value) = (column.Count / column.Shape[0].Size, column.GetDouble(at));
        throw new FunctionalException($"Dataset: {whatHolds} {value} in row {at / size}, column {at % size}. "
            + $"Remove the row, or fill in the value{(double.IsNaN(value) ? repairOfNaN : "")}.");
    }

    public static Tensor Only(string property, string all, TensorSet columns) => columns.Names is [var name] ? columns[name]
        : throw new FunctionalException($"Dataset.{property}: there are {columns.Count} "
            + $"columns{(columns.Count > 0 ? $", {string.Join(", ", columns.Names)}" : "")}. Take one of {all} by its name.");
}
