namespace FunctionalDL;

/// <summary>A training run at one moment, as callbacks see it.</summary>
public sealed class TrainingStatus
{
    readonly Func<Checkpoint> checkpoint;

    internal TrainingStatus(Func<Checkpoint> checkpoint) => this.checkpoint = checkpoint;

    /// <summary>How far the run has come: after an epoch, all batches of it.</summary>
    public required TrainingPosition Position { get; init; }

    /// <summary>The epochs it will take.</summary>
    public required int Epochs { get; init; }

    /// <summary>The steps of an epoch; null in a run on a stream, where they are not known.</summary>
    public required int? StepsPerEpoch { get; init; }

    /// <summary>The mean loss of the batch of the last step; NaN before the first.</summary>
    public required double Loss { get; init; }

    /// <summary>What the finished epochs came to.</summary>
    public required IReadOnlyList<EpochResult> History { get; init; }

    /// <summary>The run as it is now, to be saved and resumed. Copies the parameters.</summary>
    public Checkpoint Checkpoint() => checkpoint();
}
