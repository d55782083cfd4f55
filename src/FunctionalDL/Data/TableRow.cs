namespace FunctionalDL;

/// <summary>A row of a table: where it stands in its source, and its cells, "" where a value is missing.</summary>
readonly record struct TableRow(int Number, string[] Cells);
