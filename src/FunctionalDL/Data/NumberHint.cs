using System.Text.RegularExpressions;

namespace FunctionalDL;

/// <summary>What a cell that is no number was perhaps meant to be, and how to have it read: <c>looks like …. Give …</c>.</summary>
static partial class NumberHint
{
    /// <summary>What is wrong with a cell that looks like a number or a date, and the repair; null for any other text.</summary>
    public static string? Of(string cell, NumberNotation notation)
    {
        if (cell.Length > 60) return null;
        if (Infinity().IsMatch(cell)) return "is not a finite number. Correct it, or mark it as missing (CsvOptions.Missing)";
        if (!cell.AsSpan().ContainsAnyInRange('0', '9')) return null;
        if (cell.Length > 15 && !cell.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return "has more digits than float64 keeps. Take it in int64, Numbers(DType.Int64, …), name the column as categorical, or "
                + "leave it out";
        if (Date().IsMatch(cell))
            return "looks like a date or a time. Give its form, CsvOptions.DateFormat = \"yyyy-MM-dd\" say, or leave the column out";
        var number = Affix().Replace(cell, "");
        if (number != cell && Number().IsMatch(number))
            return $"looks like a number with a unit. Give it: CsvOptions.Units = [\"{Affix().Match(cell).Value.Trim()}\"]"
                + (Marks(number, notation) is { } also ? $", and {also}" : "");
        if (!Number().IsMatch(cell))
            return null;
        if (cell[0] == '(')
            return "looks like a negative number in parentheses. Write it with a minus";
        return Marks(cell, notation) is { } marks
            ? $"looks like a number with other marks. Give {marks}"
            : "looks like a number. Write it with digits, one decimal mark, and its sign before it";
    }

    /// <summary>The unit of a text that is a number and a unit, such as <c>kg</c> of <c>12.5 kg</c>; null for any other text.</summary>
    public static string? Unit(string cell) => Measure().Match(cell) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>The options by which a number with these marks is read, null where they need not change.</summary>
    static string? Marks(string number, NumberNotation notation)
    {
        var (comma, point) = (number.LastIndexOf(','), number.LastIndexOf('.'));
        var space = number.AsSpan().Trim().IndexOfAny(" '’_\u00a0\u202f\u2009");
        if (space >= 0) return Options(comma > point ? ',' : '.', number.Trim()[space]);
        if (comma >= 0 && point >= 0) return comma > point ? Options(',', '.') : Options('.', ',');
        var mark = comma >= 0 ? ',' : '.';
        if (Math.Max(comma, point) < 0) return null;
        var count = number.Count(c => c == mark);
        if (count > 1)
            return Options(mark == ',' ? '.' : ',', mark);
        if (mark == notation.DecimalMark)
            return null;
        return Grouped().IsMatch(number)
            ? $"CsvOptions.ThousandsMark = '{mark}' if thousands are meant, or CsvOptions.DecimalMark = '{mark}'"
            : $"CsvOptions.DecimalMark = '{mark}'";

        string Options(char decimalMark, char thousands) =>
            (decimalMark == notation.DecimalMark ? "" : $"CsvOptions.DecimalMark = '{decimalMark}' and ")
            + $"CsvOptions.ThousandsMark = '{thousands}'";
    }

    const RegexOptions Settings = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"^[-+−]?(∞|inf(inity)?)$", Settings)]
    internal static partial Regex Infinity();

    [GeneratedRegex(
        @"^((\d{4}([-/.])\d{1,2}\3\d{1,2}|\d{1,2}([-/.])\d{1,2}\4(\d{4}|\d{2})|\d{4}[-/](0?[1-9]|1[0-2])|(0?[1-9]|1[0-2])[-/]\d{4}"
            + @"|\d{1,2}\.?[- ]\p{L}{3,9}\.?[-, ]+\d{2,4}|\p{L}{3,9}\.? \d{1,2},? \d{4})"
            + @"([T ,]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)( ?[ap]m)?"
            + @"( ?(Z|UTC|[-+]\d{2}:?\d{2}))?$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    internal static partial Regex Date();

    [GeneratedRegex(
        $@"(?<=^[-+−]?)\s*(\p{{Sc}}|({Currencies})(?=[ \d]))\s*|\s*(\p{{Sc}}|[%‰°]|(?<=[\d ])({Currencies}))\s*$", Settings)]
    internal static partial Regex Affix();

    const string Currencies = "EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|CAD|AUD|BRL|RUB|TRY|KRW";

    [GeneratedRegex(
        @"^\(?[-+−]?\s?(\d{1,3}(?<mark>[.,'’_ \u00a0\u202f\u2009])\d{3}(\k<mark>\d{3})*([.,]\d+)?"
            + @"|\d{1,3}(,\d{2})*,\d{3}(\.\d+)?|\d*[.,]?\d+|\d+[.,])(e[-+]?\d+)?[-−]?\)?$",
        Settings
    )]
    internal static partial Regex Number();

    [GeneratedRegex(@"^[-+−]?[1-9]\d{0,2}[.,]\d{3}$", Settings)]
    internal static partial Regex Grouped();

    [GeneratedRegex(@"^[-+−]?\d[\d.,]*\s*([\p{L}°µ%/²³]+)$", RegexOptions.CultureInvariant)]
    internal static partial Regex Measure();
}
