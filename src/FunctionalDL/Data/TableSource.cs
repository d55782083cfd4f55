namespace FunctionalDL;

/// <summary>Where the rows of a table come from.</summary>
/// <param name="Place">What errors call a row, up to its number: <c>people.csv, line</c>.</param>
/// <param name="Notation">How numbers are written there.</param>
/// <param name="HasHeader">Whether the columns are named there.</param>
sealed record TableSource(string Place, NumberNotation Notation, bool HasHeader);
