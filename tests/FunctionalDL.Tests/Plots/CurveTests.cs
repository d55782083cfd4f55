namespace FunctionalDL.Tests.Plots;

public class CurveTests
{
    static Curve Of(Func<double, double> f, double from = -3, double to = 3) => new(f, [(from, to)]);

    static (double From, double To)[] Spans(Curve curve) => [.. curve.Pieces.Select(p => (Math.Round(p[0].X, 3), Math.Round(p[^1].X, 3)))];

    static double Highest(Curve curve) => curve.Pieces.SelectMany(p => p).Max(p => Math.Abs(p.Y));

    [Fact]
    public void A_jump_is_a_gap()
    {
        Assert.Equal([(-3, 0), (0, 3)], Spans(Of(x => Math.Floor(x / 4))));
        // sign has a value of its own at 0.
        var sign = Of(x => Math.Sign(x)).Pieces;
        Assert.All(sign, piece => Assert.Single(piece.Select(p => p.Y).Distinct()));
        Assert.Equal([(-3, -1.234), (-1.234, 1.1), (1.1, 3)], Spans(Of(x => (x < -1.234 ? 0 : 1) + (x < 1.1 ? 0 : 1))));
    }

    [Fact]
    public void A_pole_is_a_gap_and_the_curve_leaves_the_picture()
    {
        Func<double, double>[] functions =
        [
            x => 1 / x,
            x => 1 / (x - 0.0123),
            x => 1 / (x * x),
            x => 1 / Math.Pow(x - 0.0123, 2),
            x => -1 / x,
        ];
        foreach (var f in functions)
        {
            var curve = Of(f);
            Assert.Equal(2, curve.Pieces.Count);
            Assert.InRange(Highest(curve), 3, 50);
            Assert.All(curve.Pieces, piece => Assert.DoesNotContain(piece.Zip(piece.Skip(1)), p => p.First.X >= p.Second.X));
            // Each branch goes up to the edge of the picture.
            Assert.All(curve.Pieces, piece => Assert.InRange(piece.Max(p => Math.Abs(p.Y)), 3, 50));
        }
        Assert.Equal(3, Of(Math.Tan).Pieces.Count);
        Assert.InRange(Highest(Of(Math.Log, 0, 3)), 1, 12);
    }

    /// <summary>A pole at an end of the interval is one too.</summary>
    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public void A_pole_at_either_end_leaves_the_picture(double pole)
    {
        var curve = Of(x => 1 / Math.Abs(x - pole));
        Assert.Single(curve.Pieces);
        Assert.InRange(Highest(curve), 1, 20);
    }

    [Fact]
    public void A_curve_has_points_up_to_the_edge_of_the_picture()
    {
        var curve = Of(x => Math.Pow(x, -8));
        Assert.Equal(2, curve.Pieces.Count);
        var most = Highest(curve) / 50;
        foreach (var piece in curve.Pieces)
            Assert.All(piece.Zip(piece.Skip(1)), p => Assert.InRange(Math.Abs(p.First.Y - p.Second.Y), 0, most));
    }

    [Fact]
    public void Without_a_pole_nothing_is_cut()
    {
        var piece = Assert.Single(Of(Math.Exp, 0, 50).Pieces);
        Assert.Equal(Math.Exp(50), piece[^1].Y);
        Assert.Equal((0, 50), (piece[0].X, piece[^1].X));
        Assert.Equal(2.0, Highest(Of(x => Math.Abs(x) < 0.05 ? 2 : 0, -3, 3)));
    }

    /// <summary>A curve reaches the border of where the function has values, though no sample lies there.</summary>
    [Fact]
    public void A_domain_is_drawn_to_its_border()
    {
        var root = Assert.Single(Of(x => Math.Sqrt(x - 0.12345)).Pieces);
        Assert.Equal(0.12345, root[0].X, 1e-9);
        Assert.Equal(0, root[0].Y, 1e-5);
        var arc = Assert.Single(Of(x => Math.Sqrt(1 - x * x)).Pieces);
        Assert.Equal((-1, 1), (Math.Round(arc[0].X, 9), Math.Round(arc[^1].X, 9)));
        Assert.All(arc.Zip(arc.Skip(1)), p => Assert.InRange(Math.Abs(p.First.Y - p.Second.Y), 0, 0.02));
        Assert.Empty(Of(x => Math.Log(-1 - x * x)).Pieces);
    }

    /// <summary>One missing value is no gap that can be seen.</summary>
    [Fact]
    public void A_hole_is_as_narrow_as_it_is()
    {
        var pieces = Of(x => Math.Sin(x) / x).Pieces;
        Assert.Equal(2, pieces.Count);
        Assert.InRange(pieces[1][0].X - pieces[0][^1].X, 0, 1e-9);
    }

    [Fact]
    public void Steep_and_bent_curves_have_more_points()
    {
        var piece = Assert.Single(Of(x => Math.Tanh(1000 * (x - 0.4321))).Pieces);
        Assert.True(piece.Zip(piece.Skip(1)).All(p => Math.Abs(p.First.Y - p.Second.Y) < 0.05));
        Assert.True(Of(x => Math.Sin(1 / x)).Pieces.Sum(p => p.Count) < 20_000);
    }

    [Fact]
    public void Large_numbers_have_jumps_too() => Assert.Equal(2, Of(x => x < 1e9 + 0.5 ? 0 : 1, 1e9, 1e9 + 1).Pieces.Count);

    /// <summary>Derivatives are drawn where the function has values, and have its gaps.</summary>
    [Theory]
    [InlineData("ln(x)", 1, 1)]
    [InlineData("sign(x)·x + sign(x)", 2, 2)]
    [InlineData("sqrt(x)", 1, 1)]
    [InlineData("1/x", 2, 2)]
    [InlineData("abs(x)", 1, 2)]
    public void Derivatives_have_the_gaps_of_their_function(string text, int pieces, int ofDerivative)
    {
        var x = Expr.Variable("x");
        var curves = FunctionChart.Curves(Expr.Parse(text), x, -1, 1, 1, TensorSet.Empty);
        Assert.Equal([pieces, ofDerivative], curves.Select(c => c.Curve.Pieces.Count(p => p.Count > 1)));
        var (least, most) = (curves[0].Curve.Intervals.Min(i => i.From), curves[0].Curve.Intervals.Max(i => i.To));
        Assert.All(curves[1].Curve.Pieces.SelectMany(p => p), p => Assert.InRange(p.X, least, most));
    }
}
