namespace FunctionalDL;

/// <summary>What a gradient check found.</summary>
/// <param name="WorstError">
/// The largest error of an element, |a − n| / max(|a|, |n|, G/1000, |Δf|/1000h), with a the gradient, n the difference quotient, G the
/// largest gradient element and Δf the change of the function over the step h; without what n itself may be wrong by. NaN where nothing
/// was compared.
/// </param>
/// <param name="Variable">The variable of the worst element.</param>
/// <param name="Index">Its index in row-major order.</param>
/// <param name="Gradient">The gradient there.</param>
/// <param name="Difference">The difference quotient there.</param>
/// <param name="Checked">The number of elements compared.</param>
/// <param name="Skipped">
/// The number of elements that cannot be compared, because the function has a kink there or no quotient is exact enough.
/// </param>
public sealed record GradientCheckResult(
    double WorstError,
    string Variable,
    int Index,
    double Gradient,
    double Difference,
    int Checked,
    int Skipped)
{
    const int ReasonsShown = 3;

    /// <summary>The largest error of a gradient that agrees.</summary>
    public double Tolerance { get; init; }

    /// <summary>The nodes whose kinks elements were skipped for.</summary>
    public IReadOnlyList<Expr> Kinks { get; init; } = [];

    /// <summary>Why elements cannot be compared, each with the first such element.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>Whether the gradient agrees with the quotients in all elements that can be compared.</summary>
    public GradientVerdict Verdict
    {
        get
        {
            if (Checked == 0) return GradientVerdict.CannotBeCompared;
            return WorstError <= Tolerance ? GradientVerdict.Agrees : GradientVerdict.Disagrees;
        }
    }

    /// <summary>The result in a sentence, or, where nothing was compared, the reasons.</summary>
    public override string ToString()
    {
        var reasons = string.Join("; ", Reasons.Take(ReasonsShown)) + (Reasons.Count > ReasonsShown ? "; …" : "");
        if (Checked == 0) return $"none of {Skipped} elements can be compared{(Reasons.Count > 0 ? $": {reasons}" : "")}";
        var numbers = FormattableString.Invariant($"{Gradient:0.000000e+0} against {Difference:0.000000e+0}");
        var worst = FormattableString.Invariant($"worst error {WorstError:0.0e+0} at {Variable}[{Index}]");
        return $"{worst} ({numbers}), {Checked} elements checked, {Skipped} skipped{(Skipped > 0 ? $" ({reasons})" : "")}";
    }

    internal GradientCheckResult With(SlopeComparison compared, string variable, int index, double gradient)
    {
        if (compared.Verdict == GradientVerdict.CannotBeCompared)
        {
            var isKnown = Reasons.Any(r => r.EndsWith(compared.Reason, StringComparison.Ordinal));
            return this with
            {
                Skipped = Skipped + 1,
                Kinks = compared.Kink is { } kink && !Kinks.Contains(kink) ? [.. Kinks, kink] : Kinks,
                Reasons = isKnown ? Reasons : [.. Reasons, $"at {variable}[{index}] {compared.Reason}"],
            };
        }
        if (Checked > 0 && compared.Error <= WorstError) return this with { Checked = Checked + 1 };
        return this with
        {
            WorstError = compared.Error,
            Variable = variable,
            Index = index,
            Gradient = gradient,
            Difference = compared.Difference,
            Checked = Checked + 1,
        };
    }
}
