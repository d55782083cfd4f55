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
        return string.Concat(XDocument.Load(At("chart.svg")).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value + "\n"));
    }

    [Fact]
    public void A_png_has_the_size_asked_for()
    {
        History.Plot().Save(At("loss.png"), 640, 400);
        var bytes = File.ReadAllBytes(At("loss.png"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        Assert.Equal((640, 400), (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20))));
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

    [Fact]
    public void Charts_are_values_and_stand_side_by_side()
    {
        var empty = Chart.Of("x", "y");
        var full = empty.Levels((a, b) => a * a + b * b, (-1, 1), (-2, 2), resolution: 10).Line([(0, 0), (1, 1)], "path").Points([(0, 0)], "start");
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
        Assert.Contains("no epoch has", Assert.ThrowsAny<FunctionalException>(() => new[] { Epoch(1, 2) with { Metrics = new Dictionary<string, double> { ["mae"] = 1 } } }.Plot("auc")).Message);
        Fails("not an interval", () => x.Plot(x, 1, 1));
        Fails("Give from < to", () => Chart.Of("x", "y").Levels((_, _) => 0, (1, 0), (0, 1)));
        Assert.Empty(Directory.GetFiles(folder));
    }
}
