namespace FunctionalDL;

/// <summary>What <see cref="Lbfgs"/> came to.</summary>
/// <param name="Parameters">Where it ended.</param>
/// <param name="Value">The function's value there.</param>
/// <param name="LargestGradient">The largest element of the gradient there, without its sign.</param>
/// <param name="Iterations">The steps it took.</param>
/// <param name="Evaluations">The values and gradients it took.</param>
/// <param name="Stop">Why it ended.</param>
public sealed record LbfgsResult(
    TensorSet Parameters,
    double Value,
    double LargestGradient,
    int Iterations,
    int Evaluations,
    LbfgsStop Stop)
{
    /// <summary>The value, the largest element of the gradient, what it took, and why it ended.</summary>
    public override string ToString() =>
        FormattableString.Invariant(
            $"{Value:G6} with a gradient of {LargestGradient:G3} at most, after {Iterations} iterations and "
        ) + FormattableString.Invariant(
            $"{Evaluations} evaluations: {Reason}"
        );

    string Reason => Stop switch
    {
        LbfgsStop.Gradient => "the gradient is within the tolerance",
        LbfgsStop.Value => "the last step lowered the value by no more than the tolerance",
        LbfgsStop.Iterations => "all iterations are used",
        LbfgsStop.NoLowerPoint => "no lower point is found downhill",
        LbfgsStop.NotFinite => "the function is not finite downhill, however near",
        _ => "it was cancelled",
    };
}

/// <summary>Why <see cref="Lbfgs"/> ended.</summary>
public enum LbfgsStop
{
    /// <summary>
    /// The gradient is within <see cref="Lbfgs.Tolerance"/>, or within <see cref="Lbfgs.RelativeTolerance"/> of the first: converged.
    /// </summary>
    Gradient,

    /// <summary>The last step lowered the value by less than <see cref="Lbfgs.ValueTolerance"/> of it: converged.</summary>
    Value,

    /// <summary>All <see cref="Lbfgs.Iterations"/> are used.</summary>
    Iterations,

    /// <summary>
    /// Against the gradient no lower value is found, down to the last bit of the parameters: what is left is rounding, or a kink.
    /// </summary>
    NoLowerPoint,

    /// <summary>
    /// Against the gradient no lower value is found, and values that are not finite are met: the edge of where the function is defined.
    /// </summary>
    NotFinite,

    /// <summary><see cref="Lbfgs.Cancellation"/> was asked for.</summary>
    Cancelled,
}
