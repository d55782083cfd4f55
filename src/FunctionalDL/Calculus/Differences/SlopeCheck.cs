namespace FunctionalDL;

/// <summary>What came of comparing a derivative with difference quotients.</summary>
/// <param name="Verdict">Whether they agree.</param>
/// <param name="Error">
/// |a − n| relative to the larger, a the derivative and n the quotient, without what n itself may be wrong by.
/// </param>
/// <param name="Difference">The quotient.</param>
/// <param name="Kink">The part of the function that has a kink at the point, or so near that no step is smaller.</param>
/// <param name="Reason">Why they cannot be compared.</param>
readonly record struct SlopeComparison(GradientVerdict Verdict, double Error, double Difference, Expr? Kink = null, string Reason = "");

/// <summary>Compares a number with the slope of a function of one number, which is looked at no more often than it takes.</summary>
sealed class SlopeCheck
{
    const int MoreLevels = 2;

    readonly Func<double, Sample> at;
    readonly Func<Sample, Sample, Sample, Expr?> crossed;
    readonly double derivative, floor, rounding, tolerance;
    readonly Steps steps;
    readonly Sample here;
    readonly Dictionary<int, (Sample Below, Sample Above)> levels = [];
    readonly List<Quotient> quotients = [];
    (Quotient Below, Quotient Above, Expr Part)? kink;

    /// <param name="here">The function at the point.</param>
    /// <param name="at">The function beside the point.</param>
    /// <param name="x">The point.</param>
    /// <param name="crossed">A part of the function that is not differentiable somewhere between three samples; null where all are.</param>
    /// <param name="derivative">What is compared with the slope at the point.</param>
    /// <param name="floor">What an error is relative to at least.</param>
    /// <param name="rounding">How far values of the function are rounded.</param>
    /// <param name="tolerance">The largest relative error.</param>
    public SlopeCheck(Sample here, Func<double, Sample> at, double x, Func<Sample, Sample, Sample, Expr?> crossed,
        double derivative, double floor, double rounding, double tolerance)
    {
        (this.here, this.at, this.crossed, steps) = (here, at, crossed, new(x));
        (this.derivative, this.floor, this.rounding, this.tolerance) = (derivative, floor, rounding, tolerance);
    }

    public SlopeComparison Compare()
    {
        if (!double.IsFinite(here.Value)) return Cannot("the function has no finite value here");
        var last = steps.Finest;
        for (var level = 0; level <= last; level++)
        {
            quotients.AddRange(At(level));
            if (Best is { } best && IsClose(best))
            {
                if (Relative(best) <= tolerance / 100) return Compared(best);
                last = Math.Min(last, level + MoreLevels);
            }
            else if (kink is { Part: var part } && Crossed(steps.Finest) == part) return Kinked(part);
        }
        // Where rounding hides the slope, larger steps show it.
        for (var level = -1; level >= Steps.Coarsest && !(Best is { } best && IsClose(best)); level--) quotients.AddRange(At(level));

        if (Best is { } found && (IsClose(found) || Error(found) == 0 || IsConfirmed(found)))
            return Compared(found);
        if (kink is { Part: var at })
            return Kinked(at);
        if (quotients.Count == 0)
            return Cannot("the function has no finite values on both sides");
        return Cannot(
            FormattableString.Invariant($"difference quotients are exact to no more than {quotients.Min(q => q.Error):0.0e+0} here"));
    }

    /// <summary>The quotient that is close to the derivative, or else the most exact one, among those exact enough to tell.</summary>
    Quotient? Best => quotients.Where(q => IsExact(q) && (IsClose(q) || !quotients.Any(q.IsRefutedBy)))
        .OrderByDescending(IsClose).ThenByDescending(IsConfirmed).ThenBy(q => q.Error)
        .Select(q => (Quotient?)q).FirstOrDefault();

    double Size(Quotient q) => new[] { Finite(derivative), Finite(q.Value), Finite(floor), Finite(q.Change) / 1000 }.Max();

    static double Finite(double value) => double.IsFinite(value) ? Math.Abs(value) : 0;

    /// <summary>A quotient tells something where it is exact on the scale of the derivative, or of the function itself.</summary>
    bool IsExact(Quotient q) => q.Error <= tolerance * Math.Max(Size(q), q.Size / steps.Scale)
        || Math.Abs(derivative - q.Value) > 10 * q.Error;

    bool IsClose(Quotient q) => Relative(q) <= tolerance;

    double Relative(Quotient q) => derivative == q.Value ? 0 : Math.Abs(derivative - q.Value) / Size(q);

    /// <summary>How far apart they are beyond what the quotient may be wrong by.</summary>
    double Error(Quotient q)
    {
        if (IsClose(q)) return Relative(q);
        if (!double.IsFinite(derivative)) return double.PositiveInfinity;
        return Math.Max(0, Math.Abs(derivative - q.Value) - Quotient.Doubt * q.Error) / Size(q);
    }

    /// <summary>One quotient may be wrong by chance, two not in the same way.</summary>
    bool IsConfirmed(Quotient q) => !double.IsFinite(derivative)
        || quotients.Count(other => Math.Abs(other.Value - q.Value) <= Math.Abs(derivative - q.Value) / 10) > 1;

    SlopeComparison Compared(Quotient q) =>
        new(Error(q) <= tolerance ? GradientVerdict.Agrees : GradientVerdict.Disagrees, Error(q), q.Value);

    static SlopeComparison Cannot(string reason, Expr? kink = null) =>
        new(GradientVerdict.CannotBeCompared, double.NaN, double.NaN, kink, reason);

    SlopeComparison Kinked(Expr part)
    {
        var (below, above) = (kink!.Value.Below.Value, kink.Value.Above.Value);
        return Cannot(FormattableString.Invariant($"the slope is {below:G6} from below and {above:G6} from above"), part);
    }

    /// <summary>The quotients that a level makes possible, together with those looked at before.</summary>
    IEnumerable<Quotient> At(int level)
    {
        var coarse = level < 0 ? level : level - 2;
        if (level > 0 && AreFinite(level - 1, 2) && Crossed(level - 1) is null)
            yield return Quotient.Central(rounding, Level(level - 1), Level(level));
        if (level is 0 or 1 || !AreFinite(coarse, 3)) yield break;
        var three = Enumerable.Range(coarse, 3).Select(Level).ToArray();
        if (Crossed(coarse) is not { } part)
        {
            yield return Quotient.Central(rounding, three);
            yield break;
        }
        var below = Quotient.OneSided(rounding, here, [.. three.Select(p => p.Below)]);
        var above = Quotient.OneSided(rounding, here, [.. three.Select(p => p.Above)]);
        var (apart, error) = (Math.Abs(above.Value - below.Value), below.Error + above.Error);
        var isClear = apart > 10 * error && error <= Math.Max(Math.Abs(below.Value), Math.Abs(above.Value)) / 100;
        if (level > 0 && isClear) kink = (below, above, part);
        var change = Math.Max(below.Change, above.Change);
        yield return new((below.Value + above.Value) / 2, error + apart, Math.Max(below.Size, above.Size), change, below.Step);
    }

    (Sample Below, Sample Above) Level(int level) =>
        levels.TryGetValue(level, out var known) ? known : levels[level] = (at(-steps.At(level)), at(steps.At(level)));

    bool AreFinite(int coarse, int count) => Enumerable.Range(coarse, count).Select(Level).All(p =>
        double.IsFinite(p.Below.Value) && double.IsFinite(p.Above.Value) && p.Below.Offset < 0 && p.Above.Offset > 0);

    Expr? Crossed(int level) => crossed(Level(level).Below, here, Level(level).Above);
}
