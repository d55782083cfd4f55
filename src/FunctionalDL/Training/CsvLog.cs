using System.Globalization;
using CsvHelper;

namespace FunctionalDL;

/// <summary>
/// Writes the history as CSV after each epoch: <c>epoch,loss,steps,seconds</c>, with validation <c>validation_loss</c> and each metric,
/// and each metric of the examples trained on as
/// <c>training_…</c>. The file always holds the whole history, also that of a run before it was resumed. Where it cannot be written the
/// run goes on, and its
/// <see cref="TrainingRun.Warnings"/> say so; a folder that is not there is an error before the first step.
/// </summary>
public sealed class CsvLog(string path) : Callback
{
    /// <inheritdoc/>
    public override void OnStart(TrainingStatus status) => AtomicFile.RequireFolder(path);

    /// <inheritdoc/>
    public override void OnEpoch(TrainingStatus status) => status.Try(() => Write(status));

    void Write(TrainingStatus status) =>
        AtomicFile.Write(
            path,
            stream =>
            {
                using var csv = new CsvWriter(new StreamWriter(stream, leaveOpen: true), CultureInfo.InvariantCulture);
                var last = status.History[^1];
                string[] metrics = [.. last.Validation?.Metrics.Keys ?? []],
                    training = [.. last.Metrics.Keys];
                Row([
                    "epoch",
                    "loss",
                    "steps",
                    "seconds",
                    .. last.Validation is null ? [] : (string[])["validation_loss", .. metrics],
                    .. training.Select(m => $"training_{m}"),
                ]);
                foreach (var epoch in status.History)
                    Row([
                        Text(epoch.Epoch),
                        Text(epoch.Loss),
                        Text(epoch.Steps),
                        Text(epoch.Seconds),
                        .. Validation(epoch),
                        .. Figures(training, epoch.Metrics),
                    ]);

                IEnumerable<string> Validation(EpochResult epoch)
                {
                    if (epoch.Validation is { } v) return [Text(v.Loss), .. Figures(metrics, v.Metrics)];
                    return last.Validation is null ? [] : Figures([.. metrics.Prepend("")], Metric.None);
                }

                static IEnumerable<string> Figures(string[] names, IReadOnlyDictionary<string, double> figures) =>
                    names.Select(name => figures.TryGetValue(name, out var value) ? Text(value) : "");

                void Row(IEnumerable<string> fields)
                {
                    foreach (var field in fields) csv.WriteField(field);
                    csv.NextRecord();
                }
            });

    static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
