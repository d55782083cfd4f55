namespace FunctionalDL;

/// <summary>
/// Looks along a direction for a point that satisfies the strong Wolfe conditions (Nocedal, Wright 2006, algorithms 3.5 and 3.6): a
/// bracket that grows by doubling and shrinks by interpolation, until it is found or no number lies between the bracket's ends.
/// </summary>
/// <param name="rounded">A place as the parameters' type can hold it.</param>
/// <param name="function">The function there.</param>
/// <param name="start">Where the line begins.</param>
/// <param name="direction">Where it leads: downhill.</param>
sealed class LbfgsLineSearch(Func<double[], double[]> rounded, Func<double[], Lbfgs.Point> function, Lbfgs.Point start, double[] direction)
{
    const double SufficientDecrease = 1e-4, Curvature = 0.9, SlowShrinking = 0.66;

    readonly double slope = Lbfgs.Dot(start.Gradient, direction);

    /// <summary>Whether the function and its gradient were finite at all points tried.</summary>
    public bool IsFinite { get; private set; } = true;

    /// <summary>
    /// Such a point, from a first try at <paramref name="first"/> on. Where values differ by no more than <paramref name="rounding"/> of
    /// them, the slopes decide (Hager, Zhang 2005, the approximate Wolfe conditions). Where rounding leaves none to be found, the lowest
    /// one met; null where none is lower.
    /// </summary>
    public Lbfgs.Point? Run(double first, double rounding)
    {
        if (!(slope < 0)) return null;
        var lowest = start;
        (double Step, Lbfgs.Point Point) low = (0, start), high = (double.PositiveInfinity, start);
        var width = double.PositiveInfinity;
        for (var step = first; double.IsFinite(step) && step > 0; step = Next(step))
        {
            var w = rounded(Lbfgs.Along(start.W, step, direction));
            if (w.AsSpan().SequenceEqual(low.Point.W) || (!double.IsInfinity(high.Step) && w.AsSpan().SequenceEqual(high.Point.W)))
            {
                // A first step may be too short to move at all; between the ends of a bracket nothing is left.
                if (double.IsInfinity(high.Step)) continue;
                break;
            }
            var point = function(w);
            IsFinite &= point.IsFinite;
            if (point.IsFinite && point.Value < lowest.Value) lowest = point;
            var here = Lbfgs.Dot(point.Gradient, direction);
            var isLower = point.IsFinite && (point.Value <= start.Value + SufficientDecrease * step * slope
                || (point.Value <= start.Value + rounding * Math.Abs(start.Value) && here <= (2 * SufficientDecrease - 1) * slope));
            if (isLower && Math.Abs(here) <= -Curvature * slope) return point;
            var isHigh = !isLower || (low.Step > 0 && point.Value >= low.Point.Value);
            // The bracket: its low end satisfies sufficient decrease, and the slope there points to the other end.
            if (isHigh) high = (step, point);
            else
            {
                if (here * ((double.IsInfinity(high.Step) ? step + 1 : high.Step) - step) >= 0) high = low;
                low = (step, point);
            }
        }
        return ReferenceEquals(lowest, start) ? null : lowest;

        double Next(double step)
        {
            if (double.IsInfinity(high.Step)) return 2 * step;
            var before = width;
            width = Math.Abs(high.Step - low.Step);
            return width > SlowShrinking * before ? low.Step + (high.Step - low.Step) / 2 : Between(low, high);
        }
    }

    /// <summary>
    /// The lowest point of the parabola through both values and the low end's slope. Within the middle of the bracket it is taken as it
    /// is; nearer to the low end, where the function's scale is far from the bracket's, down to a thousandth of the bracket; else the
    /// middle.
    /// </summary>
    double Between((double Step, Lbfgs.Point Point) low, (double Step, Lbfgs.Point Point) high)
    {
        var width = high.Step - low.Step;
        var slope = Lbfgs.Dot(low.Point.Gradient, direction);
        var share = -slope * width / (2 * (high.Point.Value - low.Point.Value - slope * width));
        if (!high.Point.IsFinite || !(share is > 0 and < 0.9)) share = 0.5;
        return low.Step + width * (share < 0.1 ? Math.Max(share, 1e-3) : share);
    }
}
