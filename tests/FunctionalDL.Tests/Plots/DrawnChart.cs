using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace FunctionalDL.Tests.Plots;

/// <summary>What the SVG of a chart shows, in the units its axes are labelled with.</summary>
sealed partial class DrawnChart
{
    readonly XElement root;
    readonly Func<double, double> x, y;
    readonly double bottom;

    /// <param name="chart">The chart.</param>
    /// <param name="path">A file to write it to.</param>
    public DrawnChart(Chart chart, string path)
    {
        chart.Save(path);
        root = XDocument.Load(path).Root!;
        var labels = Elements("text").Select(text => (At: Place(text), Value: Number(text.Value)))
            .Where(label => label.Value is not null).ToArray();
        // The labels of one axis stand in one line.
        var below = labels.GroupBy(label => label.At.Y).MaxBy(g => g.Count())!.ToArray();
        var beside = labels.GroupBy(label => label.At.X).MaxBy(g => g.Count())!.ToArray();
        (x, y) = (Axis(below.Select(l => (l.At.X, l.Value!.Value))), Axis(beside.Select(l => (l.At.Y, l.Value!.Value))));
        bottom = below[0].At.Y;
    }

    /// <summary>The pieces of the lines of a colour.</summary>
    public (double X, double Y)[][] Line(string colour) =>
        [.. Elements("path").Where(e => (string?)e.Attribute("stroke") == colour).SelectMany(e => Pieces((string)e.Attribute("d")!))
            .Where(piece => piece.All(p => p.Y < bottom))
            .Select(piece => piece.Select(p => (Rounded(x(p.X)), Rounded(y(p.Y)))).ToArray())];

    /// <summary>How many points there are of a colour.</summary>
    public int Points(string colour) =>
        root.Descendants().Count(e => (string?)e.Attribute("fill") == colour && e.Name.LocalName is not "rect" and not "text");

    IEnumerable<XElement> Elements(string name) => root.Descendants().Where(e => e.Name.LocalName == name);

    static (double X, double Y) Place(XElement text)
    {
        var numbers = Numbers().Matches((string?)text.Attribute("transform") ?? "");
        return numbers.Count == 2 ? (Parsed(numbers[0].Value), Parsed(numbers[1].Value)) : (double.NaN, double.NaN);
    }

    static double? Number(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>From places to numbers, evenly or, where the labels are whole powers of ten, by equal ratios.</summary>
    static Func<double, double> Axis(IEnumerable<(double Place, double Value)> labels)
    {
        var sorted = labels.OrderBy(l => l.Place).ToArray();
        var (first, second, last) = (sorted[0], sorted[1], sorted[^1]);
        var slope = (last.Value - first.Value) / (last.Place - first.Place);
        var isEven = Math.Abs((second.Value - first.Value) / (second.Place - first.Place) - slope) < 1e-3 * Math.Abs(slope);
        double Between(double place, double a, double b) => a + (b - a) * (place - first.Place) / (last.Place - first.Place);
        return isEven ? place => Between(place, first.Value, last.Value)
            : place => Math.Pow(10, Between(place, Math.Log10(first.Value), Math.Log10(last.Value)));
    }

    static IEnumerable<(double X, double Y)[]> Pieces(string path) =>
        from piece in path.Split('M', StringSplitOptions.RemoveEmptyEntries)
        select (from point in piece.Split('L')
                let numbers = Numbers().Matches(point)
                select (Parsed(numbers[0].Value), Parsed(numbers[1].Value))).ToArray();

    static double Parsed(string number) => double.Parse(number, CultureInfo.InvariantCulture);

    /// <summary>To three digits: pixels are not exact.</summary>
    static double Rounded(double value) =>
        Math.Abs(value) < 5e-3 ? Math.Round(value, 2) + 0.0 : Parsed(value.ToString("G3", CultureInfo.InvariantCulture));

    [GeneratedRegex(@"-?[\d.]+(e-?\d+)?")]
    private static partial Regex Numbers();
}
