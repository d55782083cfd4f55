using System.Collections.Immutable;
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace FunctionalDL;

/// <summary>Reads CSV: commas between cells, quotes as in RFC 4180, space around cells left out.</summary>
public static class CsvFile
{
    /// <summary>A whole file.</summary>
    /// <exception cref="DataException">The file cannot be read, has no rows, or has a row with another number of cells than the first.</exception>
    public static Table Read(string path, CsvOptions? options = null) => ReadParts(path, int.MaxValue, options).Single();

    /// <summary>A text; <paramref name="source"/> is what errors call it.</summary>
    /// <inheritdoc cref="Read(string, CsvOptions)"/>
    public static Table Read(TextReader text, string source, CsvOptions? options = null) => Parts(text, source, int.MaxValue, options ?? new()).Single();

    /// <summary>A file piece by piece as the pieces are asked for, each a table of so many rows and the last of those left, for files too large to hold.</summary>
    /// <exception cref="FunctionalException"><paramref name="size"/> is below 1.</exception>
    /// <inheritdoc cref="Read(string, CsvOptions)"/>
    public static IEnumerable<Table> ReadParts(string path, int size, CsvOptions? options = null)
    {
        if (size < 1) throw new FunctionalException($"CSV: parts of {size} rows. Give 1 or more.");
        return Read();

        IEnumerable<Table> Read()
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CannotRead(path, e);
        }
    }

    static IEnumerable<Table> Parts(TextReader text, string source, int size, CsvOptions options)
    {
        if (options.Delimiter.AsSpan().Trim(' ').IsEmpty || options.Delimiter.AsSpan().ContainsAny("\"\r\n"))
            throw new FunctionalException($"CSV: the delimiter \"{options.Delimiter}\" cannot stand between cells. Give another, such as a comma, a semicolon or a tab.");
        ImmutableArray<string> columns = default;
        var (part, parts) = (ImmutableArray.CreateBuilder<TableRow>(), 0);
        foreach (var row in Rows(text, source, options))
        {
            if (columns.IsDefault)
            {
                var isHeader = options.HasHeader ?? !row.Cells.Any(cell => Table.Number(cell) is not null);
                columns = isHeader ? [.. row.Cells] : [.. row.Cells.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))];
                if (isHeader) continue;
            }
            part.Add(row with { Cells = [.. row.Cells.Select(cell => options.Missing.Contains(cell, StringComparer.OrdinalIgnoreCase) ? "" : cell)] });
            if (part.Count < size) continue;
            yield return new($"{source}, line", columns, part.DrainToImmutable());
            parts++;
        }
        if (part.Count > 0) yield return new($"{source}, line", columns, part.DrainToImmutable());
        else if (parts == 0) throw new DataException($"CSV: {source} {(columns.IsDefault ? "is empty" : "has a header and no rows")}. Give it at least one row.");
    }

    /// <summary>The rows of a text with the line each ends on, read as they are asked for, once each is known to have as many cells as the first.</summary>
    static IEnumerable<TableRow> Rows(TextReader text, string source, CsvOptions options)
    {
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = options.Delimiter,
            TrimOptions = TrimOptions.Trim | TrimOptions.InsideQuotes,
            BadDataFound = bad => throw new DataException(
                $"CSV: {source}, line {bad.Context.Parser?.RawRow}: a quote is out of place in \"{string.Concat(bad.RawRecord.Trim().Take(60))}\". Double quotes inside quotes."),
        });
        TableRow? first = null;
        while (MoveNext(parser, source))
        {
            var row = new TableRow(parser.RawRow, parser.Record!);
            first ??= row;
            if (row.Cells.Length != first.Value.Cells.Length)
                throw new DataException($"CSV: {source}, line {row.Number} has {row.Cells.Length} cells, line {first.Value.Number} has {first.Value.Cells.Length}. Give every row as many.");
            yield return row;
        }
    }

    static bool MoveNext(CsvParser parser, string source)
    {
        try
        {
            return parser.Read();
        }
        catch (IOException e)
        {
            throw CannotRead(source, e);
        }
    }

    static DataException CannotRead(string source, Exception e) => new($"CSV: {source} cannot be read: {e.Message} Check the path.", e);
}
