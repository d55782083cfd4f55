namespace FunctionalDL;

/// <summary>The history of a training run as a picture.</summary>
public static class HistoryChart
{
    /// <summary>
    /// The loss of each epoch, and the validation loss where there is one, with its lowest point; or the given metrics, of the validation
    /// where there is one and of the examples trained on otherwise: <c>run.History.Plot().Save("loss.png")</c>,
    /// <c>run.History.Plot("accuracy").Save("accuracy.svg")</c>.
    /// </summary>
    /// <param name="history">What each epoch came to.</param>
    /// <param name="metrics">The names of metrics to show instead of losses.</param>
    /// <exception cref="FunctionalException">The history is empty, or no epoch has such a metric.</exception>
    public static Chart Plot(this IReadOnlyList<EpochResult> history, params string[] metrics)
    {
        if (history.Count == 0)
            throw new FunctionalException("Plot: the history is empty. Train for an epoch or more.");
        if (metrics.Length > 0)
            return metrics.Aggregate(
                Chart.Of("epoch", history[^1].Validation is null ? "training" : "validation"),
                (chart, metric) => chart.Line(Metric(history, metric), metric, markers: Marker(history)));

        var held = history.Where(e => e.Validation is not null).Select(e => ((double)e.Epoch, e.Validation!.Loss)).ToArray();
        var losses = history.Select(e => ((double)e.Epoch, e.Loss)).ToArray();
        double[] all = [.. losses.Concat(held).Select(p => p.Item2)];
        var spans = all.Min() > 0 && all.Max() / all.Min() > 30;
        var training = Chart.Of("epoch", new ChartAxis("loss", spans)).Line(losses, "training", markers: Marker(history));
        if (held.Length == 0) return training;
        var best = held.MinBy(p => p.Loss);
        return training
            .Line(held, "validation", markers: Marker(history))
            .Points([best], FormattableString.Invariant($"best: {best.Loss:G4} in epoch {best.Item1}"), 1);
    }

    static (double, double)[] Metric(IReadOnlyList<EpochResult> history, string metric)
    {
        var isHeld = history[^1].Validation is not null;
        IReadOnlyDictionary<string, double>? Figures(EpochResult epoch) => isHeld ? epoch.Validation?.Metrics : epoch.Metrics;
        var measured = history
            .Where(e => Figures(e)?.ContainsKey(metric) == true)
            .Select(e => ((double)e.Epoch, Figures(e)![metric]))
            .ToArray();
        return measured.Length > 0
            ? measured
            : throw new FunctionalException(
                $"Plot: no epoch has a metric \"{metric}\"; the last has "
                    + $"{string.Join(", ", Figures(history[^1])!.Keys.DefaultIfEmpty("none"))}. Add it to FitOptions.Metrics."
            );
    }

    static double Marker(IReadOnlyList<EpochResult> history) => history.Count <= 40 ? 6 : 0;
}
