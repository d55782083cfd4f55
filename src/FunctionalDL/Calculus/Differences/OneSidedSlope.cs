namespace FunctionalDL;

/// <summary>What a function is like on one side of a point.</summary>
enum SideKind { Slope, Infinite, Jump, NoValue, Unknown }

/// <summary>The slope of a function on one side of a point, from its values there.</summary>
/// <param name="Kind">What it is like.</param>
/// <param name="Value">The slope; ±∞ where it is infinite; where the function jumps, the value it jumps to.</param>
/// <param name="Error">How far the true slope may be from it.</param>
readonly record struct OneSidedSlope(SideKind Kind, double Value, double Error)
{
    const double Exact = 1e-5;

    /// <summary>Looks at f(x + h) for h falling to 0 from one side.</summary>
    /// <param name="f">The function.</param>
    /// <param name="x">The point, where it has a finite value.</param>
    /// <param name="side">1 for above, −1 for below.</param>
    public static OneSidedSlope Of(Func<double, double> f, double x, int side)
    {
        var steps = new Steps(x);
        Sample At(double place) => new(place - x, f(place), []);
        var here = At(x);
        // The function may end at a distance: what counts is what is next to the point.
        var levels = Enumerable.Range(Steps.Coarsest, steps.Finest - Steps.Coarsest + 1);
        Sample[] samples = [.. levels.Select(level => At(x + side * steps.At(level)))
            .Reverse().TakeWhile(s => double.IsFinite(s.Value)).Reverse().Where(s => s.Offset != 0)];
        if (samples.Length < 4) return new(SideKind.NoValue, double.NaN, 0);

        Quotient[] quotients = [.. Enumerable.Range(0, samples.Length - 2)
            .Select(i => Quotient.OneSided(0, here, samples[i], samples[i + 1], samples[i + 2]))];
        // Among many, one may seem exact by chance: it has to be what the next one is too.
        var (best, error) = quotients.Zip(quotients.Skip(1), (a, b) => (a, Math.Max(a.Error, Math.Abs(a.Value - b.Value))))
            .MinBy(p => p.Item2);
        if (error <= Exact * Math.Max(Math.Abs(best.Value), best.Size / steps.Scale)) return Finite(best.Value, error);
        return Limit(here, samples);
    }

    /// <summary>
    /// Where quotients do not settle as a smooth function's do: by the ratio in which they change from step to step (Aitken 1926).
    /// </summary>
    static OneSidedSlope Limit(Sample here, Sample[] samples)
    {
        // Quotients that rounding has not reached.
        var noise = 1e5 * (Math.BitIncrement(1.0) - 1) * Math.Abs(here.Value);
        Sample[] clear = [.. samples.Where(s => Math.Abs(s.Value - here.Value) > noise)];
        if (clear.Length < 4) return new(SideKind.Unknown, double.NaN, double.PositiveInfinity);
        var q = clear[^4..].Select(s => (s.Value - here.Value) / s.Offset).ToArray();
        var (ratio, before) = ((q[3] - q[2]) / (q[2] - q[1]), (q[2] - q[1]) / (q[1] - q[0]));
        if (!(Math.Abs(ratio - before) <= 0.05 * Math.Abs(ratio)) || ratio <= 0)
            return new(SideKind.Unknown, double.NaN, double.PositiveInfinity);
        // q ∝ 1/h: a jump. Growing more slowly, as by a root or a logarithm: a vertical tangent. Shrinking: a limit.
        if (ratio > 0.9 * Steps.Factor)
            return new(SideKind.Jump, clear[^1].Value + (clear[^1].Value - clear[^2].Value) / (Steps.Factor - 1), 0);
        if (ratio > 0.98) return new(SideKind.Infinite, q[3] > q[2] ? double.PositiveInfinity : double.NegativeInfinity, 0);
        var (limit, last) = (q[3] + (q[3] - q[2]) * ratio / (1 - ratio), q[2] + (q[2] - q[1]) * before / (1 - before));
        return Finite(limit, Math.Abs(limit - last) + 1e-9 * Math.Abs(q[3]));
    }

    static OneSidedSlope Finite(double value, double error) => new(SideKind.Slope, Math.Abs(value) <= 2 * error ? 0 : value, error);

    /// <summary>Whether two finite slopes are one.</summary>
    public bool Agrees(OneSidedSlope other) => Kind == SideKind.Slope && other.Kind == SideKind.Slope
        && Math.Abs(Value - other.Value) <= 10 * (Error + other.Error) + 1e-7 * Math.Max(Math.Abs(Value), Math.Abs(other.Value));
}
