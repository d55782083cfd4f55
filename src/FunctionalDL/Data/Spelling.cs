namespace FunctionalDL;

/// <summary>Names that are nearly another.</summary>
static class Spelling
{
    /// <summary>" Did you mean …?" with the name that takes the fewest changes, where that is at most a third of its letters; otherwise nothing.</summary>
    public static string Suggest(string name, IEnumerable<string> names) =>
        names.MinBy(other => Distance(name, other)) is { } nearest && 3 * Distance(name, nearest) <= nearest.Length ? $" Did you mean \"{nearest}\"?" : "";

    /// <summary>The least number of letters to insert, delete or replace to get from one name to another, capitals or not (Levenshtein 1966).</summary>
    static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (var i = 0; i < a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < b.Length; j++)
                (diagonal, row[j + 1]) = (row[j + 1], Math.Min(diagonal + (char.ToLowerInvariant(a[i]) == char.ToLowerInvariant(b[j]) ? 0 : 1), Math.Min(row[j], row[j + 1]) + 1));
        }
        return row[b.Length];
    }
}
