using System.Diagnostics;

namespace FunctionalDL;

/// <summary>A training run under way: the compiled step, carried from batch to batch.</summary>
sealed class Training
{
    readonly Model model;
    readonly Dataset data;
    readonly Loss loss;
    readonly Batching batching;
    readonly Key key;
    readonly FitOptions options;
    readonly TrainingStep step;
    readonly Expr target;
    readonly bool isRandom;

    public Training(Model model, Dataset data, Loss loss, Optimizer optimizer, Batching batching, Key key, FitOptions options)
    {
        (this.model, this.data, this.loss, this.batching, this.key, this.options) = (model, data, loss, batching, key, options);
        model.CheckInputs(data);
        batching.BatchSize(data.Count);
        target = Loss.TargetVariable(data.Targets);
        var forward = Forward.Build(model, isTraining: true);
        var value = loss.Apply(forward.Output, target, forward.Parameters);
        isRandom = Graph.Variables(value).Any(v => v.VariableName == LayerScope.KeyVariable.VariableName);
        step = new(value, model.Parameters, optimizer, forward.Updates);
    }

    public TrainingRun Run(int epochs)
    {
        var history = new List<EpochResult>();
        var (carried, steps) = (model.Parameters.With(step.InitialState), 0L);
        var (previous, current) = ((carried, 1, steps), (carried, 1, steps));
        var loop = Start(carried);
        for (var epoch = 1; epoch <= epochs && !options.Cancellation.IsCancellationRequested; epoch++)
        {
            (previous, current) = (current, (carried, epoch, steps));
            var start = Stopwatch.GetTimestamp();
            var (sum, seen) = (0.0, 0);
            foreach (var rows in Batches(epoch))
            {
                if (options.Cancellation.IsCancellationRequested) break;
                Step(loop, rows, ++steps);
                if (!double.IsFinite(loop.Scalar(0))) throw Divergence(previous, history, epoch, steps);
                sum += loop.Scalar(0) * rows.Length;
                seen += rows.Length;
            }
            if (seen == 0) break;
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            carried = loop.State;
            if (FirstNotFinite(carried) is not null) throw Divergence(previous, history, epoch, steps);
            var validation = options.Validation is { } held ? WithParameters(carried).Evaluate(held, loss, [.. options.Metrics]) : null;
            history.Add(new(epoch, sum / seen, steps, seconds, validation));
            options.Progress?.Invoke(history[^1]);
        }
        return new(WithParameters(carried), history);
    }

    Loop Start(TensorSet carried) => step.Start(carried, new() { Threads = options.Threads });

    Model WithParameters(TensorSet carried) => model.WithParameters(carried.Where((name, _) => step.Parameters.ContainsKey(name)));

    /// <summary>The rows of each batch of an epoch, in order.</summary>
    IEnumerable<ReadOnlyMemory<int>> Batches(int epoch)
    {
        var order = batching.Order(data.Count, key.Fold(epoch));
        var size = batching.BatchSize(data.Count);
        for (var at = 0; at < order.Length; at += size) yield return order.AsMemory(at, Math.Min(size, order.Length - at));
    }

    void Step(Loop loop, ReadOnlyMemory<int> rows, long number)
    {
        data.Inputs.CopyRows(rows.Span, loop, "input");
        data.Targets.CopyRows(rows.Span, loop, "target");
        if (isRandom) loop.Input<long>("key", Shape.Scalar)[0] = (long)key.Fold(-number).Value;
        loop.Step();
    }

    /// <summary>
    /// The steps since an earlier epoch's start once more: being deterministic, they come to the same failure, and this time the parameters
    /// before it are kept.
    /// </summary>
    DivergenceException Divergence((TensorSet Carried, int Epoch, long Steps) start, List<EpochResult> history, int epoch, long failed)
    {
        var loop = Start(start.Carried);
        var (earlier, before, number) = (start.Carried, start.Carried, start.Steps);
        foreach (var rows in Enumerable.Range(start.Epoch, epoch - start.Epoch + 1).SelectMany(Batches))
        {
            if (++number > failed) break;
            if (number >= failed - 1) (earlier, before) = (before, loop.State);
            Step(loop, rows, number);
        }
        var value = loop.Scalar(0);
        var good = double.IsFinite(value) ? before : earlier;
        return new(value, epoch, failed, FirstNotFinite(before) ?? FirstNotFinite(loop.State), new(WithParameters(good), history));
    }

    string? FirstNotFinite(TensorSet carried) => step.Parameters.Keys.FirstOrDefault(name =>
        Enumerable.Range(0, carried[name].Count).Any(i => !double.IsFinite(carried[name].GetDouble(i))));
}
