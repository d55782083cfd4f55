using System.Globalization;
using System.Text;

namespace FunctionalDL;

/// <summary>A table as text to look at: a line for each column.</summary>
static class TableText
{
    const int RowsLookedAt = 1000, ColumnsShown = 30, CellsShown = 5, WidestName = 24, WidestCell = 16;

    public static string Of(Table table)
    {
        var head = table.Take(Math.Min(table.Count, RowsLookedAt));
        var text = new StringBuilder(
            string.Create(CultureInfo.InvariantCulture, $"{table.Count:N0} rows, {table.Columns.Length:N0} columns, ")
        ).Append(table.HasHeader ? "named" : "without names");
        if (head.Count < table.Count)
            text.Append(CultureInfo.InvariantCulture, $"; what they hold by the first {head.Count:N0} rows");
        string[] shown = [.. table.Columns.Take(ColumnsShown)];
        string[] names = [.. shown.Select(name => Short(name, WidestName))];
        string[] kinds = [.. shown.Select(name => Kind(head, name))];
        for (var i = 0; i < shown.Length; i++)
        {
            var cells = head.Text(shown[i]).Take(CellsShown).Select(cell => cell == "" ? "(missing)" : Short(cell, WidestCell));
            text.AppendLine()
                .Append("  ")
                .Append(names[i].PadRight(names.Max(name => name.Length) + 2))
                .Append(kinds[i].PadRight(kinds.Max(kind => kind.Length) + 2))
                .AppendJoin(", ", cells)
                .Append(table.Count > CellsShown ? ", …" : "");
        }
        if (table.Columns.Length > shown.Length)
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  … and {table.Columns.Length - shown.Length:N0} more");
        return text.ToString();
    }

    static string Kind(Table table, string column)
    {
        string[] known = [.. table.Text(column).Where(cell => cell != "")];
        var numbers = known.Count(cell => table.Notation.Read(cell) is not null);
        var kind =
            numbers == known.Length ? "numbers" : string.Create(CultureInfo.InvariantCulture, $"{known.Distinct().Count():N0} texts");
        if (numbers > 0 && numbers < known.Length)
            kind += string.Create(CultureInfo.InvariantCulture, $", {numbers:N0} numbers among them");
        if (known.Length == 0)
            return "nothing";
        return known.Length == table.Count
            ? kind
            : string.Create(CultureInfo.InvariantCulture, $"{kind}, {table.Count - known.Length:N0} missing");
    }

    static string Short(string text, int width)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= width ? line : line[..(width - 1)] + "…";
    }
}
