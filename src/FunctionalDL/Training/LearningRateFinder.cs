namespace FunctionalDL;

/// <summary>
/// Finds a learning rate by trying them all (Smith 2017): one run in which the rate grows from step to step, until the loss explodes.
/// </summary>
public static class LearningRateFinder
{
    /// <summary>
    /// The loss of each step as the rate grows exponentially from <paramref name="from"/> to <paramref name="to"/>, and a rate to use:
    /// where the smoothed loss falls fastest. The model is left as it is.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="data">What to train on; the run takes as many epochs as it needs.</param>
    /// <param name="loss">What to make small.</param>
    /// <param name="optimizer">The optimizer of a learning rate, such as <c>rate =&gt; Optimizer.Adam(rate)</c>.</param>
    /// <param name="batch">The examples of a step.</param>
    /// <param name="seed">The seed of first values and order.</param>
    /// <param name="from">The first rate.</param>
    /// <param name="to">The last rate.</param>
    /// <param name="steps">The most steps.</param>
    /// <exception cref="FunctionalException">The rates are not 0 &lt; from &lt; to, or there are fewer than 3 steps.</exception>
    public static LearningRates Find(
        Model model,
        Dataset data,
        Objective loss,
        Func<double, Optimizer> optimizer,
        Batching batch,
        long seed = 0,
        double from = 1e-7,
        double to = 10,
        int steps = 100)
    {
        if (!(from > 0 && from < to && double.IsFinite(to)) || steps < 3)
            throw new FunctionalException(
                FormattableString.Invariant(
                    $"LearningRateFinder: rates from {from} to {to} in {steps} steps. Give 0 < from < to and 3 steps or more."));
        var tried = new List<(double Rate, double Loss)>();
        using var enough = new CancellationTokenSource();
        var growth = Math.Pow(to / from, 1.0 / (steps - 1));
        var watch = Callback.EachStep(status =>
        {
            tried.Add((from * Math.Pow(growth, tried.Count), status.Loss));
            if (tried.Count == steps || status.Loss > 4 * tried.Min(t => t.Loss)) enough.Cancel();
        });
        try
        {
            model.Fit(
                data,
                loss,
                optimizer(from) >> Schedule.Exponential(1, growth),
                (steps / batch.Steps(data.Count)) + 1,
                batch,
                seed,
                new() { Callbacks = [watch], Cancellation = enough.Token });
        }
        catch (DivergenceException) when (tried.Count > 0)
        {
            // The losses up to there are what was looked for.
        }
        if (tried.Count < 3)
            throw new FunctionalException(
                FormattableString.Invariant(
                    $"LearningRateFinder: training diverged at once, with a rate of {from}. Begin with a lower one."));
        return new(tried, Steepest(tried));
    }

    /// <summary>The rate at which the loss, averaged over its past, falls fastest.</summary>
    static double Steepest(IReadOnlyList<(double Rate, double Loss)> tried)
    {
        const double past = 0.9;
        var (average, weight) = (0.0, 0.0);
        var smooth = tried.Select(t =>
        {
            (average, weight) = (past * average + (1 - past) * t.Loss, past * weight + (1 - past));
            return average / weight;
        }).ToArray();
        return tried[Enumerable.Range(1, tried.Count - 2).MinBy(i => smooth[i + 1] - smooth[i - 1])].Rate;
    }
}

/// <summary>What <see cref="LearningRateFinder"/> found.</summary>
/// <param name="Tried">Each rate and the loss of its step, in order.</param>
/// <param name="Suggested">The rate where the smoothed loss fell fastest.</param>
public sealed record LearningRates(IReadOnlyList<(double Rate, double Loss)> Tried, double Suggested)
{
    /// <summary>The suggested rate, and how many were tried.</summary>
    public override string ToString() => FormattableString.Invariant($"{Suggested:G3} of {Tried.Count} rates tried");
}
