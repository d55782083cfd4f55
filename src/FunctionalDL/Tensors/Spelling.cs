namespace FunctionalDL;

/// <summary>Names that are nearly another.</summary>
static class Spelling
{
    /// <summary>" Did you mean …?" with the <see cref="Nearest"/> name, if there is one; otherwise nothing.</summary>
    public static string Suggest(string name, IEnumerable<string> names) =>
        Nearest(name, names) is { } nearest ? $" Did you mean \"{nearest}\"?" : "";

    /// <summary>
    /// The name that takes the fewest changes, where that is one, or at most a third of its letters; of several, one that begins alike.
    /// Capitals do not count.
    /// </summary>
    public static string? Nearest(string name, IEnumerable<string> names)
    {
        var lower = name.ToLowerInvariant();
        int Most(string other) => Math.Max(1, Math.Max(name.Length, other.Length) / 3);
        return names.Where(other => Math.Abs(other.Length - name.Length) <= Most(other))
            .Select(other => (Name: other, Changes: Distance(lower, other.ToLowerInvariant())))
            .Where(n => n.Changes < name.Length && n.Changes <= Most(n.Name))
            .OrderBy(n => n.Changes).ThenBy(n => char.ToLowerInvariant(n.Name[0]) == lower[0] ? 0 : 1).FirstOrDefault().Name;
    }

    /// <summary>
    /// The least number of letters to insert, remove, replace or exchange with a neighbour to make one word of another (Damerau 1964).
    /// </summary>
    static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            for (var j = 0; j <= b.Length; j++)
            {
                d[i, j] =
                    i == 0 || j == 0
                        ? i + j
                        : Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }
}
