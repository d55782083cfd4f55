namespace FunctionalDL;

/// <summary>How a model is verified in OnnxRuntime, and whether the proof of it is written.</summary>
public sealed record OnnxVerificationOptions
{
    /// <summary>
    /// The largest difference |a − b| / max(1, |a|) allowed between a float of OnnxRuntime's and the reference; the last digit of the
    /// output's dtype is allowed in any case.
    /// </summary>
    /// <exception cref="FunctionalException">It is below 0 or no number.</exception>
    public double Tolerance
    {
        get;
        init => field = value >= 0
            ? value
            : throw new FunctionalException(FormattableString.Invariant(
                $"OnnxVerificationOptions: a tolerance of {value} allows nothing. Give one from 0 on, such as 1e-4."));
    } = 1e-4;

    /// <summary>
    /// The sizes that every named dimension takes in turn; null for <see cref="OnnxVerification.DefaultSizes"/>, of which those that would
    /// take minutes are left out.
    /// </summary>
    /// <exception cref="FunctionalException">There is none, or one is below 0.</exception>
    public IReadOnlyList<int>? Sizes
    {
        get;
        init => field = value is null || value.Count > 0 && value.Min() >= 0
            ? value
            : throw new FunctionalException("OnnxVerificationOptions: give at least one size, from 0 on, or null for the default ones.");
    }

    /// <summary>Values for some of the inputs, by name, in the place of random ones.</summary>
    public TensorSet Inputs { get; init; } = TensorSet.Empty;

    /// <summary>The seed of the random inputs.</summary>
    public long Seed { get; init; }

    /// <summary>Whether an export writes the proof beside the file (<see cref="ModelProof"/>).</summary>
    public bool Proof { get; init; } = true;

    /// <summary>How the model was written, which its nodes' names depend on.</summary>
    internal OnnxOptions Written { get; init; } = new();

    /// <summary>What is tried, and what is allowed.</summary>
    public override string ToString() =>
        $"sizes {string.Join(", ", Sizes ?? OnnxVerification.DefaultSizes)}, seed {Seed}, "
        + FormattableString.Invariant($"tolerance {Tolerance:R}{(Proof ? "" : ", no proof")}");
}
