namespace FunctionalDL;

/// <summary>What a training run may be given beside data, loss, optimizer, epochs, batch and seed.</summary>
public sealed record FitOptions
{
    /// <summary>Data to evaluate the model on after each epoch; it is never trained on.</summary>
    public Dataset? Validation { get; init; }

    /// <summary>
    /// What to measure beside the loss: on the examples trained on, <see cref="EpochResult.Metrics"/>, and on the validation data, <see
    /// cref="Evaluation.Metrics"/>. An epoch's predictions are kept in memory for it.
    /// </summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>Told of each epoch as it ends, on the training thread.</summary>
    public Action<EpochResult>? Progress { get; init; }

    /// <summary>
    /// The share of the examples to hold out for validation where <see cref="Validation"/> is not given: the last ones in an order drawn
    /// from the seed.
    /// </summary>
    public double? ValidationShare { get; init; }

    /// <summary>Told of the run as it goes, in this order.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>When to end before all epochs are done.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Where to continue. The run's own seed goes on; <c>epochs</c> counts those already done.</summary>
    public Checkpoint? Resume { get; init; }

    /// <summary>Whether to take one step and validate on one batch only, to see that everything fits together.</summary>
    public bool IsSmokeTest { get; init; }

    /// <summary>
    /// The number of threads; the results do not depend on it where the engine <see cref="ComputeEngine.IsReproducible"/>, as the managed
    /// one is.
    /// </summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>What the steps and the evaluation of validation data run on; the model's own engine, where it is not said.</summary>
    public ComputeEngine? Engine { get; init; }

    /// <summary>Stops training before the next step; the run then holds what was reached.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What is measured, held out and told.</summary>
    public override string ToString() =>
        FormattableString.Invariant(
            $"metrics [{string.Join(", ", Metrics)}], validation {(object?)Validation ?? ValidationShare}, "
        ) + FormattableString.Invariant(
            $"{Callbacks.Count} callbacks, {Threads} threads"
        );
}
