using System.Collections.Immutable;
using System.Diagnostics;

namespace FunctionalDL;

/// <summary>A training run under way: the compiled step, carried from batch to batch.</summary>
sealed class Training
{
    readonly Model model;
    readonly TrainingData data;
    readonly Dataset? held;
    readonly Objective objective;
    readonly BoundObjective loss;
    readonly Key key;
    readonly FitOptions options;
    readonly ComputeEngine engine;
    readonly TrainingStep step;
    readonly Forward forward;
    readonly FitChecks checks;
    readonly EpochPredictions? predictions;
    readonly string[] inputs, targets;
    readonly bool isRandom, isWeighted;

    readonly List<string> warnings = [];
    TensorSet best = TensorSet.Empty;
    ImmutableList<EpochResult> history;
    TrainingStatus? status;
    bool isStopped;
    long lap;

    public Training(Model model, TrainingData data, Dataset? held, Objective objective, Optimizer optimizer, Key key, FitOptions options)
    {
        (this.model, this.objective, this.key, this.options) = (model, objective, key, options);
        (this.data, this.held) = options.IsSmokeTest ? (data.First, held?.Take(Math.Min(held.Count, data.First.Examples))) : (data, held);
        engine = options.Engine ?? model.Engine;
        data.Sample.CheckInputs(model);
        forward = Forward.Build(model.Body, isTraining: true);
        loss = new(objective, model, data.Sample);
        var value = loss.Apply(forward);
        step = new(value, model.Parameters, optimizer, forward.Updates);
        checks = new(model, objective, loss, forward);
        checks.Gradients(value, step);
        checks.Start(this.data, this.held);
        history = [.. options.Resume?.History ?? []];
        var measured = MeasuredOutputs.Of(options.Metrics, model, loss, data.Sample);
        if (measured.Names.Count > 0 && measured.Names.All(name => forward[name].DType.IsFloat()))
            predictions = new(model, measured, forward, step.Outputs.Count);
        var variables = Graph
            .Variables([value, .. step.Parameters.Values, .. predictions?.Outputs ?? []])
            .Select(v => v.VariableName!)
            .ToHashSet();
        inputs = [.. model.Inputs.Select(i => i.VariableName!).Where(variables.Contains)];
        targets = [.. data.Sample.TargetColumns.Names.Where(name => variables.Contains(ColumnNames.TargetVariable(name)))];
        (isRandom, isWeighted) = (variables.Contains(ColumnNames.Key), variables.Contains(ColumnNames.Weights));
    }

    public TrainingRun Run(int epochs)
    {
        if (options.IsSmokeTest) epochs = 1;
        var (at, carried) = Beginning();
        // Where the replay after a divergence begins: an epoch's start at least one step back.
        var (previous, current) = ((carried, at), (carried, at));
        var loop = Start(carried);
        lap = Stopwatch.GetTimestamp();
        var isFailed = true;
        try
        {
            Tell(loop, at, at, epochs, (callback, status) => callback.OnStart(status));
            for (; at.Epoch <= epochs && !IsOver; at = at.NextEpoch)
            {
                (previous, current) = (current, (carried, at));
                foreach (var (batch, isLast) in WithLast(data.Batches(at, key)))
                {
                    if (isStopped || options.Cancellation.IsCancellationRequested)
                    {
                        isFailed = false;
                        return Result(loop.State, at);
                    }
                    if (data.Examples == 0) checks.Batch(batch.Data, at);
                    Step(loop, batch, at.Step + 1);
                    if (!double.IsFinite(loop.Scalar(0))) throw Divergence(previous, at, loop.Scalar(0));
                    predictions?.Add(loop, batch.Data, batch.Rows.Span);
                    at = at.After(loop.Scalar(0), batch.Rows.Length, Lap());
                    // The last step of an epoch is told of when the epoch is complete.
                    if (isLast) break;
                    Tell(loop, at, at, epochs, (callback, status) => callback.OnStep(status));
                }
                carried = loop.State;
                if (FirstNotFinite(carried) is not null)
                    throw Divergence(previous, at with { Batch = at.Batch - 1, Step = at.Step - 1 }, loop.Scalar(0));
                EndEpoch(carried, at);
                // What is saved now goes on with the next epoch.
                Tell(loop, at, at.NextEpoch, epochs, (callback, status) =>
                {
                    callback.OnStep(status);
                    callback.OnEpoch(status);
                });
                history = history.SetItem(history.Count - 1, history[^1] with { Seconds = history[^1].Seconds + Lap() });
            }
            isFailed = false;
            return Result(carried, at);
        }
        finally
        {
            foreach (var callback in options.Callbacks) End(callback, isFailed);
            status?.End();
        }
    }

    /// <summary>Tells of the end; where the run fails, a callback that does so too hides nothing of why.</summary>
    void End(Callback callback, bool isFailed)
    {
        try
        {
            callback.OnEnd(status!);
        }
        catch (FunctionalException e) when (isFailed)
        {
            warnings.Add(e.Message);
        }
    }

    /// <summary>The seconds since this was called before.</summary>
    double Lap()
    {
        var (before, now) = (lap, Stopwatch.GetTimestamp());
        lap = now;
        return Stopwatch.GetElapsedTime(before, now).TotalSeconds;
    }

    void Tell(Loop loop, TrainingPosition at, TrainingPosition next, int epochs, Action<Callback, TrainingStatus> tell)
    {
        if (options.Callbacks.Count == 0) return;
        status = Status(loop, at, next, epochs);
        foreach (var callback in options.Callbacks) tell(callback, status);
    }

    (TrainingPosition, TensorSet) Beginning()
    {
        var parameters = model.Parameters;
        if (options.Resume is not { } from) return (TrainingPosition.Start, parameters.With(step.InitialState));
        from.Check(parameters, step.InitialState);
        if (from.Position.Batch > 0 && (from.Examples, from.BatchSize) != (data.Examples, data.BatchSize))
            throw new FunctionalException(
                $"Checkpoint: it stopped within an epoch of {from.Examples} examples in batches of {from.BatchSize}; given are "
                    + $"{data.Examples} in batches of {data.BatchSize}. Resume with the same data and batch."
            );
        best = from.Best;
        return (from.Position, from.Parameters.With(from.OptimizerState));
    }

    bool IsOver => isStopped || options.Cancellation.IsCancellationRequested || options.EarlyStopping?.IsOver(history) == true;

    void EndEpoch(TensorSet carried, TrainingPosition at)
    {
        var validation = held is null ? null : WithParameters(carried).On(engine).Evaluate(held, objective, [.. options.Metrics]);
        history = history.Add(
            new(at.Epoch, at.LossSum / at.Seen, at.Step, at.Seconds + Lap(), validation) { Metrics = predictions?.Measure() ?? Metric.None }
        );
        if (options.EarlyStopping is { } stopping && stopping.Best(history) == history.Count - 1)
            best = ParametersOf(carried);
        options.Progress?.Invoke(history[^1]);
    }

    Loop Start(TensorSet carried)
    {
        try
        {
            return step.Start(carried, new() { Threads = options.Threads, Engine = engine }, predictions?.Outputs ?? []);
        }
        catch (UnsupportedOpException e) when (forward.LayerOf(e.Node) is { } layer)
        {
            throw e.In(layer);
        }
    }

    TrainingStatus Status(Loop loop, TrainingPosition at, TrainingPosition next, int epochs) =>
        new(() => At(loop.State, next), warnings.Add, () => isStopped = true)
        {
            Position = at,
            Epochs = epochs,
            StepsPerEpoch = data.Steps,
            Loss = at.Step > (options.Resume?.Position.Step ?? 0) ? loop.Scalar(0) : double.NaN,
            History = history,
        };

    Checkpoint At(TensorSet carried, TrainingPosition at) => new()
    {
        Parameters = ParametersOf(carried),
        OptimizerState = carried.Where((name, _) => !step.Parameters.ContainsKey(name)),
        Best = best,
        Key = key,
        Position = at,
        Examples = data.Examples,
        BatchSize = data.BatchSize,
        History = history,
    };

    TrainingRun Result(TensorSet carried, TrainingPosition at)
    {
        var checkpoint = At(carried, at);
        return new(WithParameters(best.Count > 0 ? best : carried), history, checkpoint)
        {
            Warnings = warnings.AsReadOnly(),
            Averages = step.Averages(checkpoint.OptimizerState),
        };
    }

    TensorSet ParametersOf(TensorSet carried) => carried.Where((name, _) => step.Parameters.ContainsKey(name));

    Model WithParameters(TensorSet carried) => model.WithParameters(ParametersOf(carried));

    /// <summary>Each item with whether it is the last; the next one is asked for first.</summary>
    static IEnumerable<(T Item, bool IsLast)> WithLast<T>(IEnumerable<T> items)
    {
        using var item = items.GetEnumerator();
        var isThere = item.MoveNext();
        while (isThere)
        {
            var current = item.Current;
            isThere = item.MoveNext();
            yield return (current, !isThere);
        }
    }

    void Step(Loop loop, (Dataset Data, ReadOnlyMemory<int> Rows) batch, long number)
    {
        foreach (var name in inputs) batch.Data.InputOf(model, name).CopyRows(batch.Rows.Span, loop, name);
        foreach (var name in targets) batch.Data.TargetColumns[name].CopyRows(batch.Rows.Span, loop, ColumnNames.TargetVariable(name));
        if (isWeighted) batch.Data.Weights!.CopyRows(batch.Rows.Span, loop, ColumnNames.Weights);
        if (isRandom) loop.Input<long>(ColumnNames.Key, Shape.Scalar)[0] = (long)key.Fold(-number).Value;
        status?.End();
        try
        {
            loop.Step();
        }
        catch (ShapeException)
        {
            model.CheckSizes(batch.Data.InputsOf(model));
            throw;
        }
    }

    /// <summary>
    /// The steps since an earlier epoch's start once more: being deterministic, they come to the same failure, and this time the parameters
    /// before it are kept. An engine that is not may come elsewhere: the loss told is the one that was seen.
    /// </summary>
    DivergenceException Divergence((TensorSet Carried, TrainingPosition At) start, TrainingPosition failed, double value)
    {
        var loop = Start(start.Carried);
        var at = start.At;
        (TensorSet Carried, TrainingPosition At) earlier = start, before = start;
        while (true)
        {
            foreach (var batch in data.Batches(at, key))
            {
                if (at.Step >= failed.Step - 1) (earlier, before) = (before, (loop.State, at));
                Step(loop, batch, at.Step + 1);
                if (at.Step == failed.Step)
                {
                    var good = double.IsFinite(value) ? before : earlier;
                    var parameter = FirstNotFinite(before.Carried) ?? FirstNotFinite(loop.State);
                    var isBeforeAnyUpdate = failed.Step == 0 && !double.IsFinite(value);
                    return new(
                        value,
                        failed.Epoch,
                        failed.Step + 1,
                        parameter,
                        isBeforeAnyUpdate ? Origin(before.Carried, batch, at.Step + 1) : null,
                        new(WithParameters(good.Carried), history, At(good.Carried, good.At)) { Warnings = warnings.AsReadOnly() });
                }
                at = at.After(loop.Scalar(0), batch.Rows.Length, 0);
            }
            at = at.NextEpoch;
        }
    }

    /// <summary>Where in the model and the data a loss that is not finite begins.</summary>
    string Origin(TensorSet parameters, (Dataset Data, ReadOnlyMemory<int> Rows) batch, long number)
    {
        var rows = batch.Data.Rows(batch.Rows.Span);
        var results = Compilation.Compile([.. forward.Steps.Select(s => s.Output)], new() { Engine = engine })
            .Run(parameters.With(rows.InputsOf(model)).With(ColumnNames.Key, key.Fold(-number).ToTensor()));
        foreach (var (layer, result) in forward.Steps.Zip(results))
            if (result.FirstNotFinite() is >= 0 and var i)
                return FormattableString.Invariant(
                    $"layer \"{layer.Layer.Name}\" gives {result.GetDouble(i)} for row "
                ) + FormattableString.Invariant(
                    $"{batch.Rows.Span[i / (result.Count / rows.Count)]} of the data"
                );
        return "every layer's result is finite, so it is the loss function itself that has no finite value at the first predictions";
    }

    string? FirstNotFinite(TensorSet carried) => step.Parameters.Keys.FirstOrDefault(name => carried[name].FirstNotFinite() >= 0);
}
