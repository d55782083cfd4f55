namespace FunctionalDL;

/// <summary>
/// Ends training when a figure has not become better for a number of epochs: a pure function of the history. The run then holds the
/// parameters of the best epoch.
/// </summary>
/// <param name="Patience">The epochs to wait for something better.</param>
/// <param name="MinimumGain">How much lower a figure must be to count as better.</param>
/// <param name="Figure">
/// What to make small; the validation loss if not given, or the loss where nothing is held out. Negate what should be large.
/// </param>
public sealed record EarlyStopping(int Patience = 5, double MinimumGain = 0, Func<EpochResult, double>? Figure = null)
{
    /// <summary>The epochs to wait for something better.</summary>
    /// <exception cref="FunctionalException">It is below 1.</exception>
    public int Patience { get; init => field = Epochs(value); } = Epochs(Patience);

    /// <summary>How much lower a figure must be to count as better.</summary>
    /// <exception cref="FunctionalException">It is negative or not a number.</exception>
    public double MinimumGain { get; init => field = Gain(value); } = Gain(MinimumGain);

    /// <summary>
    /// The index of the best epoch of a history that is not empty: the first, until one is lower by more than the minimum gain. Any
    /// number is better than NaN.
    /// </summary>
    public int Best(IReadOnlyList<EpochResult> history)
    {
        var (best, lowest) = (0, Value(history[0]));
        for (var i = 1; i < history.Count; i++)
            if (Value(history[i]) is var value && (value < lowest - MinimumGain || (double.IsNaN(lowest) && !double.IsNaN(value))))
                (best, lowest) = (i, value);
        return best;
    }

    /// <summary>Whether training should end.</summary>
    public bool IsOver(IReadOnlyList<EpochResult> history) => history.Count > 0 && history.Count - 1 - Best(history) >= Patience;

    /// <summary>Patience and minimum gain.</summary>
    public override string ToString() => FormattableString.Invariant($"early stopping({Patience}, {MinimumGain})");

    static int Epochs(int patience) =>
        patience >= 1
            ? patience
            : throw new FunctionalException($"EarlyStopping: patience {patience} is below 1. Wait for an epoch or more.");

    static double Gain(double gain) =>
        gain >= 0
            ? gain
            : throw new FunctionalException(FormattableString.Invariant($"EarlyStopping: minimum gain {gain} is not a number, 0 or more."));

    double Value(EpochResult epoch) => Figure?.Invoke(epoch) ?? epoch.Validation?.Loss ?? epoch.Loss;
}
