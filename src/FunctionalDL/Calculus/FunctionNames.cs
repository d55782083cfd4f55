namespace FunctionalDL;

/// <summary>What a function calls its variables.</summary>
static class FunctionNames
{
    /// <summary>The parameters of a lambda by its source, such as <c>(w1, w2) => …</c>; the given names where it is none.</summary>
    public static string[] Of(string source, params string[] otherwise)
    {
        var arrow = source.IndexOf("=>", StringComparison.Ordinal);
        if (arrow < 0) return otherwise;
        string[] names = [.. source[..arrow].Replace('(', ' ').Replace(')', ' ').Split(',').Select(name => name.Trim().Split(' ')[^1])];
        return names.Length == otherwise.Length && names.All(IsName) && names.Distinct().Count() == names.Length ? names : otherwise;
    }

    static bool IsName(string name) =>
        name.Length > 0 && name != "_" && !char.IsDigit(name[0]) && name.All(c => char.IsLetterOrDigit(c) || c == '_');

    /// <summary>A name not taken yet, which then is: the name itself, or with a number after it.</summary>
    public static string Free(string name, HashSet<string> taken)
    {
        var free = name;
        for (var i = 2; !taken.Add(free); i++) free = name + i;
        return free;
    }
}
