using System.Xml.Linq;
using FsCheck;
using FsCheck.Xunit;
using FunctionalDL.Tests.Expressions.Text;

namespace FunctionalDL.Tests.Calculus.Pictures;

public class PictureTests
{
    static readonly Expr Network = Expr.Parse("(σ(w2·tanh(w1·x)) − y)²");
    static readonly TensorSet At = TensorSet.Of(("x", 0.7), ("y", 0.2), ("w1", -1.3), ("w2", 0.4));

    [Fact]
    public void The_picture_shows_values_and_derivatives()
    {
        var svg = XDocument.Parse(Picture.Of(Network, At).ToSvg());
        string[] Texts(string style) => [.. svg.Descendants().Where(e => (string?)e.Attribute("class") == style).Select(e => e.Value)];

        Assert.Equal(10, Texts("value").Length);
        Assert.Contains("0.01503", Texts("gradient"));
        Assert.Contains("−0.08066", Texts("gradient"));
        Assert.Contains("1", Texts("gradient"));
        Assert.Contains(
            svg.Descendants(),
            e => e.Name.LocalName == "title" && e.Value.StartsWith("tanh(w1·x)\nfloat64[]\nvalue −0.7211"));
    }

    [Fact]
    public void Mermaid_and_Graphviz_have_a_line_for_each_node_and_edge()
    {
        var picture = Picture.Of(Network, At);
        Assert.Equal(1 + 10 + 9, picture.ToMermaid().TrimEnd().Split('\n').Length);
        Assert.Contains("([\"w1<br/>−1.3<br/>∂ 0.01503\"])", picture.ToMermaid());
        Assert.Equal(3 + 10 + 9 + 1, picture.ToDot().TrimEnd().Split('\n').Length);
        Assert.DoesNotContain("∂", Picture.Of(Network).ToDot());
        Assert.DoesNotContain("http", picture.ToHtml().Replace("http://www.w3.org/2000/svg", ""));
    }

    [Property(MaxTest = 50)]
    public bool Boxes_do_not_overlap(DoNotSize<int> any)
    {
        var seed = any.Item;
        var svg = XDocument.Parse(Picture.Of(ScalarExpressions.Random(seed), ScalarExpressions.Point).ToSvg());
        double[][] boxes =
        [
            .. svg.Descendants()
                .Where(e => e.Name.LocalName == "rect")
                .Select(e => new[] { "x", "y", "width", "height" }.Select(a => (double)e.Attribute(a)!).ToArray()),
        ];
        return boxes
            .Index()
            .All(a =>
                boxes
                    .Take(a.Index)
                    .All(b =>
                        a.Item[0] >= b[0] + b[2]
                        || b[0] >= a.Item[0] + a.Item[2]
                        || a.Item[1] >= b[1] + b[3] + 30
                        || b[1] >= a.Item[1] + a.Item[3] + 30));
    }

    /// <summary>What a node uses stands from top to bottom in the order in which it uses it.</summary>
    [Theory]
    [InlineData("a − b/(a + 1)")]
    [InlineData("b/(a + 1) − a")]
    [InlineData("a/b")]
    [InlineData("(b − a)/(c − d)")]
    [InlineData("sin(a)/(b − tanh(c·d))")]
    [InlineData("(a − b)·(d − a)")]
    [InlineData("max(sin(x), min(y, z − x/y))")]
    [InlineData("d/(c − b/(a − d))")]
    public void Operands_stand_in_order(string text)
    {
        var nodes = PictureNode.Of(Graph.Merge([Expr.Parse(text)])[0], null);
        var layout = new LayeredLayout([.. nodes.Select(n => n.Inputs)], 100);
        foreach (var node in nodes)
        {
            double[] arrivals = [.. node.Inputs.Distinct().Select(x => layout.Height[layout.Routes[(x, node.Id)][^2]])];
            Assert.Equal(arrivals.Order(), arrivals);
        }
    }

    /// <summary>Where two nodes use the same in opposite orders, one of them is drawn the other way round, and the layout ends.</summary>
    [Fact]
    public void Contradicting_orders_do_no_harm() => Assert.Contains("<svg", Picture.Of(Expr.Parse("(a − b)·(b − a)")).ToSvg());

    [Fact]
    public void A_graph_too_large_to_see_is_refused()
    {
        var y = Expr.Variable("x");
        for (var i = 0; i < 1_000; i++) y = Sin(y);
        Assert.Contains("1001 nodes", Assert.Throws<FunctionalException>(() => Picture.Of(y)).Message);
    }
}
