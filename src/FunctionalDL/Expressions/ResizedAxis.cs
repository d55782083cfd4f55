namespace FunctionalDL;

/// <summary>
/// An axis of n elements that becomes one of m: for each new element the places in the old one, and how much each has in it.
/// </summary>
/// <param name="n">The elements before.</param>
/// <param name="m">The elements after.</param>
/// <param name="scale">How much larger it becomes; null for m/n exactly.</param>
/// <param name="region">The part of the axis that is taken.</param>
/// <param name="options">How.</param>
sealed class ResizedAxis(int n, int m, double? scale, (double Start, double End) region, ResizeOptions options)
{
    double Scale => scale ?? (double)m / n;

    /// <summary>A place of the old axis for each new element, as several of which the element is made, and their weights.</summary>
    public IEnumerable<(long[] Places, double[] Weights)> Taps()
    {
        var all = Enumerable.Range(0, m).Select(Of).ToArray();
        for (var tap = 0; tap < (m == 0 ? 0 : all[0].Length); tap++)
            yield return ([.. all.Select(taps => (long)taps[tap].Place)], [.. all.Select(taps => taps[tap].Weight)]);
    }

    /// <summary>Whether each new element is taken from outside the old ones.</summary>
    public bool[] Outside => [.. Enumerable.Range(0, m).Select(i => Coordinate(i) is var x && (x < 0 || x > n - 1))];

    (int Place, double Weight)[] Of(int i)
    {
        var x = Coordinate(i);
        if (options.Mode == ResizeMode.Nearest) return [((int)Math.Clamp(Rounded(x), 0, n - 1), 1)];
        // Of an element just at a place, that is the second: the ratio is above 0 and at most 1.
        var first = Math.Ceiling(x) - 1;
        var (start, weights) = Weights(x - first);
        var places = weights.Select((weight, k) => (Place: first + start + k, Weight: weight)).ToArray();
        if (options.ExcludeOutside) places = [.. places.Select(p => p.Place >= 0 && p.Place < n ? p : (p.Place, 0))];
        var sum = options.ExcludeOutside || IsAntialiased ? places.Sum(p => p.Weight) : 1;
        return [.. places.Select(p => ((int)Math.Clamp(p.Place, 0, n - 1), p.Weight / sum))];
    }

    /// <summary>Where a new element lies among the old ones.</summary>
    double Coordinate(int i)
    {
        double Old(double place) => scale is { } by ? place / by : place * n / m;
        var width = scale is { } s ? n * s : m;
        return options.Coordinates switch
        {
            ResizeCoordinates.HalfPixel => Old(i + 0.5) - 0.5,
            ResizeCoordinates.HalfPixelSymmetric => n / 2.0 * (1 - m / width) + Old(i + 0.5) - 0.5,
            ResizeCoordinates.PyTorchHalfPixel => m > 1 ? Old(i + 0.5) - 0.5 : 0,
            ResizeCoordinates.AlignCorners => width == 1 ? 0 : i * (n - 1) / (width - 1),
            ResizeCoordinates.Asymmetric => Old(i),
            ResizeCoordinates.CropAndResize when m > 1 => (region.Start + i * (region.End - region.Start) / (m - 1)) * (n - 1),
            ResizeCoordinates.CropAndResize => (region.Start + region.End) / 2 * (n - 1),
            _ => throw new FunctionalException($"Resize: {options.Coordinates} are no coordinates. Use a member of ResizeCoordinates."),
        };
    }

    double Rounded(double x) => options.Rounding switch
    {
        ResizeRounding.PreferFloor => Math.Ceiling(x - 0.5),
        ResizeRounding.PreferCeiling => Math.Floor(x + 0.5),
        ResizeRounding.Floor => Math.Floor(x),
        _ => Math.Ceiling(x),
    };

    bool IsAntialiased => options.Antialias && Scale < 1;

    /// <summary>The weights of places from a first one on, relative to the place before x, which x is beyond by a ratio.</summary>
    (int Start, double[] Weights) Weights(double ratio)
    {
        var (reach, shrink) = (options.Mode == ResizeMode.Linear ? 1 : 2, IsAntialiased ? Scale : 1);
        var start = (int)Math.Floor(-reach / shrink) + 1;
        return (start, [.. Enumerable.Range(start, 2 - 2 * start).Select(k => Curve(Math.Abs(k - ratio) * shrink))]);
    }

    /// <summary>How much an element at a distance has in one.</summary>
    double Curve(double distance)
    {
        if (options.Mode == ResizeMode.Linear) return Math.Max(1 - distance, 0);
        var a = options.CubicCoefficient;
        if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
        return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
    }
}
