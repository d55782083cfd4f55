namespace FunctionalDL;

public sealed partial class Model
{
    /// <summary>
    /// The model trained on data. Parameters without values get their first ones from the seed; the order of the examples comes from it
    /// too, so that the same call gives the same bits, on any number of threads.
    /// </summary>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="loss">What to make small.</param>
    /// <param name="optimizer">How gradients become updates.</param>
    /// <param name="epochs">How often to go through the data.</param>
    /// <param name="batch">
    /// The examples of a step: a number, or <see cref="GradientDescent"/>, <see cref="StochasticGradientDescent"/> or <see
    /// cref="MiniBatchGradientDescent"/>.
    /// </param>
    /// <param name="seed">The seed of first values, order and randomness.</param>
    /// <param name="options">Validation data, metrics, progress, threads and cancellation.</param>
    /// <exception cref="FunctionalException">The data does not fit the model or the loss, or a setting is out of range.</exception>
    /// <exception cref="DivergenceException">The loss became NaN or infinite; the exception holds the last good parameters.</exception>
    public TrainingRun Fit(
        Dataset data,
        Objective loss,
        Optimizer optimizer,
        int epochs,
        Batching batch,
        long seed = 0,
        FitOptions? options = null)
    {
        options ??= new();
        if (options.ValidationShare is { } part && !(part is > 0 and < 1))
            throw new FunctionalException(
                FormattableString.Invariant($"Fit: a validation share of {part} is not between 0 and 1. 0.1 or 0.2 is usual."));
        var key = options.Resume?.Key ?? Key.Of(seed);
        var (train, held) = options is { Validation: null, ValidationShare: { } share }
            ? data.Shuffle(key).Split(1 - share)
            : (data, options.Validation);
        return Fit(new TrainingData.InMemory(train, batch), held, loss, optimizer, epochs, seed, options);
    }

    /// <summary>
    /// The model trained on batches that are made while it trains, such as <c>epoch =&gt;
    /// examples(epoch).Chunk(64).Select(Dataset.Stack).Prefetch(4)</c>; those of an
    /// <see cref="IAsyncEnumerable{T}"/> are prefetched and then taken with <c>ToBlockingEnumerable()</c>.
    /// </summary>
    /// <param name="batches">
    /// The batches of an epoch, by its number from 1. The same epoch gives the same batches each time: the first is asked for once before
    /// training, to see the types, and a run that is resumed goes through those that are done.
    /// </param>
    /// <param name="loss">What to make small.</param>
    /// <param name="optimizer">How gradients become updates.</param>
    /// <param name="epochs">How many epochs to ask for.</param>
    /// <param name="seed">The seed of first values and randomness.</param>
    /// <param name="options">Validation data, metrics, progress, threads and cancellation.</param>
    /// <exception cref="FunctionalException">
    /// The data does not fit the model or the loss, an epoch is empty, or a setting is out of range.
    /// </exception>
    /// <exception cref="DivergenceException">The loss became NaN or infinite; the exception holds the last good parameters.</exception>
    public TrainingRun Fit(
        Func<int, IEnumerable<Dataset>> batches,
        Objective loss,
        Optimizer optimizer,
        int epochs,
        long seed = 0,
        FitOptions? options = null)
    {
        options ??= new();
        return options.ValidationShare is null
            ? Fit(new TrainingData.Stream(batches), options.Validation, loss, optimizer, epochs, seed, options)
            : throw new FunctionalException(
                "Fit: no share of a stream can be held out. Give the data to validate on: " + "FitOptions.Validation.");
    }

    TrainingRun Fit(TrainingData data, Dataset? held, Objective loss, Optimizer optimizer, int epochs, long seed, FitOptions options)
    {
        if (epochs < 1)
            throw new FunctionalException($"Fit: {epochs} epochs. Give 1 or more.");
        return new Training(
            IsInitialized ? this : Initialize(seed),
            data,
            held,
            loss,
            optimizer,
            options.Resume?.Key ?? Key.Of(seed),
            options
        ).Run(epochs);
    }

    /// <summary>
    /// The model trained by L-BFGS on all data at once. Layers stay as they are for predicting: nothing random, statistics fixed.
    /// </summary>
    /// <exception cref="FunctionalException">
    /// The data does not fit the model or the loss, or the loss is not finite where it begins.
    /// </exception>
    public Model Fit(Dataset data, Objective loss, Lbfgs method, long seed = 0) => Fit(data, loss, method, out _, seed);

    /// <summary>As the other, with what the method came to and why it ended.</summary>
    /// <inheritdoc cref="Fit(Dataset, Objective, Lbfgs, long)"/>
    public Model Fit(Dataset data, Objective loss, Lbfgs method, out LbfgsResult result, long seed = 0)
    {
        if (!IsInitialized) return Initialize(seed).Fit(data, loss, method, out result);
        data.CheckInputs(this);
        var bound = new BoundObjective(loss, this, data);
        bound.CheckTargets(data, this);
        PredictionChecks.Check(this, bound, data);
        var trainable = ParameterList.Where(p => p.IsTrainable).Select(p => p.Name).ToHashSet();
        var values = Parameters.With(data.InputsOf(this)).With(BoundObjective.Values(data));
        result = method.Minimize(bound.Apply(Inference), Parameters.Where((name, _) => trainable.Contains(name)), values);
        return WithParameters(Parameters.With(result.Parameters));
    }
}
