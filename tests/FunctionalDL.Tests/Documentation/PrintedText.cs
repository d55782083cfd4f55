using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FunctionalDL.Tests.Documentation;

/// <summary>
/// Compares what a program printed with what a page shows. <c>…</c> stands for anything within a line, and as a line of its own for any
/// lines. Whole numbers are equal, other numbers agree within 1 %, since another machine's instruction set rounds otherwise; numbers in
/// powers of ten, which are errors and differences, within a factor of ten; times may be any.
/// </summary>
static partial class PrintedText
{
    const string Number = @"(?<![\w.])[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+−]\d+)?";

    [GeneratedRegex($@"…|(?<number>{Number})(?<time> (?:s|ms|µs)\b)?")]
    private static partial Regex Free();

    /// <summary>
    /// The first line of the page that was not printed, or the first that was printed and is not shown; null where there is neither.
    /// </summary>
    public static string? Difference(string shown, string printed)
    {
        var lines = Lines(printed);
        var (at, isFree) = (0, false);
        foreach (var line in Lines(shown))
        {
            if (line == "…")
            {
                isFree = true;
                continue;
            }
            var found = isFree ? lines.FindIndex(at, p => Agrees(line, p)) : at < lines.Count && Agrees(line, lines[at]) ? at : -1;
            if (found < 0) return $"shown:   {line}\nprinted: {(at < lines.Count ? lines[at] : "nothing more")}";
            (at, isFree) = (found + 1, false);
        }
        return isFree || at == lines.Count ? null : $"printed, and not shown: {lines[at]}";
    }

    static List<string> Lines(string text) => [.. text.ReplaceLineEndings("\n").Trim('\n').Split('\n').Select(line => line.TrimEnd())];

    static bool Agrees(string shown, string printed)
    {
        var (pattern, end) = (new StringBuilder("^"), 0);
        var numbers = new List<Match>();
        foreach (Match free in Free().Matches(shown))
        {
            pattern.Append(Regex.Escape(shown[end..free.Index]));
            end = free.Index + free.Length;
            if (free.Value == "…") pattern.Append(".*?");
            else if (free.Groups["time"] is { Success: true, Value: var unit }) pattern.Append(Number).Append(Regex.Escape(unit));
            else
            {
                pattern.Append('(').Append(Number).Append(')');
                numbers.Add(free);
            }
        }
        var match = Regex.Match(printed, pattern.Append(Regex.Escape(shown[end..])).Append('$').ToString());
        return match.Success && numbers.Select((n, i) => AreNear(n.Value, match.Groups[i + 1].Value)).All(near => near);
    }

    static bool AreNear(string shown, string printed)
    {
        var (a, b) = (Value(shown), Value(printed));
        if (shown.Contains('e')) return a == b || b / a is > 0.1 and < 10;
        return shown.Contains('.') ? Math.Abs(a - b) <= 0.01 * Math.Abs(a) : a == b;
    }

    static double Value(string number) => double.Parse(number.Replace('−', '-').Replace(",", ""), CultureInfo.InvariantCulture);
}
