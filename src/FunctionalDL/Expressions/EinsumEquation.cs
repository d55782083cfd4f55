namespace FunctionalDL;

/// <summary>
/// An equation of <see cref="Functions.Einsum"/>, read: a label for each axis of the operands and of the result. Letters are labels by
/// their codes; the axes of an ellipsis have negative ones, −1 the last.
/// </summary>
sealed record EinsumEquation(int[][] Operands, int[] Result)
{
    const string Ellipsis = "...";

    /// <summary>Reads an equation for operands of some ranks.</summary>
    /// <exception cref="FunctionalException">It is none, or not for such operands.</exception>
    public static EinsumEquation Read(string equation, Shape[] shapes)
    {
        string[] sides = equation.Replace(" ", "").Split("->");
        if (sides.Length > 2) throw Error(equation, "\"->\" stands there more than once. Write it once, before the result's labels.");
        var terms = sides[0].Split(',');
        if (terms.Length != shapes.Length)
            throw Error(equation, $"it names {terms.Length} operands and {shapes.Length} are given. Separate their labels by commas.");
        int[][] operands = [.. terms.Zip(shapes, (term, shape) => Operand(equation, term, shape))];
        var result = sides.Length == 2 ? Explicit(equation, sides[1], operands) : Implicit(operands);
        return new(operands, result);
    }

    static int[] Operand(string equation, string term, Shape shape)
    {
        var (before, after) = Labels(equation, term);
        var hidden = shape.Rank - before.Length - (after?.Length ?? 0);
        return hidden >= 0 && (hidden == 0 || after is not null)
            ? [.. before, .. Hidden(hidden), .. after ?? []]
            : throw new ShapeException(
                $"Einsum: \"{equation}\" has the labels \"{term}\" for an operand of shape {shape}. Give one label for each axis, or "
                    + "\"...\" for the others."
            );
    }

    /// <summary>The labels of an ellipsis over so many axes.</summary>
    static IEnumerable<int> Hidden(int count) => Enumerable.Range(-count, count);

    /// <summary>The letters before an ellipsis and after it; null after, where there is none.</summary>
    static (int[] Before, int[]? After) Labels(string equation, string term)
    {
        var parts = term.Split(Ellipsis);
        if (parts.Length > 2) throw Error(equation, $"\"{term}\" has more than one \"...\". One stands for all other axes.");
        if (string.Concat(parts).FirstOrDefault(c => !char.IsAsciiLetter(c)) is not '\0' and var odd)
            throw Error(equation, $"\"{odd}\" is no label. Use letters, \"...\", commas and \"->\".");
        return ([.. parts[0].Select(c => (int)c)], parts.Length == 2 ? [.. parts[1].Select(c => (int)c)] : null);
    }

    /// <summary>The axes of ellipses, then the labels that occur once, in the order of the alphabet, capitals first.</summary>
    static int[] Implicit(int[][] operands)
    {
        var all = operands.SelectMany(labels => labels).ToLookup(label => label);
        return [.. all.Where(same => same.Key < 0 || same.Count() == 1).Select(same => same.Key).Order()];
    }

    static int[] Explicit(string equation, string term, int[][] operands)
    {
        var all = operands.SelectMany(labels => labels).ToHashSet();
        var (before, after) = Labels(equation, term);
        var hidden = all.Where(label => label < 0).Order().ToArray();
        if (after is null && hidden.Length > 0)
            throw Error(equation, "the axes of \"...\" are missing in the result. Write \"...\" there too, or name the axes to sum over.");
        int[] result = [.. before, .. after is null ? [] : hidden, .. after ?? []];
        if (result.FirstOrDefault(label => !all.Contains(label)) is not 0 and var missing)
            throw Error(equation, $"the result's \"{(char)missing}\" is a label of no operand. Use labels of the operands.");
        if (result.GroupBy(label => label).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw Error(equation, $"the result has \"{(char)twice.Key}\" more than once. Name each axis of it once.");
        return result;
    }

    static FunctionalException Error(string equation, string what) => new($"Einsum: in \"{equation}\" {what}");
}
