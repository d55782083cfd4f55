namespace FunctionalDL;

/// <summary>
/// The pieces of a function's curve over intervals: apart where the function jumps, has a pole or has no value, and each as long as
/// the function has values.
/// Where the curve is steep or bent there are more points; where it leaves for infinity, it leaves the picture.
/// </summary>
sealed class Curve
{
    const int Values = 400;
    const int LeastValues = 16;
    const int MostBetween = 300;

    // Next to each other, as far as the picture and double precision go.
    const double Adjacent = 1e-13;

    readonly Func<double, double> function;
    readonly double width;
    readonly double least, most;
    readonly double fine;
    readonly List<List<(double X, double Y)>> pieces = [];

    /// <param name="function">The function; NaN or ±∞ where it has no value.</param>
    /// <param name="intervals">Where to look at it, from left to right.</param>
    public Curve(Func<double, double> function, IReadOnlyList<(double From, double To)> intervals)
    {
        this.function = function;
        if (intervals.Count == 0) return;
        width = intervals[^1].To - intervals[0].From;
        (double X, double Y)[][] grids = [.. intervals.Select(Grid)];
        double[] values = [.. grids.SelectMany(grid => grid).Select(p => p.Y).Where(double.IsFinite).Order()];
        if (values.Length == 0) return;
        var (low, high) = (values[values.Length / 10], values[values.Length - 1 - values.Length / 10]);
        var span = high > low ? high - low : values[^1] - values[0];
        (least, most, fine) = (low - 2 * span, high + 2 * span, span / 100);
        foreach (var grid in grids) Follow(WithPoles(grid));
        pieces.RemoveAll(piece => piece.Count == 0);
    }

    /// <summary>The intervals the pieces cover.</summary>
    public IReadOnlyList<(double From, double To)> Intervals => [.. pieces.Where(p => p.Count > 1).Select(p => (p[0].X, p[^1].X))];

    /// <summary>The pieces as they are drawn.</summary>
    public IReadOnlyList<IReadOnlyList<(double X, double Y)>> Pieces =>
        [.. pieces.Any(p => LeavesAt(p[0].X, p[^1].X) || LeavesAt(p[^1].X, p[0].X)) ? pieces.SelectMany(Clipped) : pieces];

    (double X, double Y)[] Grid((double From, double To) interval)
    {
        var count = Math.Max(LeastValues, (int)(Values * (interval.To - interval.From) / width));
        var places = Enumerable.Range(0, count).Select(i => interval.From + (interval.To - interval.From) * i / count).Append(interval.To);
        return [.. places.Select(x => (x, function(x)))];
    }

    /// <summary>
    /// The grid with the poles at which the function goes to one infinity from both sides: a search for the highest value does not end.
    /// </summary>
    (double X, double Y)[] WithPoles((double X, double Y)[] grid)
    {
        const int steps = 80;
        const double unbounded = 1e3;
        var poles = new List<(double, double)>();
        for (var i = 1; i < grid.Length - 1; i++)
        {
            double Height(double y) => grid[i].Y > most ? y : -y;
            var (before, here, after) = (Height(grid[i - 1].Y), Height(grid[i].Y), Height(grid[i + 1].Y));
            if (grid[i].Y <= most && grid[i].Y >= least || !(here >= before && here >= after)) continue;
            var (a, b) = (grid[i - 1].X, grid[i + 1].X);
            for (var step = 0; step < steps; step++)
            {
                var (left, right) = (a + (b - a) / 3, b - (b - a) / 3);
                if (Height(function(left)) < Height(function(right))) a = left;
                else b = right;
            }
            if (!(Height(function(a)) <= unbounded * Math.Abs(grid[i].Y))) poles.Add((a, double.NaN));
        }
        return [.. grid.Concat(poles).OrderBy(p => p.Item1)];
    }

    void Follow((double X, double Y)[] grid)
    {
        pieces.Add([]);
        Add(grid[0]);
        foreach (var (a, b) in grid.Zip(grid.Skip(1)))
        {
            Between(a, b);
            Add(b);
        }
    }

    void Add((double X, double Y) point)
    {
        if (double.IsFinite(point.Y)) pieces[^1].Add(point);
    }

    void Break()
    {
        if (pieces[^1].Count > 0) pieces.Add([]);
    }

    /// <summary>
    /// The points between two others, from left to right, and the gaps: parts are halved while the curve is not yet smooth in them.
    /// </summary>
    void Between((double X, double Y) a, (double X, double Y) b)
    {
        var open = new Stack<((double X, double Y) A, (double X, double Y) B, bool IsFirst)>([(a, b, true)]);
        for (var budget = MostBetween; open.TryPop(out var part);)
        {
            var (from, to, isFirst) = part;
            var isClose = to.X - from.X <= Adjacent * Math.Max(width, Math.Abs(to.X));
            if (isClose || !isFirst && IsSmooth(from.Y, to.Y) || budget-- <= 0)
            {
                var isGap = !double.IsFinite(from.Y) || !double.IsFinite(to.Y) || isClose && Math.Abs(from.Y - to.Y) > fine;
                if (isGap) Break();
                if (to.X < b.X) Add(to);
                continue;
            }
            var x = from.X + (to.X - from.X) / 2;
            var middle = (x, function(x));
            if (isFirst && IsSmooth(from.Y, to.Y) && Math.Abs(middle.Item2 - (from.Y + to.Y) / 2) <= fine / 10) return;
            open.Push((middle, to, false));
            open.Push((from, middle, false));
        }
    }

    /// <summary>
    /// Nothing more is to be seen between: the values are close, both are outside the picture on one side, or neither is there.
    /// </summary>
    bool IsSmooth(double a, double b)
    {
        if (!double.IsFinite(a) || !double.IsFinite(b)) return !double.IsFinite(a) && !double.IsFinite(b);
        return Math.Abs(a - b) <= fine || Math.Min(a, b) > most || Math.Max(a, b) < least;
    }

    /// <summary>Whether the function goes to infinity at an end of a piece: closer to it, it changes as much as farther away.</summary>
    bool LeavesAt(double end, double other)
    {
        var y = new double[3];
        for (var i = 0; i < y.Length; i++) y[i] = function(end + (other - end) * Math.Pow(16, -i - 2));
        return y.All(double.IsFinite) && y[1] != y[0] && Math.Abs(y[2] - y[1]) >= 0.9 * Math.Abs(y[1] - y[0]);
    }

    /// <summary>The parts of a piece inside the picture, up to its edges.</summary>
    IEnumerable<IReadOnlyList<(double X, double Y)>> Clipped(IReadOnlyList<(double X, double Y)> piece)
    {
        var part = new List<(double X, double Y)>();
        foreach (var (i, p) in piece.Index())
        {
            var isInside = p.Y >= least && p.Y <= most;
            if (i > 0 && isInside != (piece[i - 1].Y >= least && piece[i - 1].Y <= most)) part.Add(Edge(piece[i - 1], p));
            if (isInside) part.Add(p);
            if (isInside || part.Count == 0) continue;
            yield return part;
            part = [];
        }
        if (part.Count > 0) yield return part;
    }

    /// <summary>Where the line between two points crosses the edge of the picture.</summary>
    (double X, double Y) Edge((double X, double Y) a, (double X, double Y) b)
    {
        var y = Math.Max(a.Y, b.Y) > most ? most : least;
        return (a.X + (b.X - a.X) * ((y - a.Y) / (b.Y - a.Y)), y);
    }
}
