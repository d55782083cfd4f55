namespace FunctionalDL;

/// <summary>
/// How people write the digits: for each, several styles of strokes through points on a 100 × 100 sheet, x to the right and y down.
/// </summary>
static class DigitStrokes
{
    /// <summary>
    /// Styles are parted by |, strokes by ;, points by spaces. A stroke is a smooth curve; strokes that share a point make a corner.
    /// </summary>
    static readonly string[] Written =
    [
        "50,4 24,16 14,50 24,84 50,96 76,84 86,50 76,16 50,4|58,6 34,12 18,44 22,80 46,96 72,82 80,46 70,14 48,6",
        "50,4 50,96|28,26 54,4;54,4 52,96|30,24 52,5;52,5 52,95;28,95 76,95|62,4 40,96",
        "18,26 34,7 64,7 78,28 62,56 36,80 16,95;16,95 84,93|20,22 44,5 74,16 74,40 46,70 22,90 14,82 30,76 56,90 86,92",
        "20,13 48,4 76,16 72,38 44,48;44,48 78,56 82,80 52,96 18,86|20,6 78,6;78,6 46,42;46,42 78,56 80,82 48,96 16,86",
        "30,5 18,52;18,52 82,50;68,20 64,96|62,5 14,62;14,62 88,62;62,5 62,96|26,8 22,48 44,56 74,44;76,6 70,96",
        "78,6 32,8;32,8 26,42;26,42 56,38 80,58 74,86 46,96 18,86|82,8 36,6;36,6 30,44;30,44 60,46 76,66 62,90 24,94",
        "68,5 40,24 22,58 28,86 52,96 76,82 72,60 50,52 26,66|56,4 30,40 22,72 40,96 68,90 74,70 56,58 28,74",
        "14,10 84,8;84,8 62,44 44,96|14,12 82,8;82,8 58,50 42,96;32,50 76,48|16,26 18,9;18,9 82,10;82,10 56,54 50,96",
        "72,16 48,4 26,18 40,42 68,60 74,82 50,96 26,82 34,60 64,40 74,20|50,48 28,34 32,10 56,4 72,20 64,42 50,48;50,48 26,62 24,86 "
            + "50,96 76,84 72,60 50,48",
        "74,28 56,48 28,42 22,20 48,5 72,16 76,34;76,34 70,66 54,96|72,12 46,5 24,22 32,44 58,46 74,22;74,8 72,40 68,96",
    ];

    /// <summary>For each digit its styles, each a list of strokes, each a list of points in [0, 1]².</summary>
    public static readonly (double X, double Y)[][][][] Styles =
        [.. Written.Select(digit => digit.Split('|').Select(style => style.Split(';').Select(Smooth).ToArray()).ToArray())];

    const int PiecesPerSpan = 5;

    /// <summary>A polyline along the Catmull–Rom curve through the points.</summary>
    static (double X, double Y)[] Smooth(string stroke)
    {
        (double X, double Y)[] p =
        [
            .. stroke.Split(' ').Select(point => point.Split(',')).Select(xy => (int.Parse(xy[0]) / 100.0, int.Parse(xy[1]) / 100.0)),
        ];
        var curve = new List<(double, double)> { p[0] };
        for (var i = 0; i + 1 < p.Length; i++)
        {
            var (a, b, c, d) = (p[Math.Max(i - 1, 0)], p[i], p[i + 1], p[Math.Min(i + 2, p.Length - 1)]);
            for (var piece = 1; piece <= PiecesPerSpan; piece++)
            {
                var t = piece / (double)PiecesPerSpan;
                curve.Add((CatmullRom(a.X, b.X, c.X, d.X, t), CatmullRom(a.Y, b.Y, c.Y, d.Y, t)));
            }
        }
        return [.. curve];
    }

    static double CatmullRom(double a, double b, double c, double d, double t) =>
        b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}
