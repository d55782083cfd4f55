using System.Text;

namespace FunctionalDL;

/// <summary>The lines of a derivation as text, Markdown, LaTeX and HTML.</summary>
static class DerivationFormats
{
    public static string Text(IReadOnlyList<DerivationLine> lines)
    {
        var (notation, result) = (new TextNotation(), new StringBuilder());
        foreach (var block in Blocks(lines))
        {
            if (result.Length > 0) result.Append('\n');
            if (block.Heading.Length > 0) result.Append(block.Heading).Append('\n');
            foreach (var line in block.Equations)
                result
                    .Append("  ")
                    .AppendJoin(" = ", line.Sides!(notation))
                    .Append(line.Text.Length > 0 ? $"   ({line.Text})" : "")
                    .Append('\n');
        }
        return result.ToString();
    }

    public static string Markdown(IReadOnlyList<DerivationLine> lines)
    {
        var result = new StringBuilder();
        foreach (var block in Blocks(lines))
        {
            if (block.Heading.Length > 0) result.Append(result.Length > 0 ? "\n" : "").Append($"**{block.Heading}**\n");
            if (block.Equations.Count > 0) result.Append($"\n$$\n\\begin{{aligned}}\n{Rows(block.Equations)}\\end{{aligned}}\n$$\n");
        }
        return result.ToString();
    }

    public static string Latex(IReadOnlyList<DerivationLine> lines)
    {
        var result = new StringBuilder("\\begin{align*}\n");
        foreach (var block in Blocks(lines))
        {
            if (block.Heading.Length > 0) result.Append($"&\\text{{{LatexNotation.Escape(block.Heading)}}} \\\\\n");
            result.Append(Rows(block.Equations));
        }
        return result.Append("\\end{align*}\n").ToString();
    }

    public static string Html(IReadOnlyList<DerivationLine> lines, string title)
    {
        var (notation, body) = (new MathMlNotation(), new StringBuilder());
        foreach (var block in Blocks(lines))
        {
            if (block.Heading.Length > 0) body.Append($"<h2>{MathMlNotation.Escape(block.Heading)}</h2>\n");
            if (block.Equations.Count == 0) continue;
            body.Append("<table>\n");
            foreach (var line in block.Equations)
            {
                var sides = line.Sides!(notation);
                var right = string.Join("", sides.Skip(1).Select(side => Math("<mo>=</mo>" + side)));
                var remark = MathMlNotation.Escape(line.Text);
                body.Append($"<tr><td>{Math(sides[0])}</td><td>{right}</td><td class=\"remark\">{remark}</td></tr>\n");
            }
            body.Append("</table>\n");
        }
        return HtmlPage.Of(title, Style, body.ToString());
    }

    const string Style =
        "h2 { font-size: 1rem; color: #57606a; margin: 1.6rem 0 .4rem } td { padding: .35rem .6rem .35rem 0; vertical-align: middle } "
            + "td:first-child { text-align: right } td.remark { color: #57606a; font-size: .85rem } math { font-size: 1.15rem }";

    static string Math(string content) => $"<math display=\"inline\"><mstyle displaystyle=\"true\">{content}</mstyle></math> ";

    static string Rows(IReadOnlyList<DerivationLine> equations)
    {
        var (notation, result) = (new LatexNotation(), new StringBuilder());
        foreach (var line in equations)
            result
                .Append(string.Join(" &= ", line.Sides!(notation).Take(2)))
                .Append(string.Concat(line.Sides(notation).Skip(2).Select(side => $" = {side}")))
                .Append(line.Text.Length > 0 ? $@" && \text{{{LatexNotation.Escape(line.Text)}}}" : "")
                .Append(" \\\\\n");
        return result.ToString();
    }

    static List<(string Heading, List<DerivationLine> Equations)> Blocks(IReadOnlyList<DerivationLine> lines)
    {
        var blocks = new List<(string Heading, List<DerivationLine> Equations)>();
        foreach (var line in lines)
        {
            if (line.IsHeading || blocks.Count == 0) blocks.Add((line.IsHeading ? line.Text : "", []));
            if (!line.IsHeading) blocks[^1].Equations.Add(line);
        }
        return blocks;
    }
}
