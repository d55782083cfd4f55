using System.Globalization;

namespace FunctionalDL;

/// <summary>
/// Shows how a run goes: in a terminal one line an epoch that is drawn over, with a bar, the loss and the time that is left; a plain line
/// an epoch where the output is redirected.
/// </summary>
/// <param name="output">Where to write; the console if not given.</param>
/// <param name="isInteractive">Whether lines can be drawn over; found out from the console if not given.</param>
/// <param name="clock">The clock of the time that is left; the system's if not given.</param>
/// <param name="columns">The width of the terminal; found out from the console if not given, 80 where there is none.</param>
public sealed class ConsoleProgress(TextWriter? output = null, bool? isInteractive = null, TimeProvider? clock = null, int? columns = null)
    : Callback
{
    const int BarWidth = 24, ShortestBar = 4;
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    readonly TextWriter output = output ?? Console.Out;
    readonly bool isConsole = output is null && !Console.IsOutputRedirected;
    readonly bool isInteractive = isInteractive ?? (output is null && !Console.IsOutputRedirected);
    readonly TimeProvider clock = clock ?? TimeProvider.System;
    long started, drawn, firstStep;
    bool isLineOpen;

    /// <summary>What fits on a line that can be drawn over: the last column would break it.</summary>
    int Room => Math.Max(1, (columns ?? (isConsole && Console.WindowWidth > 0 ? Console.WindowWidth : 80)) - 1);

    /// <inheritdoc/>
    public override void OnStart(TrainingStatus status) => (started, drawn, firstStep) = (clock.GetTimestamp(), 0, status.Position.Step);

    /// <inheritdoc/>
    public override void OnStep(TrainingStatus status)
    {
        var at = status.Position;
        if (!isInteractive || at.Batch == status.StepsPerEpoch || (drawn != 0 && clock.GetElapsedTime(drawn) < Between)) return;
        drawn = clock.GetTimestamp();
        var loss = FormattableString.Invariant($"loss {at.LossSum / at.Seen:G5}");
        if (status.StepsPerEpoch is not { } steps)
        {
            Draw($"epoch {at.Epoch}/{status.Epochs} step {at.Batch} {loss}");
            return;
        }
        var left = clock.GetElapsedTime(started) / (at.Step - firstStep) * ((long)status.Epochs * steps - at.Step);
        var (before, after) = (
            $"epoch {at.Epoch}/{status.Epochs} ",
            FormattableString.Invariant($"{loss}, {(long)left.TotalHours:00}:{left:mm\\:ss} left"));
        Draw(before + Bar(Math.Min(BarWidth, Room - before.Length - after.Length - 3), at.Batch / (double)steps) + after);
    }

    static string Bar(int width, double share) =>
        width < ShortestBar ? "" : $"[{new string('#', (int)(width * share)).PadRight(width, '.')}] ";

    /// <inheritdoc/>
    public override void OnEpoch(TrainingStatus status)
    {
        var epoch = status.History[^1];
        var figures = epoch.Validation is { } validation
            ? $"{new Evaluation(epoch.Loss, Metric.None)}, validation {validation}"
            : $"{new Evaluation(epoch.Loss, epoch.Metrics)}";
        var line = string.Create(CultureInfo.InvariantCulture, $"epoch {epoch.Epoch}/{status.Epochs}: {figures}, {epoch.Seconds:F1} s");
        Write(isInteractive ? $"\r{line.PadRight(Room)}\n" : $"{line}\n");
        isLineOpen = false;
    }

    /// <inheritdoc/>
    public override void OnEnd(TrainingStatus status)
    {
        if (isLineOpen) Write("\n");
        isLineOpen = false;
    }

    /// <summary>A line over the one before, no longer than there is room.</summary>
    void Draw(string line)
    {
        var room = Room;
        Write("\r" + line[..Math.Min(line.Length, room)].PadRight(room));
        isLineOpen = true;
    }

    void Write(string text)
    {
        output.Write(text);
        output.Flush();
    }
}
