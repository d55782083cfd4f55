namespace FunctionalDL;

/// <summary>What a training run came to: the model it made and what happened on the way.</summary>
/// <param name="Model">The model with the parameters after the last step.</param>
/// <param name="History">What each epoch came to, in order.</param>
/// <param name="Checkpoint">The run where it stopped, from which it can be resumed.</param>
public sealed record TrainingRun(Model Model, IReadOnlyList<EpochResult> History, Checkpoint Checkpoint)
{
    /// <summary>The model with the averaged parameters that <see cref="Optimizer.AverageWeights"/> kept.</summary>
    /// <exception cref="FunctionalException">The optimizer kept no averages.</exception>
    public Model AveragedModel()
    {
        const string slot = $".{Optimizer.AverageSlot}.";
        var averages = Checkpoint.OptimizerState.Where((name, _) => name.Contains(slot, StringComparison.Ordinal))
            .ToLookup(a => a.Key[(a.Key.IndexOf(slot, StringComparison.Ordinal) + slot.Length)..], a => a.Value);
        if (averages.Count == 0) throw new FunctionalException("AveragedModel: the optimizer kept no averages. Add >> Optimizer.AverageWeights().");
        return Model.WithParameters(Model.Parameters.Map((name, value) => averages[name].FirstOrDefault() ?? value));
    }
}

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">The mean over the epoch's examples of their loss, each taken before the step it was part of.</param>
/// <param name="Steps">The number of steps taken since training began.</param>
/// <param name="Seconds">How long the epoch took, in seconds, validation not included.</param>
/// <param name="Validation">Loss and metrics on the validation data after the epoch; null where there is none.</param>
public sealed record EpochResult(int Epoch, double Loss, long Steps, double Seconds, Evaluation? Validation);

/// <summary>A model's loss and metrics on a data set.</summary>
/// <param name="Loss">The mean loss over the examples.</param>
/// <param name="Metrics">Each metric by its name.</param>
public sealed record Evaluation(double Loss, IReadOnlyDictionary<string, double> Metrics);

/// <summary>Training met a loss or a parameter that is not a number or is infinite, and stopped.</summary>
public sealed class DivergenceException : FunctionalException
{
    internal DivergenceException(double loss, int epoch, long step, string? parameter, TrainingRun lastGood) : base(
        $"Training diverged at step {step} (epoch {epoch}), where the loss was {loss}; "
        + (parameter is null ? "every parameter is finite, so the loss itself overflowed." : $"the first parameter that is not finite is \"{parameter}\".")
        + " Lower the learning rate, clip the gradients, or look at the data of that step. LastGood holds the parameters before it.") =>
        (Loss, Epoch, Step, Parameter, LastGood) = (loss, epoch, step, parameter, lastGood);

    /// <summary>The loss at the step where training stopped.</summary>
    public double Loss { get; }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The step, from 1.</summary>
    public long Step { get; }

    /// <summary>The first parameter with an element that is not finite, where there is one.</summary>
    public string? Parameter { get; }

    /// <summary>The run up to the last step whose loss was finite, with the parameters that gave it.</summary>
    public TrainingRun LastGood { get; }
}
