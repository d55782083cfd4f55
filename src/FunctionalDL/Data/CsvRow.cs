using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace FunctionalDL;

/// <summary>A row of a CSV file: the line it ends on and its cells, "" where a value is missing.</summary>
readonly record struct CsvRow(int Line, string[] Cells)
{
    /// <summary>The rows of a text, read as they are asked for, once each is known to have as many cells as the first.</summary>
    public static IEnumerable<CsvRow> Read(TextReader text, string source, CsvOptions options)
    {
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = options.Delimiter,
            TrimOptions = TrimOptions.Trim | TrimOptions.InsideQuotes,
            BadDataFound = bad => throw new DataException($"CSV: {source}, line {bad.Context.Parser?.RawRow}: a quote is out of place in \"{bad.RawRecord.Trim()}\". Double quotes inside quotes."),
        });
        CsvRow? first = null;
        while (MoveNext(parser, source))
        {
            var row = new CsvRow(parser.RawRow, [.. parser.Record!.Select(cell => options.Missing.Contains(cell, StringComparer.OrdinalIgnoreCase) ? "" : cell)]);
            first ??= row;
            if (row.Cells.Length != first.Value.Cells.Length)
                throw new DataException($"CSV: {source}, line {row.Line} has {row.Cells.Length} cells, line {first.Value.Line} has {first.Value.Cells.Length}. Give every row as many.");
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

    public static DataException CannotRead(string source, Exception e) => new($"CSV: {source} cannot be read: {e.Message} Check the path.", e);
}
