using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Data;

/// <summary>Random tables, written as RFC 4180 says by a writer of its own, in many ways of writing the same, come back cell by
/// cell.</summary>
public class CsvOracleTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static readonly string[] Delimiters = [",", ";", "\t", "|", "::"];

    static readonly Encoding[] Encodings =
    [
        new UTF8Encoding(false),
        new UTF8Encoding(true),
        Encoding.Unicode,
        Encoding.BigEndianUnicode,
        Encoding.UTF32,
        new UTF32Encoding(bigEndian: true, byteOrderMark: true),
    ];

    static readonly Gen<string> Cell = Gen.OneOf(
        Gen.Elements(
            "",
            " ",
            "a",
            " b ",
            "\"",
            "\"\"",
            "a\"b",
            "x,y",
            "1;2",
            "\t",
            "|",
            "::",
            ":",
            "line\nline",
            "line\r\nline",
            "\r",
            "\n",
            "\uFEFF",
            "NA",
            "null",
            "#",
            "'",
            "é",
            "漢字",
            "🙂",
            "\u00a0x"),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => Legal(text.Get)),
        Gen.Choose(4000, 70_000).Select(length => new string('é', length)));

    /// <summary>Characters that a text may hold: no 0, and no half of a pair.</summary>
    static string Legal(string text) => string.Concat(text.EnumerateRunes().Where(rune => rune.Value is not (0 or 0xFFFD)));

    static string Write(string[] cells, string delimiter, bool quotesAll)
    {
        // A lone empty cell without quotes would be an empty line; space is kept in quotes alone.
        bool NeedsQuotes(string cell) =>
            quotesAll
            || cells.Length == 1 && cell == ""
            || cell.Trim() != cell
            || cell.AsSpan().ContainsAny("\"\r\n\uFEFF")
            || cell.Contains(delimiter[0]);
        return string.Join(delimiter, cells.Select(cell => NeedsQuotes(cell) ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell));
    }

    static readonly Gen<string[][]> Tables =
        from columns in Gen.Choose(1, 4)
        from rows in Gen.Choose(1, 6)
        from cells in Cell.ArrayOf(columns * rows)
        select cells.Chunk(columns).ToArray();

    [Property(MaxTest = 300)]
    public Property Any_table_comes_back_as_it_was_written() =>
        Prop.ForAll(
            Tables.ToArbitrary(),
            Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
            (rows, seed) =>
            {
                var random = new Random(seed);
                var (delimiter, encoding) = (Delimiters[random.Next(Delimiters.Length)], Encodings[random.Next(Encodings.Length)]);
                var (end, quotesAll, endsLast) = (
                    random.Next(3) switch
                    {
                        0 => "\n",
                        1 => "\r\n",
                        _ => "\r",
                    },
                    random.Next(2) == 0,
                    random.Next(2) == 0);
                string[] names = [.. rows[0].Select((_, i) => $"column {i}")];
                var text = string.Join(end, rows.Prepend(names).Select(row => Write(row, delimiter, quotesAll))) + (endsLast ? end : "");
                var path = Path.Combine(folder, "table.csv");
                File.WriteAllText(path, text, encoding);
                var parts = CsvFile
                    .ReadParts(
                        path,
                        random.Next(1, 8),
                        new()
                        {
                            HasHeader = true,
                            Delimiter = delimiter,
                            Missing = [],
                        })
                    .ToArray();
                Assert.All(parts, part => Assert.Equal(names, part.Columns.AsEnumerable()));
                var (expected, actual) = (rows.Select(row => string.Join("\u241F", row)), parts.SelectMany(part => Cells(part)));
                Assert.Equal(expected, actual);
            });

    static IEnumerable<string> Cells(Table table)
    {
        string[][] columns = [.. table.Columns.Select(table.Text)];
        return Enumerable.Range(0, table.Count).Select(row => string.Join("\u241F", columns.Select(column => column[row])));
    }
}
