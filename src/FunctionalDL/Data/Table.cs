using System.Collections.Immutable;
using System.Globalization;

namespace FunctionalDL;

/// <summary>
/// A table of text: named columns, rows of as many cells, read from a CSV file (<see cref="CsvFile"/>) or made of any other source of rows.
/// Cells become numbers or labels where tensors are made of them; <see cref="TableEncoder"/> makes features of both, and of missing values. Immutable.
/// </summary>
public sealed class Table : RowSet<Table>
{
    readonly string place;
    readonly ImmutableArray<TableRow> rows;

    /// <summary>A table of at least one row.</summary>
    /// <param name="place">What errors call a row, up to its number: <c>people.csv, line</c>.</param>
    /// <param name="columns">The columns' names.</param>
    /// <param name="rows">The rows, of as many cells.</param>
    internal Table(string place, ImmutableArray<string> columns, ImmutableArray<TableRow> rows)
    {
        if (columns.Distinct().Count() != columns.Length) throw new DataException($"Table: {place} {rows[0].Number}: two columns of one name: {string.Join(", ", columns)}. Rename one.");
        (this.place, Columns, this.rows) = (place, columns, rows);
    }

    /// <summary>A table of rows from anywhere; a cell that is null or empty is a missing value. Errors count the rows from 0.</summary>
    /// <param name="columns">The columns' names.</param>
    /// <param name="rows">The rows, each of as many cells as there are columns.</param>
    /// <exception cref="DataException">There are no rows, one has another number of cells, or two columns have one name.</exception>
    public static Table Of(IEnumerable<string> columns, IEnumerable<IEnumerable<string?>> rows)
    {
        string[] names = [.. columns];
        TableRow[] all = [.. rows.Select((cells, i) => new TableRow(i, [.. cells.Select(cell => cell ?? "")]))];
        if (all.Length == 0) throw new DataException("Table: there are no rows. Give at least one.");
        var other = Array.FindIndex(all, row => row.Cells.Length != names.Length);
        return other < 0 ? new("row", [.. names], [.. all])
            : throw new DataException($"Table: row {other} has {all[other].Cells.Length} cells, there are {names.Length} columns. Give every row as many.");
    }

    /// <summary>The columns' names; of a CSV file without a header "0", "1", ….</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>The number of rows, the header not counted.</summary>
    public override int Count => rows.Length;

    /// <summary>The cells of a column as they stand, "" where a value is missing.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public string[] Text(string column)
    {
        var at = Columns.IndexOf(column);
        return at >= 0 ? [.. rows.Select(row => row.Cells[at])]
            : throw new DataException($"Table: there is no column \"{column}\".{Spelling.Suggest(column, Columns)} There are: {string.Join(", ", Columns)}.");
    }

    /// <summary>Columns as numbers: <c>float32 [rows, columns]</c>.</summary>
    /// <exception cref="DataException">There is no such column, or a cell is missing or not a finite number.</exception>
    public Tensor<float> Numbers(params string[] columns) => Convert(columns, (_, cell) => Number(cell), "is not a finite number. Correct it, or read the column as categories.");

    /// <summary>The different texts of a column in the order of their character codes, missing values left out.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public ImmutableArray<string> Categories(string column) => [.. Text(column).Where(text => text != "").Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A column as labels: the index of each row's text among the classes, <c>int64 [rows]</c>.</summary>
    /// <param name="column">The column.</param>
    /// <param name="classes">The texts there may be, such as the <see cref="Categories"/> of all data there is.</param>
    /// <exception cref="DataException">There is no such column, or a cell is missing or not one of the classes.</exception>
    public Tensor<long> Labels(string column, ImmutableArray<string> classes)
    {
        var index = classes.Index().ToDictionary(c => c.Item, c => (long)c.Index);
        return (Tensor<long>)Convert([column], (_, cell) => index.TryGetValue(cell, out var label) ? label : (long?)null,
            $"is not one of the classes {string.Join(", ", classes.Take(20))}. Correct it, or give its class too.").Reshape([Count]);
    }

    /// <summary>The rows in which none of these columns is missing.</summary>
    /// <exception cref="FunctionalException">There is no such column, or no such row.</exception>
    public Table WithoutMissing(params string[] columns)
    {
        string[][] texts = [.. columns.Select(Text)];
        return Rows([.. Enumerable.Range(0, Count).Where(row => texts.All(text => text[row] != ""))]);
    }

    /// <inheritdoc/>
    protected override Table Choose(ReadOnlySpan<int> chosen)
    {
        var result = ImmutableArray.CreateBuilder<TableRow>(chosen.Length);
        foreach (var row in chosen) result.Add(rows[row]);
        return new(place, Columns, result.MoveToImmutable());
    }

    /// <summary>The cells of columns mapped to elements, row by row.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="element">The element of a cell in one of the columns; null refuses it.</param>
    /// <param name="refusal">What is wrong with a cell that is refused, and how to mend it.</param>
    internal Tensor<T> Convert<T>(IReadOnlyList<string> columns, Func<int, string, T?> element, string refusal) where T : unmanaged
    {
        string[][] texts = [.. columns.Select(Text)];
        var result = new T[Count * columns.Count];
        for (var row = 0; row < Count; row++)
            for (var column = 0; column < columns.Count; column++)
            {
                var cell = texts[column][row];
                result[row * columns.Count + column] = element(column, cell) ?? throw new DataException(
                    $"Table: {place} {rows[row].Number}, column \"{columns[column]}\": " + (cell == "" ? "the value is missing. Fill it in, or choose the rows WithoutMissing." : $"\"{cell}\" {refusal}"));
            }
        return Tensor<T>.Adopt([Count, columns.Count], result);
    }

    /// <summary>The finite number that a cell holds; null where it holds something else.</summary>
    internal static float? Number(string cell) =>
        float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) ? number : null;
}
