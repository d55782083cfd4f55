namespace FunctionalDL;

/// <summary>What a training run may be given beside data, loss, optimizer, epochs, batch and seed.</summary>
public sealed record FitOptions
{
    /// <summary>Data to evaluate the model on after each epoch; it is never trained on.</summary>
    public Dataset? Validation { get; init; }

    /// <summary>What to measure on the validation data beside the loss.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>Told of each epoch as it ends, on the training thread.</summary>
    public Action<EpochResult>? Progress { get; init; }

    /// <summary>The number of threads; the results do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Stops training before the next step; the run then holds what was reached.</summary>
    public CancellationToken Cancellation { get; init; }
}
