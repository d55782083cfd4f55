using System.Globalization;
using System.Text;

namespace FunctionalDL;

/// <summary>Draws a picture as SVG.</summary>
sealed class SvgWriter
{
    const double RowHeight = 96;
    const double BoxHeight = 38;
    const double Gap = 64;
    const double Margin = 40;
    const double LetterWidth = 9;
    const double SmallLetterWidth = 7.2;

    public const string Style =
        "svg text { font: 17px 'Latin Modern Roman', Georgia, 'Times New Roman', serif; text-anchor: middle; fill: #1f2328 } svg "
            + ".variable text { font-style: italic } svg .index { font-size: 12px } "
        + "svg .box { fill: #fff; stroke: #6e7781; stroke-width: 1.3 } svg .variable .box { fill: #ddf4ff; stroke: "
        + "#54aeff } svg .result .box { fill: #fff8c5; stroke: #bf8700; stroke-width: 1.8 } "
        + "svg text.value { font: normal 13px ui-monospace, Menlo, Consolas, monospace; fill: #0550ae } svg text.gradient { font: "
        + "normal 13px ui-monospace, Menlo, Consolas, monospace; fill: #cf222e } "
        + "svg .edge { fill: none; stroke: #afb8c1; stroke-width: 1.5 } svg g.node:hover .box { stroke: #0550ae; stroke-width: 2.4 }";

    readonly IReadOnlyList<PictureNode> nodes;
    readonly LayeredLayout layout;
    readonly double[] centres;
    readonly StringBuilder svg = new();

    public SvgWriter(IReadOnlyList<PictureNode> nodes)
    {
        this.nodes = nodes;
        layout = new([.. nodes.Select(n => n.Inputs)], RowHeight);
        var widths = new double[layout.Layer.Max() + 1];
        foreach (var node in nodes)
            widths[layout.Layer[node.Id]] = Math.Max(widths[layout.Layer[node.Id]], Math.Max(BoxWidth(node), TextWidth(node)));
        centres = new double[widths.Length];
        var x = Margin;
        for (var layer = 0; layer < widths.Length; layer++)
        {
            centres[layer] = x + widths[layer] / 2;
            x += widths[layer] + Gap;
        }
        Width = x - Gap + Margin;
    }

    double Width { get; }

    double Height => layout.Height.Max() + BoxHeight + 2 * Margin + 20;

    public string Write()
    {
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width:0}\" height=\"{Height:0}\" viewBox=\"0 0 {Width:0} {Height:0}\" "
                + $"role=\"img\">\n"
        );
        svg.Append(
            $"<style>{Style}</style>\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
                + $"markerHeight=\"7\" orient=\"auto\"><path d=\"M0,0.5 L7.5,4 L0,7.5 z\" fill=\"#8c959f\"/></marker></defs>\n"
        );
        foreach (var ((from, to), route) in layout.Routes)
            Edge(from, to, route);
        foreach (var node in nodes)
            Node(node);
        return svg.Append("</svg>\n").ToString();
    }

    void Edge(int from, int to, int[] route)
    {
        var (x, y) = (X(from) + BoxWidth(nodes[from]) / 2, Y(from));
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"edge\" marker-end=\"url(#arrow)\" d=\"M{x:0.#},{y:0.#}");
        foreach (var next in route.Skip(1))
        {
            var (toX, toY) = (next == to ? X(to) - BoxWidth(nodes[to]) / 2 - 2 : X(next), Y(next));
            var middle = (x + toX) / 2;
            svg.Append(CultureInfo.InvariantCulture, $" C{middle:0.#},{y:0.#} {middle:0.#},{toY:0.#} {toX:0.#},{toY:0.#}");
            (x, y) = (toX, toY);
        }
        svg.Append("\"/>\n");
    }

    void Node(PictureNode node)
    {
        var (x, y, width) = (X(node.Id), Y(node.Id), BoxWidth(node));
        var kind = (node.IsVariable ? " variable" : "") + (node.IsResult ? " result" : "");
        svg.Append($"<g class=\"node{kind}\"><title>{MathMlNotation.Escape(Hover(node))}</title>");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect class=\"box\" x=\"{x - width / 2:0.#}\" y=\"{y - BoxHeight / 2:0.#}\" width=\"{width:0.#}\" height=\"{BoxHeight}\" "
                + $"rx=\"{(node.IsVariable ? 6 : BoxHeight / 2)}\"/>"
        );
        Label(x, y + 5.5, node);
        Text("value", x, y - BoxHeight / 2 - 7, node.Value);
        Text("gradient", x, y + BoxHeight / 2 + 16, node.Gradient);
        svg.Append("</g>\n");
    }

    /// <summary>A variable's name is set as in print: in italics, its number as an index.</summary>
    void Label(double x, double y, PictureNode node)
    {
        var stem = node.IsVariable ? node.Label.TrimEnd("0123456789".ToCharArray()) : node.Label;
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\">{MathMlNotation.Escape(stem)}");
        if (stem.Length < node.Label.Length) svg.Append($"<tspan class=\"index\" dy=\"4\">{node.Label[stem.Length..]}</tspan>");
        svg.Append("</text>");
    }

    void Text(string style, double x, double y, string? text)
    {
        if (text is not null)
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"{style}\" x=\"{x:0.#}\" y=\"{y:0.#}\">{MathMlNotation.Escape(text)}</text>");
    }

    static string Hover(PictureNode node) =>
        $"{node.Formula}\n{node.Type}"
            + (node.Value is null ? "" : $"\nvalue {node.Value}")
            + (node.Gradient is null ? "" : $"\nderivative of the result with respect to it {node.Gradient}");

    static double BoxWidth(PictureNode node) => Math.Max(46, node.Label.Length * LetterWidth + 26);

    static double TextWidth(PictureNode node) => Math.Max(node.Value?.Length ?? 0, node.Gradient?.Length ?? 0) * SmallLetterWidth;

    double X(int id) => centres[layout.Layer[id]];

    double Y(int id) => Margin + 10 + BoxHeight / 2 + layout.Height[id];
}
