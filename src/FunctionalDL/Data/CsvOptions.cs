using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace FunctionalDL;

/// <summary>How a CSV file is written.</summary>
public sealed record CsvOptions
{
    /// <summary>
    /// Whether the first line names the columns. If not given, it does where none of its cells is or looks like a number or a date;
    /// <see cref="Table.ToString"/> tells.
    /// </summary>
    public bool? HasHeader { get; init; }

    /// <summary>What stands between two cells.</summary>
    public string Delimiter { get; init; } = ",";

    /// <summary>What stands for a missing value beside an empty cell, in capitals or not.</summary>
    public ImmutableArray<string> Missing { get; init; } = ["NA", "N/A", "#N/A", "<NA>", "NaN", "null", "?"];

    /// <summary>The encoding of a file. If not given, a byte order mark tells, and UTF-8 is read where there is none.</summary>
    public Encoding? Encoding { get; init; }

    /// <summary>What stands between the whole part of a number and its fraction.</summary>
    public char DecimalMark { get; init; } = '.';

    /// <summary>What stands before each three digits of a whole part, as in <c>1,250,000</c>; if not given, nothing may.</summary>
    public char? ThousandsMark { get; init; }

    /// <summary>What may stand before or after a number and is left out, such as <c>€</c>, <c>%</c> or <c>kg</c>: 12 % is the number
    /// 12.</summary>
    public ImmutableArray<string> Units { get; init; } = [];

    /// <summary>
    /// How a date is written, such as <c>yyyy-MM-dd</c> or <c>dd.MM.yyyy HH:mm</c>
    /// (<see cref="DateTime.ParseExact(string, string, IFormatProvider)"/>). A cell written so is the
    /// number of days since the beginning of 1970. If not given, there are no dates.
    /// </summary>
    public string? DateFormat { get; init; }

    /// <summary>How a culture's programs write CSV: its list separator between cells, its decimal and thousands marks, and its short form
    /// of a date.</summary>
    public static CsvOptions Of(CultureInfo culture) => new()
    {
        Delimiter = culture.TextInfo.ListSeparator,
        DecimalMark = culture.NumberFormat.NumberDecimalSeparator[0],
        ThousandsMark = culture.NumberFormat.NumberGroupSeparator is [var mark, ..] ? mark : null,
        DateFormat = culture.DateTimeFormat.ShortDatePattern,
    };

    internal NumberNotation Notation => new(DecimalMark, ThousandsMark, Units, DateFormat);

    /// <exception cref="FunctionalException">A mark has two meanings, or none.</exception>
    internal void Check()
    {
        if (Delimiter.AsSpan().Trim(' ').IsEmpty || Delimiter.AsSpan().ContainsAny("\"\r\n"))
            throw new FunctionalException(
                $"CSV: the delimiter \"{Delimiter}\" cannot stand between cells. Give another, such as a comma, a semicolon or a tab.");
        if (!IsMark(DecimalMark) || DecimalMark == ThousandsMark || ThousandsMark is { } mark && !IsMark(mark))
        {
            throw new FunctionalException(
                $"CSV: decimal mark '{DecimalMark}' and thousands mark '{ThousandsMark}' cannot be told apart in a number. "
                    + "Give others, or no thousands mark.");
        }
    }

    static bool IsMark(char c) => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '+');
}
