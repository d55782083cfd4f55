using System.Globalization;

namespace FunctionalDL;

/// <summary>
/// Shows how a run goes: in a terminal one line an epoch that is drawn over, with a bar, the loss and the time that is left; a plain line an epoch where the output
/// is redirected.
/// </summary>
/// <param name="output">Where to write; the console if not given.</param>
/// <param name="isInteractive">Whether lines can be drawn over; found out from the console if not given.</param>
/// <param name="clock">The clock of the time that is left; the system's if not given.</param>
public sealed class ConsoleProgress(TextWriter? output = null, bool? isInteractive = null, TimeProvider? clock = null) : Callback
{
    const int BarWidth = 24;
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    readonly TextWriter output = output ?? Console.Out;
    readonly bool isInteractive = isInteractive ?? (output is null && !Console.IsOutputRedirected);
    readonly TimeProvider clock = clock ?? TimeProvider.System;
    long started, drawn, firstStep;

    /// <inheritdoc/>
    public override void OnStart(TrainingStatus status) => (started, drawn, firstStep) = (clock.GetTimestamp(), 0, status.Position.Step);

    /// <inheritdoc/>
    public override void OnStep(TrainingStatus status)
    {
        var at = status.Position;
        if (!isInteractive || at.Batch == 0 || (drawn != 0 && clock.GetElapsedTime(drawn) < Between)) return;
        drawn = clock.GetTimestamp();
        var loss = at.LossSum / at.Seen;
        if (status.StepsPerEpoch is not { } steps)
        {
            Write($"\repoch {at.Epoch}/{status.Epochs} step {at.Batch} loss {loss:G5} ");
            return;
        }
        var full = BarWidth * at.Batch / steps;
        var left = clock.GetElapsedTime(started) / (at.Step - firstStep) * ((long)status.Epochs * steps - at.Step);
        Write($"\repoch {at.Epoch}/{status.Epochs} [{new string('#', full)}{new string('.', BarWidth - full)}] loss {loss:G5}, {left:hh\\:mm\\:ss} left ");
    }

    /// <inheritdoc/>
    public override void OnEpoch(TrainingStatus status)
    {
        var epoch = status.History[^1];
        var validation = epoch.Validation is { } v
            ? string.Concat(v.Metrics.Select(m => FormattableString.Invariant($", {m.Key} {m.Value:G5}")).Prepend(FormattableString.Invariant($", validation loss {v.Loss:G5}")))
            : "";
        var line = FormattableString.Invariant($"epoch {epoch.Epoch}/{status.Epochs}: loss {epoch.Loss:G5}{validation}, {epoch.Seconds:F1} s");
        Write($"{(isInteractive ? "\r" : "")}{(isInteractive ? line.PadRight(80) : line)}\n");
    }

    void Write(FormattableString text)
    {
        output.Write(text.ToString(CultureInfo.InvariantCulture));
        output.Flush();
    }
}
