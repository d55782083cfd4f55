using System.Collections.Immutable;
using System.Globalization;

namespace FunctionalDL;

/// <summary>How the numbers of a table are written; see <see cref="CsvOptions"/>.</summary>
sealed record NumberNotation(char DecimalMark, char? ThousandsMark, ImmutableArray<string> Units, string? DateFormat)
{
    const char Minus = '\u2212';

    /// <summary>Numbers as programs write them: a point, and nothing else.</summary>
    public static NumberNotation Plain { get; } = new('.', null, [], null);

    /// <summary>The finite number that a cell holds; null where it holds something else, or a whole number of more digits than float64
    /// keeps.</summary>
    public double? Read(string cell)
    {
        const DateTimeStyles style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateFormat is not null && DateTime.TryParseExact(cell, DateFormat, CultureInfo.InvariantCulture, style, out var date))
            return (date - DateTime.UnixEpoch).TotalDays;
        return Finite(cell) ?? Written(WithoutUnit(cell));
    }

    double? Finite(ReadOnlySpan<char> text) => DecimalMark == '.' || text.IndexOf('.') < 0 ? Parse(text) : null;

    static double? Parse(ReadOnlySpan<char> text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            return null;
        return Math.Abs(number) < 1L << 53 || IsExact(text.TrimStart("+-0"), Math.Abs(number)) ? number : null;
    }

    /// <summary>Whether a large number is the one that its digits say, if they say all of it.</summary>
    static bool IsExact(ReadOnlySpan<char> digits, double number) =>
        digits.ContainsAnyExceptInRange('0', '9') || digits.SequenceEqual(number.ToString("F0", CultureInfo.InvariantCulture));

    ReadOnlySpan<char> WithoutUnit(ReadOnlySpan<char> text)
    {
        foreach (var unit in Units)
        {
            if (unit.Length > 0 && text.EndsWith(unit, StringComparison.Ordinal)) return text[..^unit.Length].Trim();
            if (unit.Length > 0 && text.StartsWith(unit, StringComparison.Ordinal)) return text[unit.Length..].Trim();
            // The sign may stand before the unit: −€5.
            if (unit.Length > 0 && text is ['-' or '+' or Minus, .. var rest] && rest.StartsWith(unit, StringComparison.Ordinal))
                return $"{text[0]}{rest[unit.Length..].Trim()}";
        }
        return text;
    }

    /// <summary>A number with its own marks, made one with a point. Thousands marks stand before each three digits or nowhere.</summary>
    double? Written(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 100) return null;
        Span<char> plain = stackalloc char[text.Length];
        var (length, digits, lastMark) = (0, 0, -1);
        var isWhole = true;
        foreach (var c in text)
        {
            if (isWhole && c == ThousandsMark)
            {
                if (lastMark < 0 ? digits is < 1 or > 3 : digits != 3) return null;
                (digits, lastMark) = (0, length);
                continue;
            }
            if (char.IsAsciiDigit(c)) digits++;
            else if (c is not ('-' or '+' or Minus) || length > 0)
            {
                if (isWhole && lastMark >= 0 && digits != 3 || c == '.' && DecimalMark != '.') return null;
                isWhole = false;
            }
            plain[length++] = AsProgramsWrite(c);
        }
        if (isWhole && lastMark >= 0 && digits != 3) return null;
        return Parse(plain[..length]);
    }

    char AsProgramsWrite(char c)
    {
        if (c == Minus) return '-';
        return c == DecimalMark ? '.' : c;
    }
}
