namespace FunctionalDL;

/// <summary>What stands between the cells of a file that was read with something else.</summary>
static class Delimiters
{
    /// <summary>The repair where another mark is equally often in each of the first rows, and nothing where none is.</summary>
    public static string Suggest(CsvOptions options, params ReadOnlySpan<string[]> rows)
    {
        foreach (var mark in ";\t,|")
        {
            if (options.Delimiter.Contains(mark) || mark == options.DecimalMark && options.DecimalMark != '.') continue;
            var count = Count(rows[0], mark);
            var isSame = count > 0;
            foreach (var row in rows)
                isSame &= Count(row, mark) == count;
            if (isSame)
                return $" Each of the first rows has {count} {Name(mark)}: give CsvOptions.Delimiter = "
                    + $"\"{(mark == '\t' ? "\\t" : mark)}\".";
        }
        return "";
    }

    static int Count(string[] cells, char mark) => cells.Sum(cell => cell.AsSpan().Count(mark));

    static string Name(char mark) => mark == '\t' ? "tab(s)" : $"'{mark}'";
}
