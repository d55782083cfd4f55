namespace FunctionalDL;

/// <summary>
/// An expression as a picture: the graph with the forward value at each node and, beneath it, the derivative of the result with respect
/// to it, as a lecture on back-propagation draws it.
/// </summary>
public sealed class Picture
{
    const int MostNodes = 1000;

    readonly IReadOnlyList<PictureNode> nodes;
    readonly Expr expression;

    Picture(Expr expression, IReadOnlyList<PictureNode> nodes) => (this.expression, this.nodes) = (expression, nodes);

    /// <summary>The picture of an expression; with a point, of the forward and the backward pass there.</summary>
    /// <param name="expression">The expression. Derivatives are drawn where it is a scalar.</param>
    /// <param name="at">The values of its variables, or null to draw the graph alone.</param>
    /// <exception cref="FunctionalException">The graph has more than 1,000 nodes, or a variable has no value.</exception>
    public static Picture Of(Expr expression, TensorSet? at = null)
    {
        expression = Graph.Merge([expression])[0];
        var count = Graph.TopologicalOrder(expression).Count;
        return count <= MostNodes
            ? new(expression, PictureNode.Of(expression, at))
            : throw new FunctionalException(
                $"Picture: the expression has {count} nodes, more than the {MostNodes} a picture shows. Draw a part of it.");
    }

    /// <summary>The graph in the language of Mermaid, which Markdown pages draw.</summary>
    public string ToMermaid() => PictureFormats.Mermaid(nodes);

    /// <summary>The graph in the language of Graphviz.</summary>
    public string ToDot() => PictureFormats.Dot(nodes);

    /// <summary>The picture as SVG; the formula, shape and value of a node show on hover.</summary>
    public string ToSvg() => new SvgWriter(nodes).Write();

    /// <summary>The picture as a page of its own, with the formula above it.</summary>
    public string ToHtml()
    {
        var notation = new MathMlNotation();
        var formula =
            Printer.Names([expression]).Count == 0
                ? $"<p><math display=\"block\">{Printer.Write(notation, [expression], _ => null)[expression]}</math></p>\n"
                : "";
        var hasValues = nodes.Any(n => n.Value is not null);
        var legend = hasValues
            ? "<p class=\"legend\"><b class=\"forward\">forward →</b> the value of each node, above it<br><b class=\"backward\">← "
                + "backward</b> the derivative of the result with respect to it, below</p>\n"
            : "";
        return HtmlPage.Of(
            hasValues ? "Forward and backward pass" : "Expression",
            SvgWriter.Style
                + " .legend { color: #57606a } .forward { color: #0550ae } .backward { color: #cf222e } figure { margin: 1.5rem 0; "
                + "text-align: center } svg { max-width: 100%; height: auto }",
            $"{formula}{legend}<figure>{ToSvg()}</figure>\n");
    }
}
