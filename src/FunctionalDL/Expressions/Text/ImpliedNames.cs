namespace FunctionalDL;

/// <summary>Which words are one name, and which may be several names side by side, meant as a product.</summary>
static class ImpliedNames
{
    /// <summary>Words longer than this are names.</summary>
    const int LongestProduct = 16;

    /// <summary>Whether a word is one name beyond doubt: a letter, perhaps with a number and an index, as in x, w12 or x_max.</summary>
    public static bool IsOne(string word) =>
        PartAt(word, 0) is var length && (length == word.Length || length > 0 && word[length] is '_' or '′');

    /// <summary>A variable's name that is made of the names of other variables, as xy is beside x and y; null if there is none.</summary>
    public static string? Glued(IReadOnlyCollection<string> names)
    {
        var letters = names.Where(name => PartAt(name, 0) == name.Length).ToHashSet();
        return letters.Count == 0
            ? null
            : names.FirstOrDefault(name =>
                Parts(name) is { Count: > 1 } parts
                && parts.All(part => part == "e" || letters.Contains(part))
                && parts.Any(letters.Contains));
    }

    /// <summary>The letters of a word, each with the number after it; none where it is not made of these.</summary>
    public static List<string> Parts(string word)
    {
        var parts = new List<string>();
        for (var at = 0; at < word.Length; at += parts[^1].Length)
        {
            if (word.Length > LongestProduct || PartAt(word, at) is not (> 0 and var length)) return [];
            parts.Add(word.Substring(at, length));
        }
        return parts;
    }

    /// <summary>The length of a letter and the number after it at a place of a word; 0 where there is no letter.</summary>
    static int PartAt(string word, int at)
    {
        if (!char.IsLetter(word[at])) return 0;
        var end = at + 1;
        while (end < word.Length && char.IsAsciiDigit(word[end])) end++;
        return end - at;
    }
}
