using Microsoft.ML;
using Microsoft.ML.Data;

namespace FunctionalDL;

/// <summary>
/// ML.NET's data, an <see cref="IDataView"/> such as a <see cref="Microsoft.Data.Analysis.DataFrame"/>, as data to learn from.
/// </summary>
public static class DataViews
{
    /// <summary>
    /// The rows as a table of text, for a <see cref="TableEncoder"/>: columns of numbers, texts and truths (<c>True</c>, <c>False</c>);
    /// NaN, a data frame's null, and an empty text are missing values.
    /// </summary>
    /// <exception cref="DataException">There are no rows, or a column holds something else.</exception>
    public static Table ReadTable(this IDataView view)
    {
        var columns = Visible(view);
        using var row = view.GetRowCursor(columns);
        DataViewCell[] cells = [.. columns.Select(column => DataViewCell.Of(view, row, column))];
        return Table.Of(columns.Select(column => column.Name), Rows());

        IEnumerable<string?[]> Rows()
        {
            while (row.MoveNext()) yield return [.. cells.Select(cell => cell.Text())];
        }
    }

    /// <summary>
    /// Columns of numbers, truths (1 or 0) and vectors of numbers side by side as inputs, <c>float32 [rows, features]</c>, and another as
    /// targets: numbers and vectors are
    /// <c>float32 [rows, size]</c>; truths and keys are labels from 0, <c>int64 [rows]</c>.
    /// </summary>
    /// <param name="view">The rows.</param>
    /// <param name="label">The column of targets.</param>
    /// <param name="features">The columns of inputs; all others if none are given.</param>
    /// <exception cref="DataException">
    /// There is no such column, one holds something else, a value is missing, vectors of a column differ in size, or there are no rows.
    /// </exception>
    public static Dataset ReadDataset(this IDataView view, string label, params string[] features)
    {
        var target = Column(view, label);
        DataViewSchema.Column[] inputs =
            features.Length > 0
                ? [.. features.Select(name => Column(view, name))]
                : [.. Visible(view).Where(column => column.Name != label)];
        if (inputs.Length == 0)
            throw new DataException($"DataView: there is no column beside \"{label}\" to learn from. Give one.");
        using var row = view.GetRowCursor([.. inputs, target]);
        DataViewNumbers[] readers = [.. inputs.Append(target).Select(column => new DataViewNumbers(view, row, column))];
        while (row.MoveNext())
            foreach (var reader in readers) reader.Read();

        var count = readers[^1].Rows;
        if (count == 0) throw new DataException("DataView: there are no rows. Give at least one.");
        var x = Functions.Concat(1, [.. readers[..^1].Select(reader => Expr.Constant(reader.ToTensor()))]).Evaluate();
        var y = readers[^1].ToTensor();
        return new(x, target.Type is BooleanDataViewType or KeyDataViewType ? y.Cast(DType.Int64).Reshape([count]) : y);
    }

    static DataViewSchema.Column[] Visible(IDataView view) => [.. view.Schema.Where(column => !column.IsHidden)];

    static DataViewSchema.Column Column(IDataView view, string name) =>
        view.Schema.GetColumnOrNull(name)
        ?? throw new DataException(
            $"DataView: there is no column \"{name}\". There are: {string.Join(", ", Visible(view).Select(column => column.Name))}.");
}
