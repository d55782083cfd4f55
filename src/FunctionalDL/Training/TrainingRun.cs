namespace FunctionalDL;

/// <summary>What a training run came to: the model it made and what happened on the way.</summary>
/// <param name="Model">The model with the parameters after the last step.</param>
/// <param name="History">What each epoch came to, in order.</param>
/// <param name="Checkpoint">The run where it stopped, from which it can be resumed.</param>
public sealed record TrainingRun(Model Model, IReadOnlyList<EpochResult> History, Checkpoint Checkpoint)
{
    /// <summary>
    /// What went wrong on the way and was no reason to stop, such as a checkpoint that a full disk had no room for, in order.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The averages of the weights that the optimizer kept, by parameter.</summary>
    internal TensorSet Averages { get; init; } = TensorSet.Empty;

    /// <summary>The model with the averaged parameters that <see cref="Optimizer.AverageWeights"/> kept.</summary>
    /// <exception cref="FunctionalException">The optimizer kept no averages.</exception>
    public Model AveragedModel()
    {
        if (Averages.Count == 0)
            throw new FunctionalException("AveragedModel: the optimizer kept no averages. Add >> Optimizer.AverageWeights().");
        return Model.WithParameters(Model.Parameters.Map((name, value) => Averages.GetValueOrDefault(name) ?? value));
    }

    /// <summary>The model, what the last epoch came to, and the first warning.</summary>
    public override string ToString() =>
        $"{Model}; {(History.Count == 0 ? "no epoch is done" : History[^1])}"
        + Warnings switch
        {
            [] => "",
            [var only] => $"; warning: {only}",
            [var first, ..] => $"; {Warnings.Count} warnings, the first: {first}",
        };
}

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">
/// The mean of the steps' losses, each taken before its step and counted by the examples of its batch. Where examples count alike, and no
/// label is ignored, it is the mean over the epoch's examples.
/// </param>
/// <param name="Steps">The number of steps taken since training began.</param>
/// <param name="Seconds">
/// How long the epoch took, in seconds: data, steps, validation and callbacks. Callbacks see the time until they are told.
/// </param>
/// <param name="Validation">Loss and metrics on the validation data after the epoch; null where there is none.</param>
public sealed record EpochResult(int Epoch, double Loss, long Steps, double Seconds, Evaluation? Validation)
{
    /// <summary>
    /// Each metric of <see cref="FitOptions.Metrics"/> on the examples trained on, by its name: of all predictions of the epoch, each
    /// made in training (with dropout) before the step it was part of; in an epoch in which a run was resumed, of those since then. Those
    /// on the validation data are in <see cref="Validation"/>.
    /// </summary>
    public IReadOnlyDictionary<string, double> Metrics { get => field ?? Metric.None; init; } = Metric.None;

    /// <summary>A line such as <c>epoch 3: loss 0.25, accuracy 0.9; validation loss 0.3, accuracy 0.88; 1.2 s</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant(
            $"epoch {Epoch}: {new Evaluation(Loss, Metrics)}{(Validation is null ? "" : $"; validation {Validation}")}; {Seconds:F1} s");
}

/// <summary>A model's loss and metrics on a data set.</summary>
/// <param name="Loss">The mean loss over the examples.</param>
/// <param name="Metrics">Each metric by its name.</param>
public sealed record Evaluation(double Loss, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Of an objective of several losses each by its output, without its weight; otherwise empty.</summary>
    public IReadOnlyDictionary<string, double> Losses { get => field ?? Metric.None; init; } = Metric.None;

    /// <summary>A line such as <c>loss 0.3, accuracy 0.88</c>.</summary>
    public override string ToString() =>
        string.Concat(
            Losses
                .Select(l => KeyValuePair.Create($"{l.Key} loss", l.Value))
                .Concat(Metrics)
                .Select(m => FormattableString.Invariant($", {m.Key} {m.Value:G5}"))
                .Prepend(FormattableString.Invariant($"loss {Loss:G5}")));
}

/// <summary>Training met a loss or a parameter that is not a number or is infinite, and stopped.</summary>
public sealed class DivergenceException : FunctionalException
{
    internal DivergenceException(double loss, int epoch, long step, string? parameter, string? origin, TrainingRun lastGood)
        : base(origin is null ? Later(loss, epoch, step, parameter) : First(loss, origin)) =>
        (Loss, Epoch, Step, Parameter, LastGood) = (loss, epoch, step, parameter, lastGood);

    static string Later(double loss, int epoch, long step, string? parameter) =>
        FormattableString.Invariant($"Training diverged at step {step} (epoch {epoch}), where the loss was {loss}; ")
        + (
            parameter is null
                ? "every parameter is finite, so the loss itself overflowed."
                : $"the first parameter that is not finite is \"{parameter}\".")
        + " Lower the learning rate, clip the gradients, or look at the data of that step. LastGood holds the parameters before it.";

    static string First(double loss, string origin) =>
        FormattableString.Invariant($"Training cannot begin: at step 1, before any update, the loss is {loss}: {origin}. ")
        + "Scale the data to about −1 … 1 (Normalizer), begin with smaller parameters, or take a loss that is finite at all "
        + "predictions, such as one from logits.";

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
