using System.Collections.Immutable;
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace FunctionalDL;

/// <summary>A table of text read from a CSV file: named columns, rows of as many cells. Cells become numbers where tensors are made of them.</summary>
public sealed class CsvTable
{
    readonly string source;
    readonly ImmutableArray<(int Line, string[] Cells)> rows;

    CsvTable(string source, ImmutableArray<string> columns, ImmutableArray<(int, string[])> rows) => (this.source, Columns, this.rows) = (source, columns, rows);

    /// <summary>The columns' names; without a header "0", "1", ….</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>The number of rows, the header not counted.</summary>
    public int Count => rows.Length;

    /// <summary>Reads a file: comma-separated, quotes as in RFC 4180, the first line taken as a header where none of its cells is a number.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hasHeader">Whether the first line is a header; guessed if not given.</param>
    /// <exception cref="DataException">The file cannot be read, is empty, or has a row with another number of cells than the first.</exception>
    public static CsvTable Read(string path, bool? hasHeader = null)
    {
        try
        {
            using var reader = new StreamReader(path);
            return Read(reader, path, hasHeader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"CSV: {path} cannot be read: {e.Message} Check the path.", e);
        }
    }

    /// <summary>Reads text; <paramref name="source"/> is what errors call it.</summary>
    /// <inheritdoc cref="Read(string, bool?)"/>
    public static CsvTable Read(TextReader text, string source, bool? hasHeader = null)
    {
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            BadDataFound = bad => throw new DataException($"CSV: {source}, line {bad.Context.Parser?.RawRow}: a quote is out of place in \"{bad.RawRecord.Trim()}\". Double quotes inside quotes."),
        });
        var rows = ImmutableArray.CreateBuilder<(int Line, string[] Cells)>();
        while (parser.Read())
        {
            var cells = parser.Record!;
            if (rows.Count > 0 && cells.Length != rows[0].Cells.Length)
                throw new DataException($"CSV: {source}, line {parser.RawRow} has {cells.Length} cells, line {rows[0].Line} has {rows[0].Cells.Length}. Give every row as many.");
            rows.Add((parser.RawRow, cells));
        }
        if (rows.Count == 0) throw new DataException($"CSV: {source} is empty. Give it at least one row.");
        var header = hasHeader ?? !rows[0].Cells.Any(cell => TryNumber(cell, out _));
        ImmutableArray<string> columns = header ? [.. rows[0].Cells.Select(c => c.Trim())] : [.. rows[0].Cells.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))];
        if (columns.Distinct().Count() != columns.Length) throw new DataException($"CSV: {source} has two columns of one name: {string.Join(", ", columns)}. Rename one.");
        if (header) rows.RemoveAt(0);
        return rows.Count > 0 ? new(source, columns, rows.ToImmutable()) : throw new DataException($"CSV: {source} has a header and no rows. Give it at least one.");
    }

    /// <summary>The cells of a column as they stand, without the space around them.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public string[] Text(string column)
    {
        var at = Columns.IndexOf(column);
        return at >= 0 ? [.. rows.Select(row => row.Cells[at].Trim())]
            : throw new DataException($"CSV: {source} has no column \"{column}\". There are: {string.Join(", ", Columns)}.");
    }

    /// <summary>Columns as numbers: <c>float32 [rows, columns]</c>.</summary>
    /// <exception cref="DataException">There is no such column, or a cell is not a number.</exception>
    public Tensor<float> Numbers(params string[] columns)
    {
        string[][] texts = [.. columns.Select(Text)];
        var result = new float[Count * columns.Length];
        for (var row = 0; row < Count; row++)
            for (var column = 0; column < columns.Length; column++)
                result[row * columns.Length + column] = TryNumber(texts[column][row], out var number) ? number
                    : throw new DataException($"CSV: {source}, line {rows[row].Line}, column \"{columns[column]}\": \"{texts[column][row]}\" is not a number. Correct it, or read the column as categories.");
        return Tensor<float>.Adopt([Count, columns.Length], result);
    }

    /// <summary>A column as labels: its different texts in order of first appearance, and for each row the index of its own.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public (Tensor<long> Labels, ImmutableArray<string> Classes) Labels(string column)
    {
        var text = Text(column);
        ImmutableArray<string> classes = [.. text.Distinct()];
        var index = classes.Index().ToDictionary(c => c.Item, c => (long)c.Index);
        return (Tensor<long>.Adopt([Count], [.. text.Select(t => index[t])]), classes);
    }

    static bool TryNumber(string text, out float number) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
