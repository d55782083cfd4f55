using System.Text;

namespace FunctionalDL;

/// <summary>
/// Prints expressions. A node used more than once, or too long for a line, is named on a line of its own and printed once, so that the
/// text grows with the number of nodes, never with the number of paths.
/// </summary>
public static class Printer
{
    internal const int ShownLines = 40;
    const int LongestInline = 100;

    /// <summary>The whole expression as text.</summary>
    public static string Print(this Expr expression) => Print(expression, int.MaxValue);

    internal static string Print(Expr expression, int lines)
    {
        var notation = new TextNotation();
        var order = Graph.TopologicalOrder(expression);
        var uses = new Dictionary<Expr, int>();
        foreach (var x in order.SelectMany(node => node.Inputs)) uses[x] = uses.GetValueOrDefault(x) + 1;

        var printed = new Dictionary<Expr, Printed>();
        var named = new List<string>();
        foreach (var node in order)
        {
            var text = node.Op.Print(notation, [.. node.Inputs.Select(x => printed[x])], node);
            var isLeaf = node.Inputs.IsEmpty;
            if (!isLeaf && !ReferenceEquals(node, expression) && (uses[node] > 1 && text.Precedence != Precedence.Atom || uses[node] > 1 && text.Text.Length > 12 || text.Text.Length > LongestInline))
            {
                if (named.Count < lines) named.Add($"t{named.Count + 1} = {text.Text}");
                else named.Add("");
                text = notation.Symbol($"t{named.Count}");
            }
            printed[node] = text;
        }
        var result = new StringBuilder();
        foreach (var line in named.Take(lines)) result.Append(line).Append('\n');
        if (named.Count > lines) result.Append($"… {named.Count - lines} more\n");
        return result.Append(printed[expression].Text).ToString();
    }
}
