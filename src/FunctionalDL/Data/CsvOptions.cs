using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>How a CSV file is written.</summary>
public sealed record CsvOptions
{
    /// <summary>Whether the first line names the columns. If not given, it does where none of its cells is a number.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>What stands between two cells.</summary>
    public string Delimiter { get; init; } = ",";

    /// <summary>What stands for a missing value beside an empty cell, in capitals or not.</summary>
    public ImmutableArray<string> Missing { get; init; } = ["NA", "N/A", "NaN", "null", "?"];
}
