using System.Text;

namespace FunctionalDL;

/// <summary>Pictures in the languages of other drawing programs.</summary>
static class PictureFormats
{
    public static string Mermaid(IReadOnlyList<PictureNode> nodes)
    {
        var text = new StringBuilder("flowchart LR\n");
        foreach (var node in nodes)
        {
            var label = string.Join("<br/>", Lines(node).Select(MermaidText));
            text.Append($"  n{node.Id}{(node.IsVariable ? $"([\"{label}\"])" : $"[\"{label}\"]")}\n");
        }
        foreach (var node in nodes)
            foreach (var input in node.Inputs) text.Append($"  n{input} --> n{node.Id}\n");
        return text.ToString();
    }

    public static string Dot(IReadOnlyList<PictureNode> nodes)
    {
        var text = new StringBuilder(
            "digraph expression {\n  rankdir=LR; ordering=in;\n  node [fontname=\"Helvetica\", shape=box, style=rounded];\n");
        foreach (var node in nodes)
            text.Append(
                $"  n{node.Id} [label=\"{string.Join("\\n", Lines(node).Select(DotText))}\", "
                    + $"tooltip=\"{DotText($"{node.Formula}: {node.Type}")}\"{(node.IsVariable ? ", shape=ellipse" : "")}];\n"
            );
        foreach (var node in nodes)
            foreach (var input in node.Inputs) text.Append($"  n{input} -> n{node.Id};\n");
        return text.Append("}\n").ToString();
    }

    /// <summary>The label, the value and the derivative of a node, as far as there are.</summary>
    static IEnumerable<string> Lines(PictureNode node)
    {
        yield return node.Label;
        if (node.Value is { } value) yield return value;
        if (node.Gradient is { } gradient) yield return $"∂ {gradient}";
    }

    static string MermaidText(string text) =>
        string.Concat(text.Select(c => c is '"' or '<' or '>' or '&' or '#' or '`' or '\\' ? $"#{(int)c};" : c.ToString()));

    static string DotText(string text) => text.Replace("\\", "\\\\").Replace("\"", "\\\"");
}
