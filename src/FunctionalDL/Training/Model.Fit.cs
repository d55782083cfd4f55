namespace FunctionalDL;

public sealed partial class Model
{
    /// <summary>
    /// The model trained on data. Parameters without values get their first ones from the seed; the order of the examples comes from it too, so that the
    /// same call gives the same bits, on any number of threads.
    /// </summary>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="loss">What to make small.</param>
    /// <param name="optimizer">How gradients become updates.</param>
    /// <param name="epochs">How often to go through the data.</param>
    /// <param name="batch">The examples of a step: a number, or <see cref="GradientDescent"/>, <see cref="StochasticGradientDescent"/> or <see cref="MiniBatchGradientDescent"/>.</param>
    /// <param name="seed">The seed of first values, order and randomness.</param>
    /// <param name="options">Validation data, metrics, progress, threads and cancellation.</param>
    /// <exception cref="FunctionalException">The data does not fit the model or the loss, or a setting is out of range.</exception>
    /// <exception cref="DivergenceException">The loss became NaN or infinite; the exception holds the last good parameters.</exception>
    public TrainingRun Fit(Dataset data, Loss loss, Optimizer optimizer, int epochs, Batching batch, long seed = 0, FitOptions? options = null)
    {
        options ??= new();
        if (options.ValidationShare is { } part && !(part is > 0 and < 1))
            throw new FunctionalException(FormattableString.Invariant($"Fit: a validation share of {part} is not between 0 and 1. 0.1 or 0.2 is usual."));
        var key = options.Resume?.Key ?? Key.Of(seed);
        var (train, held) = options is { Validation: null, ValidationShare: { } share } ? data.Shuffle(key).Split(1 - share) : (data, options.Validation);
        return Fit(new TrainingData.InMemory(train, batch), held, loss, optimizer, epochs, seed, options);
    }

    /// <summary>
    /// The model trained on batches that are made while it trains, such as <c>epoch =&gt; examples(epoch).Chunk(64).Select(Dataset.Stack).Prefetch(4)</c>; those of an
    /// <see cref="IAsyncEnumerable{T}"/> are prefetched and then taken with <c>ToBlockingEnumerable()</c>.
    /// </summary>
    /// <param name="batches">
    /// The batches of an epoch, by its number from 1. The same epoch gives the same batches each time: the first is asked for once before training, to see the types, and a run
    /// that is resumed goes through those that are done.
    /// </param>
    /// <param name="loss">What to make small.</param>
    /// <param name="optimizer">How gradients become updates.</param>
    /// <param name="epochs">How many epochs to ask for.</param>
    /// <param name="seed">The seed of first values and randomness.</param>
    /// <param name="options">Validation data, metrics, progress, threads and cancellation.</param>
    /// <exception cref="FunctionalException">The data does not fit the model or the loss, an epoch is empty, or a setting is out of range.</exception>
    /// <exception cref="DivergenceException">The loss became NaN or infinite; the exception holds the last good parameters.</exception>
    public TrainingRun Fit(Func<int, IEnumerable<Dataset>> batches, Loss loss, Optimizer optimizer, int epochs, long seed = 0, FitOptions? options = null)
    {
        options ??= new();
        return options.ValidationShare is null ? Fit(new TrainingData.Stream(batches), options.Validation, loss, optimizer, epochs, seed, options)
            : throw new FunctionalException("Fit: no share of a stream can be held out. Give the data to validate on: FitOptions.Validation.");
    }

    TrainingRun Fit(TrainingData data, Dataset? held, Loss loss, Optimizer optimizer, int epochs, long seed, FitOptions options)
    {
        if (epochs < 1) throw new FunctionalException($"Fit: {epochs} epochs. Give 1 or more.");
        return new Training(IsInitialized ? this : Initialize(seed), data, held, loss, optimizer, options.Resume?.Key ?? Key.Of(seed), options).Run(epochs);
    }

    /// <summary>The model trained by L-BFGS on all data at once. Layers stay as they are for predicting: nothing random, statistics fixed.</summary>
    /// <exception cref="FunctionalException">The data does not fit the model or the loss, or the loss is not finite where it begins.</exception>
    public Model Fit(Dataset data, Loss loss, Lbfgs method, long seed = 0) => Fit(data, loss, method, out _, seed);

    /// <summary>As the other, with what the method came to and why it ended.</summary>
    /// <inheritdoc cref="Fit(Dataset, Loss, Lbfgs, long)"/>
    public Model Fit(Dataset data, Loss loss, Lbfgs method, out LbfgsResult result, long seed = 0)
    {
        if (!IsInitialized) return Initialize(seed).Fit(data, loss, method, out result);
        CheckInputs(data);
        TargetChecks.Check(loss, data.Targets, Output.Shape);
        PredictionChecks.Check(this, loss, data);
        var trainable = ParameterList.Where(p => p.IsTrainable).Select(p => p.Name).ToHashSet();
        var function = loss.Apply(Output, Loss.TargetVariable(data.Targets, Output), ParameterList);
        result = method.Minimize(function, Parameters.Where((name, _) => trainable.Contains(name)), Parameters.With("input", data.Inputs).With("target", data.Targets));
        return WithParameters(Parameters.With(result.Parameters));
    }

    /// <summary>The model's loss and metrics on a data set.</summary>
    /// <exception cref="FunctionalException">The data does not fit the model or the loss.</exception>
    public Evaluation Evaluate(Dataset data, Loss loss, params Metric[] metrics)
    {
        CheckInputs(data);
        var target = Loss.TargetVariable(data.Targets, Output);
        var function = Compilation.Compile([Output, loss.PerExample(Output, target)]);
        TargetChecks.Check(loss, data.Targets, Output.Shape);
        var (predictions, losses) = (new List<Expr>(), 0.0);
        foreach (var part in data.Batches(Math.Min(data.Count, EvaluationBatch)))
        {
            var results = Run(function, Parameters.With("input", part.Inputs).With("target", part.Targets));
            predictions.Add(Expr.Constant(results[0]));
            losses += Enumerable.Range(0, part.Count).Sum(results[1].GetDouble);
        }
        var figures = metrics.Length == 0 ? Metric.None : Metric.MeasureAll(metrics, Functions.Concat(0, [.. predictions]).Evaluate(), data.Targets, loss);
        return new(losses / data.Count, figures);
    }

    const int EvaluationBatch = 256;

    /// <summary>Throws where the data's inputs are not those this model takes.</summary>
    internal void CheckInputs(Dataset data)
    {
        var given = data.Inputs.Shape.With(0, Batch);
        if (OtherInputs is [var other, ..])
            throw new FunctionalException($"Model: beside {InputVariable.Type} its layers take \"{other.VariableName}\" {other.Type}, which a data set does not hold. "
                + "Make it from the input in a layer of your own (Layer.Of), or train with a TrainingStep, which takes every variable by name.");
        if (Takes(given) && data.Inputs.DType == InputVariable.DType) return;
        var message = $"Model: takes inputs {InputVariable.Type}, the data has {data.Inputs.DType.Name()}{given}.";
        if (Takes(given))
            throw new DTypeException($"{message} Cast the data, inputs.Cast(DType.{InputVariable.DType}), or begin the model with Input(DType.{data.Inputs.DType}, {string.Join(", ", given.Skip(1))}).");
        if (given.Rank > 3 && Takes([given[0], given[^1], .. given.Skip(1).SkipLast(1)]))
            throw new ShapeException($"{message} The data has its channels last, and here they come first: "
                + $"Functions.Transpose(Expr.Constant(inputs), 0, {given.Rank - 1}, {string.Join(", ", Enumerable.Range(1, given.Rank - 2))}).Evaluate().");
        throw new ShapeException($"{message} Reshape or cast the data, or begin the model with Input({string.Join(", ", given.Skip(1))}).");
    }
}
