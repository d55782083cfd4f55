namespace FunctionalDL;

/// <summary>Draws one digit as a pen would: strokes bent and slanted at random, with a round pen of random width.</summary>
static class DigitPainter
{
    const int Size = Digits.Size;

    /// <summary>Paints the image that the key determines and returns the digit it shows.</summary>
    public static int Paint(Key key, Span<float> image)
    {
        var random = new Draws(key);
        var digit = (int)(random.Uniform(0, 1) * Digits.Classes);
        var styles = DigitStrokes.Styles[digit];
        var style = styles[(int)(random.Uniform(0, 1) * styles.Length)];
        var place = Place(ref random);
        var (width, ink) = (random.Uniform(0.7, 1.7), random.Uniform(0.85, 1));

        foreach (var stroke in style)
            for (var i = 0; i + 1 < stroke.Length; i++) Segment(image, place(stroke[i]), place(stroke[i + 1]), width);

        var noise = key.Fold(0).Uniform([Size * Size]).As<float>().Span;
        for (var i = 0; i < image.Length; i++)
        {
            var value = image[i] * ink + Grain(image[i], noise[i]);
            image[i] = (float)Math.Clamp(value, 0, 1);
        }
        return digit;
    }

    /// <summary>What noise adds to a pixel: a little where there is ink, a speck now and then where there is none.</summary>
    static float Grain(float pixel, float noise)
    {
        if (pixel > 0) return 0.15f * (noise - 0.5f);
        return noise > 0.995f ? noise - 0.8f : 0;
    }

    /// <summary>A map from the unit square to pixels: bent by two waves an axis, then scaled, slanted, turned and shifted.</summary>
    static Func<(double X, double Y), (double X, double Y)> Place(ref Draws random)
    {
        var (bendX, bendY) = (Wave(ref random), Wave(ref random));
        var (scaleX, scaleY) = (random.Uniform(11, 19), random.Uniform(17, 21));
        var (slant, turn) = (random.Uniform(-0.35, 0.2), random.Uniform(-0.2, 0.2));
        var (shiftX, shiftY) = (random.Uniform(-1.5, 1.5), random.Uniform(-1.5, 1.5));
        var (sin, cos) = Math.SinCos(turn);
        return p =>
        {
            var x = (p.X - 0.5 + bendX(p)) * scaleX;
            var y = (p.Y - 0.5 + bendY(p)) * scaleY;
            x += slant * y;
            return (cos * x - sin * y + Size / 2.0 + shiftX, sin * x + cos * y + Size / 2.0 + shiftY);
        };
    }

    static Func<(double X, double Y), double> Wave(ref Draws random)
    {
        var (a, b) = (random.Uniform(-0.06, 0.06), random.Uniform(-0.05, 0.05));
        var (ax, ay, phase) = (random.Uniform(-4, 4), random.Uniform(-4, 4), random.Uniform(0, 2 * Math.PI));
        var (bx, by, other) = (random.Uniform(-7, 7), random.Uniform(-7, 7), random.Uniform(0, 2 * Math.PI));
        return p => a * Math.Sin(ax * p.X + ay * p.Y + phase) + b * Math.Sin(bx * p.X + by * p.Y + other);
    }

    /// <summary>Inks the pixels within half the pen's width of a segment, with an edge one pixel soft.</summary>
    static void Segment(Span<float> image, (double X, double Y) a, (double X, double Y) b, double halfWidth)
    {
        var reach = halfWidth + 0.5;
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        var length = dx * dx + dy * dy;
        for (var row = Pixel(Math.Min(a.Y, b.Y) - reach); row <= Pixel(Math.Max(a.Y, b.Y) + reach); row++)
            for (var column = Pixel(Math.Min(a.X, b.X) - reach); column <= Pixel(Math.Max(a.X, b.X) + reach); column++)
            {
                var (x, y) = (column + 0.5 - a.X, row + 0.5 - a.Y);
                var along = length == 0 ? 0 : Math.Clamp((x * dx + y * dy) / length, 0, 1);
                var (offX, offY) = (x - along * dx, y - along * dy);
                var ink = (float)Math.Clamp(reach - Math.Sqrt(offX * offX + offY * offY), 0, 1);
                ref var pixel = ref image[row * Size + column];
                pixel = Math.Max(pixel, ink);
            }
    }

    static int Pixel(double at) => Math.Clamp((int)Math.Floor(at), 0, Size - 1);

    /// <summary>Random numbers of a key, one after another.</summary>
    struct Draws(Key key)
    {
        readonly double[] numbers = key.Uniform([Numbers], DType.Float64).ToArray<double>();
        int next;

        const int Numbers = 32;

        public double Uniform(double from, double to) => from + (to - from) * numbers[next++];
    }
}
