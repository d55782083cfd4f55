using System.Globalization;
using CsvHelper;

namespace FunctionalDL;

/// <summary>
/// Writes the history as CSV after each epoch: <c>epoch,loss,steps,seconds</c> and, with validation, <c>validation_loss</c> and each metric. The file always holds
/// the whole history, also that of a run before it was resumed.
/// </summary>
public sealed class CsvLog(string path) : Callback
{
    /// <inheritdoc/>
    public override void OnEpoch(TrainingStatus status) => AtomicFile.Write(path, stream =>
    {
        using var csv = new CsvWriter(new StreamWriter(stream, leaveOpen: true), CultureInfo.InvariantCulture);
        string[] metrics = [.. status.History[^1].Validation?.Metrics.Keys ?? []];
        Row(["epoch", "loss", "steps", "seconds", .. status.History[^1].Validation is null ? [] : (string[])["validation_loss", .. metrics]]);
        foreach (var epoch in status.History)
            Row([Text(epoch.Epoch), Text(epoch.Loss), Text(epoch.Steps), Text(epoch.Seconds),
                .. epoch.Validation is { } v ? (string[])[Text(v.Loss), .. metrics.Select(m => v.Metrics.TryGetValue(m, out var value) ? Text(value) : "")] : []]);

        void Row(IEnumerable<string> fields)
        {
            foreach (var field in fields) csv.WriteField(field);
            csv.NextRecord();
        }
    });

    static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
