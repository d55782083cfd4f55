namespace FunctionalDL;

/// <summary>
/// One derivative of a model, computed in three ways in float64: along a random direction v of its parameters and float inputs, of
/// L = Σ c·y, all outputs y weighted by random c. Reverse mode gives ⟨∇L, v⟩, forward mode ∂L·v, and values of L alone central
/// differences, extrapolated to the step 0 (Richardson 1911).
/// </summary>
/// <param name="Verdict">Whether the three agree.</param>
/// <param name="Reason">Why they cannot be compared, or why not all parameters moved; empty otherwise.</param>
public sealed record GradientProof(GradientVerdict Verdict, string Reason)
{
    /// <summary>⟨∇L, v⟩ by reverse mode.</summary>
    public double Reverse { get; init; }

    /// <summary>∂L·v by forward mode.</summary>
    public double Forward { get; init; }

    /// <summary>The derivative by central differences.</summary>
    public double Differences { get; init; }

    /// <summary>|reverse − differences| relative to the larger of the two.</summary>
    public double Error { get; init; }

    /// <summary>|reverse − forward| relative to Σ |∇L·v|.</summary>
    public double IdentityError { get; init; }

    /// <summary>The elements of parameters and inputs that moved.</summary>
    public long Moved { get; init; }

    /// <summary>All there are.</summary>
    public long Elements { get; init; }

    /// <summary>The largest <see cref="Error"/> that agrees.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>The largest <see cref="IdentityError"/> that agrees: both are the same sum in another order.</summary>
    public const double IdentityTolerance = 1e-9;

    /// <summary>The result in a sentence.</summary>
    public override string ToString() => Verdict switch
    {
        GradientVerdict.Agrees => FormattableString.Invariant(
            $"The gradient agrees with central differences ({Error:0.0e+0}) and with forward mode ({IdentityError:0.0e+0})."),
        GradientVerdict.Disagrees => FormattableString.Invariant(
            $"The gradient is {Reverse:G6} in reverse mode, {Forward:G6} in forward mode, {Differences:G6} by differences. {Reason}"),
        _ => $"The gradient was not compared: {Reason}",
    };
}
