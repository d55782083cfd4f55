namespace FunctionalDL;

/// <summary>An image: numbers <c>[channels, height, width]</c> in a row.</summary>
readonly record struct Pixels(int Channels, Size2D Size, float[] Values)
{
    public void CopyTo(Span<float> to) => Values.CopyTo(to);

    /// <summary>
    /// The image in another size: each new pixel is a weighted mean of old ones, the nearer the more, over a distance of one pixel, old
    /// or new, whichever is larger. Larger images are interpolated, smaller ones do not flicker.
    /// </summary>
    public Pixels Resize(Size2D size) =>
        size == Size
            ? this
            : new(
                Channels,
                size,
                Along(Along(Values, Channels * Size.Height, Size.Width, 1, size.Width), Channels, Size.Height, size.Width, size.Height));

    /// <summary>The middle of three axes in another length: <c>[before, from, after] → [before, to, after]</c>.</summary>
    static float[] Along(float[] x, int before, int from, int after, int to)
    {
        if ((long)before * to * after > Array.MaxLength)
            throw new DataException($"ImageFolder: a resized image has more than {Array.MaxLength:N0} numbers. Give a smaller size.");
        var y = new float[before * to * after];
        var (scale, reach) = (from / (double)to, Math.Max(1, from / (double)to));
        for (var i = 0; i < to; i++)
        {
            var centre = (i + 0.5) * scale - 0.5;
            var (first, last) = (Math.Max(0, (int)Math.Ceiling(centre - reach)), Math.Min(from - 1, (int)Math.Floor(centre + reach)));
            double[] weights = [.. Enumerable.Range(first, last - first + 1).Select(j => Math.Max(0, 1 - Math.Abs(j - centre) / reach))];
            var sum = weights.Sum();
            for (var b = 0; b < before; b++)
                for (var j = first; j <= last; j++)
                {
                    var weight = (float)(weights[j - first] / sum);
                    for (var a = 0; a < after; a++) y[(b * to + i) * after + a] += weight * x[(b * from + j) * after + a];
                }
        }
        return y;
    }
}
