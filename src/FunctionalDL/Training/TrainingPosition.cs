namespace FunctionalDL;

/// <summary>How far a training run has come: with the key, all that says what its next step takes.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Batch">The batches of it that are done: the position in the epoch's order.</param>
/// <param name="Step">The steps taken since training began.</param>
/// <param name="LossSum">The sum of the losses of the epoch's examples so far.</param>
/// <param name="Seen">The number of those examples.</param>
/// <param name="Seconds">How long the epoch has taken so far, data and callbacks included.</param>
public sealed record TrainingPosition(int Epoch, int Batch, long Step, double LossSum, long Seen, double Seconds)
{
    /// <summary>Where it is.</summary>
    public override string ToString() => $"epoch {Epoch}, batch {Batch}, step {Step}";

    /// <summary>Before the first step.</summary>
    public static TrainingPosition Start { get; } = new(1, 0, 0, 0, 0, 0);

    /// <summary>After a step on a batch.</summary>
    internal TrainingPosition After(double loss, int examples, double seconds) =>
        new(Epoch, Batch + 1, Step + 1, LossSum + loss * examples, Seen + examples, Seconds + seconds);

    /// <summary>At the start of the next epoch.</summary>
    internal TrainingPosition NextEpoch => new(Epoch + 1, 0, Step, 0, 0, 0);
}
