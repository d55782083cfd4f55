using System.Text;

namespace FunctionalDL;

/// <summary>
/// Prints expressions. A part that is used more than once, or is too long for a line, gets a name and a line of its own, so that the
/// text grows with the number of nodes, never with the number of paths.
/// </summary>
public static class Printer
{
    internal const int ShownLines = 40;
    const int LongestRepeated = 12;
    const int LongestInline = 100;

    /// <summary>
    /// The whole expression as text: <c>t1 = …</c> for each named part, then the expression itself. <see cref="Expr.Parse(string)"/>
    /// reads scalar ones.
    /// </summary>
    public static string Print(this Expr expression) => Print(expression, int.MaxValue);

    internal static string Print(Expr expression, int lines)
    {
        var names = Names([expression]);
        var printed = Write(new TextNotation(), [expression], Labels(new TextNotation(), names));
        var result = new StringBuilder();
        foreach (var (part, name) in names.Take(lines)) result.Append($"{name} = {printed[part].Text}\n");
        if (names.Count > lines) result.Append($"… {names.Count - lines} more\n");
        return result.Append(printed[expression].Text).ToString();
    }

    /// <summary>The whole expression as one aligned LaTeX formula, named parts first. It needs the package amsmath.</summary>
    public static string ToLatex(this Expr expression)
    {
        var notation = new LatexNotation();
        var names = Names([expression]);
        var printed = Write(notation, [expression], Labels(notation, names));
        if (names.Count == 0) return printed[expression].Text;
        var lines = string.Concat(names.Select(n => $@"{notation.Symbol(n.Value)} &= {printed[n.Key]} \\ "));
        return $@"\begin{{aligned}}{lines}&{printed[expression]}\end{{aligned}}";
    }

    /// <summary>
    /// The parts that get a name, inputs first: those whose text, where they stand more than once, is longer than a short one, and those
    /// longer than a line.
    /// </summary>
    internal static OrderedDictionary<Expr, string> Names(IReadOnlyCollection<Expr> expressions)
    {
        var order = Graph.TopologicalOrder(expressions);
        var uses = order.SelectMany(node => node.Inputs).CountBy(x => x).ToDictionary();
        var taken = order.Select(node => node.VariableName).OfType<string>().ToHashSet();
        var (notation, names, number) = (new TextNotation(), new OrderedDictionary<Expr, string>(), 0);
        Write(
            notation,
            order,
            Labels(notation, names),
            (node, text) =>
            {
                if (
                    node.Inputs.IsEmpty
                    || !uses.TryGetValue(node, out var count)
                    || text.Text.Length <= (count > 1 ? LongestRepeated : LongestInline))
                    return;
                do number++;
                while (taken.Contains($"t{number}"));
                names.Add(node, $"t{number}");
            });
        return names;
    }

    /// <summary>How named parts are written where they are used.</summary>
    internal static Func<Expr, Printed?> Labels(Notation notation, IReadOnlyDictionary<Expr, string> names) =>
        node => names.TryGetValue(node, out var name) ? notation.Symbol(name) : null;

    /// <summary>Every node in print, with those that have a label written by it where they are used.</summary>
    internal static Dictionary<Expr, Printed> Write(Notation notation, IReadOnlyCollection<Expr> expressions, Func<Expr, Printed?> label) =>
        Write(notation, Graph.TopologicalOrder(expressions), label, (_, _) => { });

    static Dictionary<Expr, Printed> Write(
        Notation notation,
        IReadOnlyList<Expr> order,
        Func<Expr, Printed?> label,
        Action<Expr, Printed> written)
    {
        var printed = new Dictionary<Expr, Printed>();
        notation.Taken.UnionWith(order.Select(node => node.VariableName).OfType<string>());
        foreach (var node in order)
        {
            printed[node] = node.Op.Print(notation, [.. node.Inputs.Select(x => label(x) ?? printed[x])], node);
            written(node, printed[node]);
        }
        return printed;
    }
}
