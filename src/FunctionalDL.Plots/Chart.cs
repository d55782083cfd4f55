using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;

namespace FunctionalDL;

/// <summary>
/// Lines, points and level lines over two axes, saved as PNG or SVG: <c>Chart.Of("x", "sin x").Line(points).Save("sine.png")</c>. A chart
/// is a value: adding to it gives another one and leaves this as it is.
/// </summary>
public sealed class Chart
{
    static readonly IPalette Palette = new ScottPlot.Palettes.Category10();

    readonly ChartAxis x, y;
    readonly ImmutableArray<Action<Plot>> parts;

    Chart(ChartAxis x, ChartAxis y, ImmutableArray<Action<Plot>> parts) => (this.x, this.y, this.parts) = (x, y, parts);

    /// <summary>A chart with nothing on it yet.</summary>
    public static Chart Of(ChartAxis x, ChartAxis y) => new(x, y, [plot =>
    {
        plot.XLabel(x.Label);
        plot.YLabel(y.Label);
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.06);
        if (x.IsLogarithmic) plot.Axes.Bottom.TickGenerator = Powers();
        if (y.IsLogarithmic) plot.Axes.Left.TickGenerator = Powers();
    }]);

    /// <summary>
    /// This chart with a line through points. It is interrupted where a number is not finite, or has no place on its axis.
    /// </summary>
    /// <param name="points">The points in order.</param>
    /// <param name="name">What it is, for the legend; not in it if not given.</param>
    /// <param name="colour">The number of its colour; the next one that no line has if not given.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="markers">The size of the points on it in pixels; none if 0.</param>
    public Chart Line(IEnumerable<(double X, double Y)> points, string name = "", int? colour = null, double width = 2, double markers = 0)
    {
        Coordinates[] places = [.. points.Select(Place)];
        return With(plot =>
        {
            var line = plot.Add.Scatter(
                places,
                Palette.GetColor(colour ?? plot.PlottableList.OfType<ScottPlot.Plottables.Scatter>().Count()));
            (line.LegendText, line.LineWidth, line.MarkerSize) = (name, (float)width, (float)markers);
        });
    }

    /// <summary>This chart with points, drawn as circles with a white rim.</summary>
    /// <param name="points">The points.</param>
    /// <param name="name">What they are, for the legend; not in it if not given.</param>
    /// <param name="colour">The number of their colour; black if not given.</param>
    public Chart Points(IEnumerable<(double X, double Y)> points, string name = "", int? colour = null)
    {
        Coordinates[] places = [.. points.Select(Place)];
        return With(plot =>
        {
            var markers = plot.Add.Markers(places, MarkerShape.FilledCircle, 11, colour is { } c ? Palette.GetColor(c) : Colors.Black);
            (markers.LegendText, markers.MarkerStyle.OutlineColor, markers.MarkerStyle.OutlineWidth) = (name, Colors.White, 2);
        });
    }

    /// <summary>
    /// This chart with a function of two variables under all else: shaded from low (light) to high, with lines where it has the same
    /// value.
    /// </summary>
    /// <param name="function">The function; its values are shown evenly, so give a logarithm where they span many powers of ten.</param>
    /// <param name="horizontal">The part of the horizontal axis.</param>
    /// <param name="vertical">The part of the vertical axis.</param>
    /// <param name="lines">The number of level lines.</param>
    /// <param name="resolution">The number of values along each axis.</param>
    /// <exception cref="FunctionalException">A part of an axis is empty, or there are fewer than 2 values along one.</exception>
    public Chart Levels(
        Func<double, double, double> function,
        (double From, double To) horizontal,
        (double From, double To) vertical,
        int lines = 14,
        int resolution = 120)
    {
        if (!(horizontal.From < horizontal.To && vertical.From < vertical.To) || resolution < 2)
            throw new FunctionalException(
                FormattableString.Invariant(
                    $"Levels: {horizontal} × {vertical} with {resolution} values along each. Give from < to, and 2 values or more."));
        double At((double From, double To) range, int i) => range.From + (range.To - range.From) * i / (resolution - 1);
        var values = new Coordinates3d[resolution, resolution];
        for (var row = 0; row < resolution; row++)
            for (var column = 0; column < resolution; column++)
            {
                var (a, b) = (At(horizontal, column), At(vertical, row));
                values[row, column] = new(a, b, function(a, b));
            }
        return With(plot =>
        {
            // Row 0 of a heat map is at the top.
            var heat = plot.Add.Heatmap(Heights(values));
            (heat.Colormap, heat.Smooth, heat.Opacity, heat.FlipVertically) = (
                new ScottPlot.Colormaps.Blues().Reversed(),
                true,
                0.35,
                true);
            heat.Position = new(horizontal.From, horizontal.To, vertical.From, vertical.To);
            var levels = plot.Add.ContourLines(values, lines);
            (levels.LineColor, levels.LineWidth, levels.LabelStyle.IsVisible) = (Colors.Black.WithAlpha(0.3), 1, false);
            plot.Axes.SetLimits(horizontal.From, horizontal.To, vertical.From, vertical.To);
            plot.HideGrid();
        });
    }

    /// <summary>Writes the chart as PNG or SVG, whichever the file's name ends in.</summary>
    /// <exception cref="FunctionalException">The name ends in neither, or the file cannot be written.</exception>
    public void Save(string path, int width = 1000, int height = 650) => SaveRow(path, width, height, this);

    /// <summary>Writes charts side by side as one picture, PNG or SVG.</summary>
    /// <inheritdoc cref="Save"/>
    public static void SaveRow(string path, int width, int height, params Chart[] charts)
    {
        Action<Stream> write = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => stream =>
            {
                using var surface = SKSurface.Create(new SKImageInfo(width, height));
                Draw(surface.Canvas, width, height, charts);
                using var image = surface.Snapshot();
                using var png = image.Encode(SKEncodedImageFormat.Png, 100);
                png.SaveTo(stream);
            }
            ,
            ".svg" => stream =>
            {
                using var canvas = SKSvgCanvas.Create(SKRect.Create(width, height), stream);
                Draw(canvas, width, height, charts);
            }
            ,
            _ => throw new FunctionalException($"Chart: {path} ends in neither .png nor .svg. Give a name that does."),
        };
        AtomicFile.Write(path, write);
    }

    static void Draw(SKCanvas canvas, int width, int height, Chart[] charts)
    {
        canvas.Clear(SKColors.White);
        foreach (var (i, chart) in charts.Index())
        {
            using var plot = new Plot();
            plot.RenderManager.ClearCanvasBeforeEachRender = false;
            foreach (var add in chart.parts) add(plot);
            plot.Legend.Orientation = Orientation.Horizontal;
            plot.Legend.ShadowColor = Colors.Transparent;
            if (plot.Legend.GetItems().Length > 0) plot.ShowLegend(Edge.Bottom);
            var part = new PixelRect(width * i / charts.Length, width * (i + 1) / charts.Length, height, 0);
            // The first time limits and layout settle.
            using (var nowhere = new SKNoDrawCanvas(width, height)) plot.Render(nowhere, part);
            plot.RenderManager.Render(canvas, part);
        }
    }

    Chart With(Action<Plot> part) => new(x, y, parts.Add(part));

    Coordinates Place((double X, double Y) point) => new(x.Place(point.X), y.Place(point.Y));

    static double[,] Heights(Coordinates3d[,] values)
    {
        var heights = new double[values.GetLength(0), values.GetLength(1)];
        for (var i = 0; i < heights.GetLength(0); i++)
            for (var j = 0; j < heights.GetLength(1); j++) heights[i, j] = values[i, j].Z;
        return heights;
    }

    /// <summary>Ticks of a logarithmic axis at the whole powers of ten.</summary>
    static ScottPlot.TickGenerators.NumericAutomatic Powers() =>
        new()
        {
            IntegerTicksOnly = true,
            MinorTickGenerator = new ScottPlot.TickGenerators.LogMinorTickGenerator(),
            LabelFormatter = power =>
                Math.Pow(10, power)
                    .ToString(power is >= -3 and <= 5 ? "#,0.###" : "0e0", System.Globalization.CultureInfo.InvariantCulture),
        };
}
