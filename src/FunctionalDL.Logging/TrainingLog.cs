using System.Globalization;
using Microsoft.Extensions.Logging;

namespace FunctionalDL;

/// <summary>
/// Tells the loggers of an application how a run goes, <c>new FitOptions { Callbacks = [new TrainingLog(loggerFactory)] }</c>: its start
/// and each epoch as information, each step for debugging. The category is <c>FunctionalDL.Training</c>, and figures are structured values.
/// </summary>
/// <param name="factory">Where the logger comes from.</param>
public sealed partial class TrainingLog(ILoggerFactory factory) : Callback
{
    readonly ILogger logger = factory.CreateLogger("FunctionalDL.Training");

    /// <inheritdoc/>
    public override void OnStart(TrainingStatus status)
    {
        if (status.Position.Step == 0) Started(status.Epochs, status.StepsPerEpoch);
        else Resumed(status.Position.Step, status.Position.Epoch, status.Epochs);
    }

    /// <inheritdoc/>
    public override void OnStep(TrainingStatus status) => Stepped(status.Position.Step, status.Loss);

    /// <inheritdoc/>
    public override void OnEpoch(TrainingStatus status)
    {
        var epoch = status.History[^1];
        if (epoch.Validation is null) Epoch(epoch.Epoch, status.Epochs, epoch.Loss, new(epoch.Metrics), epoch.Seconds);
        else Validated(epoch.Epoch, status.Epochs, epoch.Loss, epoch.Validation.Loss, new(epoch.Validation.Metrics), epoch.Seconds);
    }

    [LoggerMessage(1, LogLevel.Information, "Training for {Epochs} epochs of {StepsPerEpoch} steps")]
    partial void Started(int epochs, int? stepsPerEpoch);

    [LoggerMessage(2, LogLevel.Information, "Training resumed after step {Step}, in epoch {Epoch} of {Epochs}")]
    partial void Resumed(long step, int epoch, int epochs);

    [LoggerMessage(3, LogLevel.Debug, "Step {Step}: loss {Loss}")]
    partial void Stepped(long step, double loss);

    [LoggerMessage(4, LogLevel.Information, "Epoch {Epoch} of {Epochs}: loss {Loss}{Metrics}, {Seconds} s")]
    partial void Epoch(int epoch, int epochs, double loss, Figures metrics, double seconds);

    [LoggerMessage(
        5,
        LogLevel.Information,
        "Epoch {Epoch} of {Epochs}: loss {Loss}, validation loss {ValidationLoss}{Metrics}, {Seconds} s"
    )]
    partial void Validated(int epoch, int epochs, double loss, double validationLoss, Figures metrics, double seconds);

    /// <summary>Metrics, written only where a logger asks for the text.</summary>
    readonly struct Figures(IReadOnlyDictionary<string, double> metrics)
    {
        readonly IReadOnlyDictionary<string, double> metrics = metrics;

        public override string ToString() =>
            string.Concat(metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $", {m.Key} {m.Value}")));
    }
}
