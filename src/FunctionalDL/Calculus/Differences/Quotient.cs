namespace FunctionalDL;

/// <summary>
/// A derivative from values of the function alone, and how far it may be from the true one: by what is cut off, judged by the last step
/// of the extrapolation, and by the rounding of the values, divided by the step.
/// </summary>
/// <remarks>
/// Difference quotients for steps h, h/4, h/16 are extrapolated to the step 0 (Richardson 1911; Ridders 1982): central ones hold even
/// powers of h alone, one-sided ones all.
/// </remarks>
/// <param name="Value">The derivative.</param>
/// <param name="Error">How far the true one may be from it.</param>
/// <param name="Size">The largest |f| it was made of.</param>
/// <param name="Change">The secant slope: by how much f changed over the largest step, divided by that.</param>
/// <param name="Step">The smallest step.</param>
readonly record struct Quotient(double Value, double Error, double Size, double Change, double Step)
{
    /// <summary>Up to which factor an error is trusted.</summary>
    public const double Doubt = 4;

    const double MinNormal = 2.2250738585072014e-308;

    static readonly double Epsilon = Math.BitIncrement(1.0) - 1;

    /// <summary>From values on both sides at falling steps, and how far those are rounded beyond their last digit.</summary>
    public static Quotient Central(double rounding, params (Sample Below, Sample Above)[] levels) =>
        Of([.. levels.Select(p => (p.Above.Value - p.Below.Value) / (p.Above.Offset - p.Below.Offset))], 2,
            [.. levels.SelectMany(p => new[] { p.Below, p.Above })], rounding);

    /// <summary>From values on one side at falling steps, and that at the point.</summary>
    public static Quotient OneSided(double rounding, Sample here, params Sample[] levels) =>
        Of([.. levels.Select(s => (s.Value - here.Value) / (s.Offset - here.Offset))], 1, [.. levels, here], rounding);

    /// <summary>
    /// One of smaller steps that is elsewhere, by more than both may be wrong by, shows that this one's steps were too large.
    /// </summary>
    public bool IsRefutedBy(Quotient finer) => finer.Step < Step && Math.Abs(finer.Value - Value) > Doubt * (finer.Error + Error);

    static Quotient Of(double[] quotients, int power, Sample[] samples, double rounding)
    {
        var error = 0.0;
        for (var order = 1; order < quotients.Length; order++)
        {
            error = Math.Abs(quotients[^1] - quotients[^2]);
            var weight = Math.Pow(Steps.Factor, power * order) - 1;
            for (var i = quotients.Length - 1; i >= order; i--) quotients[i] += (quotients[i] - quotients[i - 1]) / weight;
        }
        var values = samples.Select(s => s.Value).ToArray();
        var size = values.Max(Math.Abs);
        var steps = samples.Select(s => Math.Abs(s.Offset)).Where(h => h > 0).ToArray();
        // Numbers close to the smallest have lost digits, and what was computed of them may have lost as many.
        var rounded = Math.Max(size > 0 ? Math.Max(Epsilon * size, MinNormal) : 0, rounding);
        return new(quotients[^1], error + 2 * rounded / steps.Min(), size, (values.Max() - values.Min()) / steps.Max(), steps.Min());
    }
}
