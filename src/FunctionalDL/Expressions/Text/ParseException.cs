namespace FunctionalDL;

/// <summary>A text is not an expression. The message shows the place: the line, a caret under the column, and the likely repair.</summary>
public class ParseException : FunctionalException
{
    internal ParseException(string problem, string text, int position, string repair) : base(Describe(problem, text, position, repair)) =>
        (Line, Column) = Locate(text, position);

    /// <summary>The line, from 1 on.</summary>
    public int Line { get; }

    /// <summary>The column in that line, from 1 on.</summary>
    public int Column { get; }

    /// <summary>The beginning of a word, where it is too long for a message.</summary>
    internal static string Shown(string word) => word.Length <= 40 ? word : word[..40] + "…";

    static (int Line, int Column) Locate(string text, int position)
    {
        var before = text.AsSpan(0, position);
        return (before.Count('\n') + 1, position - (before.LastIndexOf('\n') + 1) + 1);
    }

    static string Describe(string problem, string text, int position, string repair)
    {
        const int around = 50;
        var (number, column) = Locate(text, position);
        var line = text.Split('\n')[number - 1].TrimEnd('\r');
        var start = Math.Max(0, Math.Min(column - 1 - around, line.Length - 2 * around));
        var shown = line.Substring(start, Math.Min(2 * around, line.Length - start)).Replace('\t', ' ');
        var place = text.Contains('\n') ? $"line {number}, column {column}" : $"column {column}";
        return $"{problem} ({place})\n  {shown}\n  {new string(' ', column - 1 - start)}^\n{repair}";
    }
}
