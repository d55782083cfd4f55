using FunctionalDL;

/// <summary>A method of descent on the neuron: the weights after each step, until a budget of gradients is used up.</summary>
sealed class Descent
{
    readonly Neuron neuron;
    readonly List<(double, double)> path;

    public Descent(string name, Neuron neuron, Batching method, Optimizer optimizer, (double, double) start, int budget, long seed)
    {
        (Name, this.neuron, path, PerStep) = (name, neuron, [start], method.BatchSize(Neuron.Examples));
        try
        {
            neuron
                .Model.WithParameters(neuron.Weights(start))
                .Fit(
                    neuron.Data,
                    Loss.MeanSquaredError,
                    optimizer,
                    budget / Neuron.Examples,
                    method,
                    seed,
                    new() { Threads = 1, Callbacks = [Callback.EachStep(status => path.Add(neuron.At(status.Checkpoint().Parameters)))] });
        }
        catch (DivergenceException)
        {
            // The path up to there says it.
        }
    }

    public string Name { get; }

    /// <summary>The gradients of single examples that a step takes.</summary>
    public int PerStep { get; }

    /// <summary>The weights at the start and after each step.</summary>
    public IReadOnlyList<(double, double)> Path => path;

    /// <summary>How far the loss is above its minimum, against the gradients taken: means over stretches of 12 %.</summary>
    public IEnumerable<(double Gradients, double Excess)> Curve
    {
        get
        {
            int[] steps =
            [
                .. Enumerable
                    .Range(0, 200)
                    .Select(i => (int)Math.Round(Math.Pow(10, i / 20.0)))
                    .Where(step => step < path.Count)
                    .Distinct(),
                path.Count,
            ];
            return steps.Zip(steps.Skip(1), (from, to) => ((double)from * PerStep, Between(from, to)));
        }
    }

    /// <summary>The mean of the loss above its minimum over the last quarter of the steps.</summary>
    public double Final => Between(path.Count - (path.Count + 3) / 4, path.Count);

    /// <summary>
    /// The gradients taken before the loss was first within a share of the way from the start to the minimum; null where it never was.
    /// </summary>
    public int? GradientsUntil(double share)
    {
        var at = path.FindIndex(w => Excess(w) <= share * Excess(path[0]));
        return at < 0 ? null : at * PerStep;
    }

    /// <summary>The mean over some of the steps from one to another.</summary>
    double Between(int from, int to) =>
        Enumerable
            .Range(0, Math.Min(50, to - from))
            .Average(i => Excess(path[from + (int)((long)i * (to - from) / Math.Min(50, to - from))]));

    double Excess((double, double) w) => Math.Max(0, neuron.LossAt(w) - neuron.LossAt(neuron.Best));
}
