using System.Collections.Immutable;
using System.Globalization;

namespace FunctionalDL;

/// <summary>
/// Reads CSV as RFC 4180 writes it: commas between cells; a cell in quotes is as it stands between them, space around another is left out.
/// A line without any character is
/// left out, except where a table has a single column: there it is a missing value, unless nothing follows. See <see cref="CsvOptions"/>
/// for other marks and encodings.
/// </summary>
public static class CsvFile
{
    /// <summary>A whole file.</summary>
    /// <exception cref="DataException">
    /// The file cannot be read, has no rows, has bytes that are not of its encoding, a quote out of place, or a row with another number of
    /// cells than the first.
    /// </exception>
    public static Table Read(string path, CsvOptions? options = null) => ReadParts(path, int.MaxValue, options).Single();

    /// <summary>A text; <paramref name="source"/> is what errors call it.</summary>
    /// <inheritdoc cref="Read(string, CsvOptions)"/>
    public static Table Read(TextReader text, string source, CsvOptions? options = null) =>
        Parts(text, source, int.MaxValue, options ?? new()).Single();

    /// <summary>
    /// A file piece by piece as the pieces are asked for, each a table of so many rows and the last of those left, for files too large to
    /// hold.
    /// </summary>
    /// <exception cref="FunctionalException"><paramref name="size"/> is below 1.</exception>
    /// <inheritdoc cref="Read(string, CsvOptions)"/>
    public static IEnumerable<Table> ReadParts(string path, int size, CsvOptions? options = null)
    {
        if (size < 1) throw new FunctionalException($"CSV: parts of {size} rows. Give 1 or more.");
        return Read();

        IEnumerable<Table> Read()
        {
            using var text = new DecodedText(path, options?.Encoding);
            foreach (var part in Parts(text, path, size, options ?? new())) yield return part;
        }
    }

    static IEnumerable<Table> Parts(TextReader text, string source, int size, CsvOptions options)
    {
        options.Check();
        var missing = options.Missing.ToHashSet(StringComparer.OrdinalIgnoreCase);
        TableSource? table = null;
        ImmutableArray<string> columns = [];
        var (part, parts) = (ImmutableArray.CreateBuilder<TableRow>(), 0);
        foreach (var row in Rows(text, source, options))
        {
            if (table is null)
            {
                table = new(
                    $"{source}, line",
                    options.Notation,
                    options.HasHeader ?? !row.Cells.Any(cell => IsLikeNumber(cell, options.Notation)));
                columns = table.HasHeader ? [.. row.Cells] : [.. row.Cells.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))];
                if (table.HasHeader) continue;
            }
            foreach (ref var cell in row.Cells.AsSpan())
                if (missing.Contains(cell)) cell = "";
            part.Add(row);
            if (part.Count < size) continue;
            yield return new(table, columns, part.DrainToImmutable());
            parts++;
        }
        if (part.Count > 0)
            yield return new(table!, columns, part.DrainToImmutable());
        else if (parts == 0)
            throw new DataException(
                $"CSV: {source} {(table is null ? "is empty" : "has a header and no rows")}. Give it at least one row.");
    }

    static bool IsLikeNumber(string cell, NumberNotation notation) =>
        notation.Read(cell) is not null || NumberHint.Of(cell, notation) is not null;

    /// <summary>The rows of a text with the line each begins on, read as they are asked for, once each is known to have as many cells as
    /// the first.</summary>
    static IEnumerable<TableRow> Rows(TextReader text, string source, CsvOptions options)
    {
        var reader = new CsvReader(text, source, options.Delimiter);
        TableRow? first = null;
        var (isSecond, mayBeOther) = (false, false);
        var empty = new List<TableRow>();
        while (reader.Read() is { } row)
        {
            if (reader.IsEmpty)
            {
                if (first is { Cells.Length: 1 }) empty.Add(row);
                continue;
            }
            if (first is null)
            {
                (first, mayBeOther) = (row, !reader.HasQuotes);
                yield return row;
                isSecond = true;
                continue;
            }
            var hint = isSecond ? Delimiters.Suggest(options, first.Value.Cells, row.Cells) : "";
            if (hint != "" && mayBeOther && row.Cells.Length == 1 && first.Value.Cells.Length == 1)
                throw new DataException(
                    $"CSV: {source}, line {row.Number} is a single cell, \"{row.Cells[0]}\".{hint} In quotes it would be one cell.");
            if (row.Cells.Length != first.Value.Cells.Length)
            {
                throw new DataException($"CSV: {source}, line {row.Number} has {row.Cells.Length} cells, line {first.Value.Number} has "
                    + $"{first.Value.Cells.Length}.{(hint != "" ? hint : " Give every row as many.")}");
            }
            isSecond = false;
            foreach (var line in empty) yield return line;
            empty.Clear();
            yield return row;
        }
    }
}
