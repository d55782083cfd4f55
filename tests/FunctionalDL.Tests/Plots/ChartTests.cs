using System.Buffers.Binary;
using System.Globalization;
using System.Xml.Linq;
using SkiaSharp;

namespace FunctionalDL.Tests.Plots;

public sealed class ChartTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("fdl").FullName;

    string At(string name) => Path.Combine(folder, name);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static EpochResult Epoch(int number, double loss, double? held = null) =>
        new(number, loss, number, 1, held is { } h ? new(h, new Dictionary<string, double> { ["accuracy"] = 1 / h }) : null);

    static IReadOnlyList<EpochResult> History { get; } = [Epoch(1, 2, 3), Epoch(2, 1, 1.5), Epoch(3, 0.5, 1.75)];

    string Svg(Chart chart)
    {
        chart.Save(At("chart.svg"));
        return string.Concat(
            XDocument.Load(At("chart.svg")).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value + "\n"));
    }

    [Fact]
    public void A_png_has_the_size_asked_for()
    {
        History.Plot().Save(At("loss.png"), 640, 400);
        var bytes = File.ReadAllBytes(At("loss.png"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        Assert.Equal(
            (640, 400),
            (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20))));
    }

    [Fact]
    public void A_history_shows_its_losses_and_the_best_epoch_or_metrics()
    {
        var text = Svg(History.Plot());
        Assert.All(["epoch", "loss", "training", "validation", "best: 1.5 in epoch 2"], part => Assert.Contains(part, text));
        Assert.Contains("accuracy", Svg(History.Plot("accuracy")));
        Assert.DoesNotContain("validation", Svg(new[] { Epoch(1, 2) }.Plot()));
    }

    [Fact]
    public void A_function_shows_its_derivatives_and_leaves_out_where_it_has_no_value()
    {
        var x = Expr.Variable("x");
        var text = Svg(Log(x).Plot(x, -1, 1, derivatives: 1));
        Assert.Contains("ln(x)", text);
        Assert.Contains("f′ = ", text);
    }

    [Fact]
    public void Logarithmic_axes_show_powers_of_ten_in_any_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            var text = Svg(Chart.Of("n", ChartAxis.Logarithmic("loss")).Line([(1, 1e-5), (2, 0.1), (3, 0), (4, 10_000)], "line"));
            Assert.All(["1e-4", "0.01", "1,000"], tick => Assert.Contains(tick + "\n", text));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>The first axis goes to the right, the second up, and more is darker: of a map that differs in all corners.</summary>
    [Fact]
    public void A_heat_map_stands_upright()
    {
        // 0 at the lower left, 1 at the lower right, 2 at the upper left, 3 at the upper right.
        var chart = Chart.Of("x", "y").Levels((a, b) => (a > 0 ? 1 : 0) + (b > 0 ? 2 : 0), (-1, 1), (-1, 1), lines: 1, resolution: 50);
        chart.Save(At("map.png"), 400, 400);
        using var map = SKBitmap.Decode(At("map.png"));
        int Light(int x, int y) => map.GetPixel(x, y) is var c ? c.Red + c.Green + c.Blue : 0;
        int[] corners = [Light(130, 270), Light(300, 270), Light(130, 100), Light(300, 100)];
        Assert.Equal(corners.OrderDescending(), corners);
        Assert.Equal(4, corners.Distinct().Count());
    }

    DrawnChart Drawn(Chart chart) => new(chart, At("drawn.svg"));

    const string First = "#1F77B4", Second = "#FF7F0E", Fourth = "#D62728";

    /// <summary>Read off the labels of its axes; a number that is missing, or has no place, is a gap.</summary>
    [Fact]
    public void A_line_goes_through_its_points()
    {
        var chart = Chart.Of("x", "y")
            .Line([(0, 30), (2, -10), (double.NaN, 5), (4, 20), (5, 10), (6, double.PositiveInfinity), (7, 0), (8, 5)]);
        Assert.Equal([[(0, 30), (2, -10)], [(4, 20), (5, 10)], [(7, 0), (8, 5)]], Drawn(chart).Line(First));
        chart = Chart.Of("x", ChartAxis.Logarithmic("y")).Line([(1, 0.01), (2, 10), (3, 0), (4, 1000), (5, 1), (6, -1), (7, 1), (8, 3)]);
        Assert.Equal([[(1, 0.01), (2, 10)], [(4, 1000), (5, 1)], [(7, 1), (8, 3)]], Drawn(chart).Line(First));
        chart = Chart.Of(ChartAxis.Logarithmic("x"), "y").Line([(0.1, 7), (1, 3), (100, 5)]);
        Assert.Equal([[(0.1, 7), (1, 3), (100, 5)]], Drawn(chart).Line(First));
    }

    [Fact]
    public void Each_line_has_the_next_colour_or_its_own()
    {
        var drawn = Drawn(Chart.Of("x", "y").Line([(0, 0), (1, 1)]).Line([(0, 1), (1, 2)]).Line([(0, 2), (1, 3)], colour: 3)
            .Points([(0.5, 0.5)], colour: 1).Points([(0.2, 2), (0.3, 3)], colour: 3));
        Assert.Equal([(0, 0), (1, 1)], Assert.Single(drawn.Line(First)));
        Assert.Equal([(0, 1), (1, 2)], Assert.Single(drawn.Line(Second)));
        Assert.Equal([(0, 2), (1, 3)], Assert.Single(drawn.Line(Fourth)));
        Assert.Equal((1, 2), (drawn.Points(Second), drawn.Points(Fourth)));
    }

    [Fact]
    public void Level_lines_are_of_values_up_to_the_ends_of_both_axes()
    {
        var seen = new List<(double, double)>();
        Chart.Of("x", "y").Levels((a, b) =>
        {
            seen.Add((a, b));
            return a + b;
        }, (-1, 1), (2, 3), resolution: 3);
        Assert.Equal([.. from b in new[] { 2, 2.5, 3 } from a in new[] { -1.0, 0, 1 } select (a, b)], seen);
    }

    /// <summary>A loss of 0 has no place on an axis of equal ratios.</summary>
    [Fact]
    public void Losses_are_drawn_as_they_are()
    {
        Assert.Equal([(1, 2), (2, 1), (3, 0.5)], Assert.Single(Drawn(History.Plot()).Line(First)));
        Assert.Equal([(1, 3), (2, 1.5), (3, 1.75)], Assert.Single(Drawn(History.Plot()).Line(Second)));
        EpochResult[] falling = [Epoch(1, 100), Epoch(2, 3), Epoch(3, 1)], learned = [Epoch(1, 10), Epoch(2, 0)];
        Assert.Equal([(1, 100), (2, 3), (3, 1)], Assert.Single(Drawn(falling.Plot()).Line(First)));
        Assert.Equal([(1, 10), (2, 0)], Assert.Single(Drawn(learned.Plot()).Line(First)));
    }

    /// <summary>Of the validation, and of the examples trained on where there is none.</summary>
    [Fact]
    public void Metrics_are_drawn_as_they_are()
    {
        static EpochResult Measured(EpochResult epoch, double accuracy) =>
            epoch with { Metrics = new Dictionary<string, double> { ["accuracy"] = accuracy } };
        EpochResult[] held = [Measured(Epoch(1, 1, 2), 0.1), Measured(Epoch(2, 1, 4), 0.2)];
        EpochResult[] alone = [Measured(Epoch(1, 1), 0.1), Measured(Epoch(2, 1), 0.2)];
        Assert.Equal([(1, 0.5), (2, 0.25)], Assert.Single(Drawn(held.Plot("accuracy")).Line(First)));
        Assert.Equal([(1, 0.1), (2, 0.2)], Assert.Single(Drawn(alone.Plot("accuracy")).Line(First)));
    }

    /// <summary>Points that can be told apart are marked.</summary>
    [Theory]
    [InlineData(40, true)]
    [InlineData(41, false)]
    public void Epochs_are_marked_while_they_are_few(int epochs, bool isMarked) =>
        Assert.Equal(isMarked, Drawn(Enumerable.Range(1, epochs).Select(i => Epoch(i, 1.0 / i)).ToArray().Plot()).Points(First) >= epochs);

    [Fact]
    public void A_function_is_drawn_in_its_pieces_with_each_derivative()
    {
        var x = Expr.Variable("x");
        var pieces = Drawn((1 / x).Plot(x, -1, 1)).Line(First);
        Assert.Equal(2, pieces.Length);
        Assert.Equal([(-1.0, -1.0), (1, 1)], [pieces[0][0], pieces[1][^1]]);
        var text = Svg(Power(x, 4).Plot(x, -1, 1, derivatives: 3));
        string[] names = ["x⁴\n", "f′ = 4·x³\n", "f′′ = 12·x²\n", "f′′′ = 24·x\n"];
        Assert.All(names, name => Assert.Contains(name, text.Replace("\t", "")));
    }

    [Fact]
    public void Pictures_in_a_row_share_its_width()
    {
        Chart.SaveRow(At("row.svg"), 800, 300, Chart.Of("left", ""), Chart.Of("right", ""));
        var root = XDocument.Load(At("row.svg")).Root!;
        Assert.Equal(("800", "300"), ((string)root.Attribute("width")!, (string)root.Attribute("height")!));
        double Place(string label)
        {
            var text = root.Descendants().Single(e => e.Name.LocalName == "text" && e.Value.Trim() == label);
            return double.Parse(((string)text.Attribute("transform")!).Split('(', ' ')[1], CultureInfo.InvariantCulture);
        }
        Assert.InRange(Place("left"), 150, 250);
        Assert.InRange(Place("right"), 550, 650);
    }

    [Fact]
    public void Charts_are_values_and_stand_side_by_side()
    {
        var empty = Chart.Of("x", "y");
        var full = empty
            .Levels((a, b) => a * a + b * b, (-1, 1), (-2, 2), resolution: 10)
            .Line([(0, 0), (1, 1)], "path")
            .Points([(0, 0)], "start");
        Assert.DoesNotContain("path", Svg(empty));
        Chart.SaveRow(At("chart.svg"), 800, 300, full, empty);
        Assert.Contains("path", File.ReadAllText(At("chart.svg")));
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        var x = Expr.Variable("x");
        Fails("neither .png nor .svg", () => History.Plot().Save(At("loss.jpg")));
        Fails("cannot be written", () => History.Plot().Save(At("no/loss.png")));
        Fails("history is empty", () => Array.Empty<EpochResult>().Plot());
        Fails("no epoch has a metric \"auc\"; the last has accuracy.", () => History.Plot("auc"));
        Fails("the last has none.", () => new[] { Epoch(1, 2) }.Plot("auc"));
        Assert.Contains(
            "no epoch has",
            Assert
                .ThrowsAny<FunctionalException>(() =>
                    new[] { Epoch(1, 2) with { Metrics = new Dictionary<string, double> { ["mae"] = 1 } } }.Plot("auc"))
                .Message);
        Fails("not an interval", () => x.Plot(x, 1, 1));
        Fails("Give from < to", () => Chart.Of("x", "y").Levels((_, _) => 0, (1, 0), (0, 1)));
        Assert.Empty(Directory.GetFiles(folder));
    }
}
