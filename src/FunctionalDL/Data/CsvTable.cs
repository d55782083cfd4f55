using System.Collections.Immutable;
using System.Globalization;

namespace FunctionalDL;

/// <summary>
/// A table of text read from a CSV file: named columns, rows of as many cells. Cells become numbers or labels where tensors are made of them;
/// <see cref="TableEncoder"/> makes features of both, and of missing values. Immutable.
/// </summary>
public sealed class CsvTable : RowSet<CsvTable>
{
    readonly string source;
    readonly ImmutableArray<CsvRow> rows;

    CsvTable(string source, ImmutableArray<string> columns, ImmutableArray<CsvRow> rows) => (this.source, Columns, this.rows) = (source, columns, rows);

    /// <summary>The columns' names; without a header "0", "1", ….</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>The number of rows, the header not counted.</summary>
    public override int Count => rows.Length;

    /// <summary>Reads a whole file: commas between cells, quotes as in RFC 4180, space around cells left out.</summary>
    /// <exception cref="DataException">The file cannot be read, has no rows, or has a row with another number of cells than the first.</exception>
    public static CsvTable Read(string path, CsvOptions? options = null) => ReadParts(path, int.MaxValue, options).Single();

    /// <summary>Reads text; <paramref name="source"/> is what errors call it.</summary>
    /// <inheritdoc cref="Read(string, CsvOptions)"/>
    public static CsvTable Read(TextReader text, string source, CsvOptions? options = null) => Parts(text, source, int.MaxValue, options ?? new()).Single();

    /// <summary>Reads a file piece by piece as the pieces are asked for, each a table of so many rows and the last of those left, for files too large to hold.</summary>
    /// <exception cref="FunctionalException"><paramref name="size"/> is below 1.</exception>
    /// <inheritdoc cref="Read(string, CsvOptions)"/>
    public static IEnumerable<CsvTable> ReadParts(string path, int size, CsvOptions? options = null)
    {
        if (size < 1) throw new FunctionalException($"CSV: parts of {size} rows. Give 1 or more.");
        return Read();

        IEnumerable<CsvTable> Read()
        {
            using var reader = Open(path);
            foreach (var part in Parts(reader, path, size, options ?? new())) yield return part;
        }
    }

    static StreamReader Open(string path)
    {
        try
        {
            return new(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CsvRow.CannotRead(path, e);
        }
    }

    static IEnumerable<CsvTable> Parts(TextReader text, string source, int size, CsvOptions options)
    {
        ImmutableArray<string> columns = default;
        var (part, parts) = (ImmutableArray.CreateBuilder<CsvRow>(), 0);
        foreach (var row in CsvRow.Read(text, source, options))
        {
            if (columns.IsDefault)
            {
                var isHeader = options.HasHeader ?? !row.Cells.Any(cell => Number(cell) is not null);
                columns = isHeader ? [.. row.Cells] : [.. row.Cells.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))];
                if (columns.Distinct().Count() != columns.Length) throw new DataException($"CSV: {source} has two columns of one name: {string.Join(", ", columns)}. Rename one.");
                if (isHeader) continue;
            }
            part.Add(row);
            if (part.Count < size) continue;
            yield return new(source, columns, part.DrainToImmutable());
            parts++;
        }
        if (part.Count > 0) yield return new(source, columns, part.DrainToImmutable());
        else if (parts == 0) throw new DataException($"CSV: {source} {(columns.IsDefault ? "is empty" : "has a header and no rows")}. Give it at least one row.");
    }

    /// <summary>The cells of a column as they stand, "" where a value is missing.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public string[] Text(string column)
    {
        var at = Columns.IndexOf(column);
        return at >= 0 ? [.. rows.Select(row => row.Cells[at])]
            : throw new DataException($"CSV: {source} has no column \"{column}\". There are: {string.Join(", ", Columns)}.");
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
    public CsvTable WithoutMissing(params string[] columns)
    {
        string[][] texts = [.. columns.Select(Text)];
        return Rows([.. Enumerable.Range(0, Count).Where(row => texts.All(text => text[row] != ""))]);
    }

    private protected override CsvTable Choose(ReadOnlySpan<int> chosen)
    {
        var result = ImmutableArray.CreateBuilder<CsvRow>(chosen.Length);
        foreach (var row in chosen) result.Add(rows[row]);
        return new(source, Columns, result.MoveToImmutable());
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
                    $"CSV: {source}, line {rows[row].Line}, column \"{columns[column]}\": " + (cell == "" ? "the value is missing. Fill it in, or choose the rows WithoutMissing." : $"\"{cell}\" {refusal}"));
            }
        return Tensor<T>.Adopt([Count, columns.Count], result);
    }

    /// <summary>The finite number that a cell holds; null where it holds something else.</summary>
    internal static float? Number(string cell) =>
        float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) ? number : null;
}
