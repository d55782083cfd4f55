using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Expressions;

/// <summary>Graphs with nodes replaced.</summary>
[Properties(Arbitrary = [typeof(AnyExpressions)])]
public class RebuildTests
{
    static readonly Expr x = Expr.Variable("x", [5, 2], DType.Float64), h = Expr.Variable("h", [2], DType.Float64);

    static Expr Loop { get; } = Sum(Scan([h], [x], (s, e) => [Tanh(s[0] + e[0])]).Last[0]);

    static Expr? Softsign(Expr node, Expr[] inputs) => node.Op.Name == "Tanh" ? inputs[0] / (1 + Abs(inputs[0])) : null;

    /// <summary>Node by node from the names and attributes of its ops and its rebuilt inputs, as a file format would do it.</summary>
    [Property]
    public void An_expression_made_again_of_what_it_shows_has_the_same_bits(ExpressionCase c)
    {
        var again = c.Output.Rebuild((node, inputs) => Expr.Apply(Op.Create(node.Op.Name, node.Op.Attributes), inputs));
        Assert.Equal(c.Output.Type, again.Type);
        Assert.True(again.Evaluate(c.Values).BitEquals(c.Evaluate()));
        Assert.Equal(c.Output.ToString(), again.ToString());
    }

    [Property]
    public void Where_nothing_is_replaced_nothing_is_made(ExpressionCase c)
    {
        Assert.Same(c.Output, c.Output.Rebuild((_, _) => null));
        Assert.Same(c.Output, c.Output.Transform((_, _) => null));
        var exact = c.Output.WithPrecision(DType.Float64);
        Assert.Same(exact, exact.WithPrecision(DType.Float64));
    }

    [Fact]
    public void A_chain_of_100000_nodes_is_rebuilt()
    {
        Expr u = Expr.Variable("u"), y = u;
        for (var i = 0; i < 100_000; i++) y = Sin(y);
        foreach (var rebuilt in new[] { y.Rebuild(Replaced), y.Transform(Replaced) })
        {
            var ops = Graph.TopologicalOrder(rebuilt).CountBy(node => node.Op.Name).ToDictionary();
            Assert.Equal(100_000, ops["Cos"]);
            Assert.Equal(2, ops.Count);
        }
        static Expr? Replaced(Expr node, Expr[] inputs) => node.Op.Name == "Sin" ? Cos(inputs[0]) : null;
    }

    [Fact]
    public void Shared_nodes_are_met_once_and_stay_shared()
    {
        Expr u = Expr.Variable("u"), y = Sin(u);
        for (var i = 0; i < 60; i++) y += y;
        var met = 0;
        var rebuilt = y.Rebuild((node, inputs) =>
        {
            met++;
            return node.Op.Name == "Sin" ? Cos(inputs[0]) : null;
        });
        Assert.Equal(62, met);
        Assert.Equal(62, Graph.TopologicalOrder(rebuilt).Count);
    }

    [Fact]
    public void Transform_goes_into_loops_and_Rebuild_does_not()
    {
        var values = TensorSet.Of(("x", Key.Of(1).Uniform([5, 2], DType.Float64)), ("h", Tensor.Vector(0.5, -2)));
        Assert.Same(Loop, Loop.Rebuild(Softsign));
        var expected = Sum(Scan([h], [x], (s, e) => [(s[0] + e[0]) / (1 + Abs(s[0] + e[0]))]).Last[0]);
        var transformed = Loop.Transform(Softsign);
        Assert.Equal(expected.Evaluate(values).ToScalar(), transformed.Evaluate(values).ToScalar(), 1e-15);
        Assert.Equal(expected.Gradient(h).Evaluate(values).GetDouble(1), transformed.Gradient(h).Evaluate(values).GetDouble(1), 1e-15);
    }

    [Fact]
    public void Transform_goes_into_what_is_rematerialized()
    {
        var y = Rematerialize(e => Exp(Tanh(e)) * h, h);
        var expected = Exp(h / (1 + Abs(h))) * h;
        var at = TensorSet.Of(("h", Tensor.Vector(0.5, -2)));
        var transformed = y.Transform(Softsign);
        Laws.SameValue("value", expected.Evaluate(at), transformed.Evaluate(at), 1e-14);
        Laws.SameValue("gradient", Sum(expected).Gradient(h).Evaluate(at), Sum(transformed).Gradient(h).Evaluate(at), 1e-14);
    }

    /// <summary>A loop and its gradient have steps in common, and so have they after a pass.</summary>
    [Fact]
    public void Equal_ops_stay_equal()
    {
        Expr twice = Sum(Loop * Scan([h], [x], (s, e) => [Tanh(s[0] + e[0])]).Last[0]), g = twice.Gradient(h);
        int Ops(Expr[] e) => Graph.TopologicalOrder(e).Select(node => node.Op).Distinct().Count(op => op.Name == "Scan");
        Expr[] before = [Loop, twice, g], after = Graph.Transform(before, (node, inputs) => node.Op.Name == "Tanh" ? Sin(inputs[0]) : null);
        Assert.Equal(Ops(before), Ops(after));
    }

    [Fact]
    public void What_does_not_fit_is_told_where_it_is_made()
    {
        var wide = (x + x).Rebuild((node, _) => node == x ? Expr.Variable("x", [2, 5], DType.Float64) : null);
        Assert.Equal("float64[2, 5]", wide.Type.ToString());
        static Expr? Turned(Expr node, Expr[] inputs) => node.Op.Name == "Sin" ? Transpose(inputs[0]) : null;
        var e = Assert.Throws<ShapeException>(() => (x + Sin(x)).Rebuild(Turned));
        Assert.Contains("Add: shapes float64[5, 2] and float64[2, 5] differ", e.Message);
    }
}
