namespace FunctionalDL;

/// <summary>How far OnnxRuntime and the reference are apart in one output, over all inputs tried.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Elements">The elements compared.</param>
/// <param name="MaxDifference">
/// The largest difference |a − b| / max(1, |a|) between an element and the reference that it agrees with.
/// </param>
public sealed record OutputAgreement(string Name, long Elements, double MaxDifference)
{
    /// <summary>The elements that are NaN in both: they say nothing about agreement.</summary>
    public long BothNaN { get; init; }

    /// <summary>
    /// The elements that are not within the tolerance of the expression in float64 and are so in its own precision: where rounding
    /// decides, such as which of two equal numbers is the largest, or what is beyond the largest float32.
    /// </summary>
    public long DecidedByRounding { get; init; }

    /// <summary>The result in a few words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Name}: largest difference {MaxDifference:0.0e+0} of {Elements:N0} elements");

    internal OutputAgreement With(OutputAgreement other) =>
        new(Name, Elements + other.Elements, Math.Max(MaxDifference, other.MaxDifference))
        {
            BothNaN = BothNaN + other.BothNaN,
            DecidedByRounding = DecidedByRounding + other.DecidedByRounding,
        };
}
