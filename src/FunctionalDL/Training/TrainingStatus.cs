namespace FunctionalDL;

/// <summary>A training run at one moment, as callbacks see it.</summary>
public sealed class TrainingStatus
{
    readonly Func<Checkpoint> checkpoint;
    readonly Action<string> warn;
    readonly Action stop;
    readonly int thread = Environment.CurrentManagedThreadId;
    volatile Checkpoint? kept;
    volatile bool isOver;

    internal TrainingStatus(Func<Checkpoint> checkpoint, Action<string> warn, Action stop) =>
        (this.checkpoint, this.warn, this.stop) = (checkpoint, warn, stop);

    /// <summary>How far the run has come: after an epoch, all batches of it.</summary>
    public required TrainingPosition Position { get; init; }

    /// <summary>The epochs it will take.</summary>
    public required int Epochs { get; init; }

    /// <summary>The steps of an epoch; null in a run on a stream, where they are not known.</summary>
    public required int? StepsPerEpoch { get; init; }

    /// <summary>The mean loss of the batch of the last step; NaN before the first.</summary>
    public required double Loss { get; init; }

    /// <summary>What the epochs finished by then came to.</summary>
    public required IReadOnlyList<EpochResult> History { get; init; }

    /// <summary>
    /// The run at this moment, to be saved and resumed. It is made, with a copy of the parameters, when it is first asked for; that has
    /// to be in the callback, before the run goes on. Asked for again, at any time and on any thread, it is the same.
    /// </summary>
    /// <exception cref="FunctionalException">
    /// It is asked for first when the run has gone on, or on another thread than the callback's.
    /// </exception>
    public Checkpoint Checkpoint()
    {
        if (kept is { } made) return made;
        if (isOver || Environment.CurrentManagedThreadId != thread)
            throw new FunctionalException(
                $"TrainingStatus: the checkpoint of {Position} is asked for "
                    + $"{(isOver ? "when the run has gone on" : "on another thread while the run goes on")}, "
                    + "so that its parameters would be those of another moment. Call Checkpoint() in the callback, on its own thread, "
                    + "and keep what it returns."
            );
        return kept = checkpoint();
    }

    /// <summary>Ends the run before its next step; it then holds what was reached, as after a cancellation.</summary>
    public void Stop() => stop();

    /// <summary>
    /// Adds to <see cref="TrainingRun.Warnings"/>: what went wrong and is no reason to stop, such as a file that could not be written.
    /// </summary>
    public void Warn(string warning) => warn(warning);

    /// <summary>
    /// Does what may find no room on a disk: where it does not, that is a warning, as the run is worth more than the file.
    /// </summary>
    internal void Try(Action write)
    {
        try
        {
            write();
        }
        catch (DataException e)
        {
            Warn($"After {Position}: {e.Message}");
        }
    }

    /// <summary>The run goes on: its parameters are no longer those of this moment.</summary>
    internal void End() => isOver = true;
}
