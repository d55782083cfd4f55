namespace FunctionalDL.Tests.Training;

public class StreamTests
{
    static readonly Dataset Data = new(Key.Of(1).Uniform([50, 4]), Key.Of(2).Uniform([50, 1]));

    static readonly Model Net = Model.Input(4).Dense(8).Tanh().Dropout(0.2).Dense(1).Initialize(1);

    /// <summary>The batches that Fit takes of the data in memory.</summary>
    static IEnumerable<Dataset> Shuffled(int epoch) => Data.Shuffle(Key.Of(5).Fold(epoch)).Batches(16);

    static TrainingRun Fit(Func<int, IEnumerable<Dataset>> batches, FitOptions? options = null) =>
        Net.Fit(batches, Loss.MeanSquaredError, Optimizer.Adam(0.01), epochs: 4, seed: 5, options);

    static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);

    [Fact]
    public void A_stream_of_the_same_batches_comes_to_the_same_bits()
    {
        var whole = Net.Fit(
            Data,
            Loss.MeanSquaredError,
            Optimizer.Adam(0.01),
            epochs: 4,
            batch: 16,
            seed: 5,
            new() { Validation = Data.Take(9) });
        foreach (
            var run in new[]
            {
                Fit(Shuffled, new() { Validation = Data.Take(9) }),
                Fit(epoch => Shuffled(epoch).Prefetch(2), new() { Validation = Data.Take(9) }),
                Fit(epoch => Shuffled(epoch).ToAsyncEnumerable().Prefetch(2).ToBlockingEnumerable(), new() { Validation = Data.Take(9) }),
            })
        {
            Assert.True(whole.Model.Parameters.BitEquals(run.Model.Parameters));
            Assert.Equal(
                whole.History.Select(e => (e.Loss, e.Steps, e.Validation!.Loss)),
                run.History.Select(e => (e.Loss, e.Steps, e.Validation!.Loss)));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(14)]
    public void A_run_on_a_stream_is_resumed_where_it_stopped(long stop)
    {
        using var source = new CancellationTokenSource();
        var part = Fit(
            Shuffled,
            new()
            {
                Cancellation = source.Token,
                Callbacks =
                [
                    Callback.EachStep(s =>
                    {
                        if (s.Position.Step == stop)
                            source.Cancel();
                    }),
                ],
            });
        Assert.Equal(stop, part.Checkpoint.Position.Step);
        var (whole, resumed) = (Fit(Shuffled), Fit(Shuffled, new() { Resume = part.Checkpoint }));
        Assert.True(whole.Model.Parameters.BitEquals(resumed.Model.Parameters));
        Assert.Equal(whole.History.Select(e => e.Loss), resumed.History.Select(e => e.Loss));
    }

    [Fact]
    public void Batches_may_differ_in_number_and_size_and_progress_says_what_it_knows()
    {
        using var output = new StringWriter();
        var run = Fit(epoch => Data.Batches(epoch * 10), new() { Callbacks = [new ConsoleProgress(output, isInteractive: true)] });
        Assert.Equal([5, 8, 10, 12], run.History.Select(e => e.Steps));
        Assert.Contains("epoch 1/4 step 1 loss", output.ToString());
        Assert.Single(Fit(Shuffled, new() { IsSmokeTest = true }).History);
    }

    [Fact]
    public void A_stream_that_cannot_be_trained_on_is_refused()
    {
        Fails("there are no batches in epoch 1", () => Fit(_ => []));
        Fails("there are no batches in epoch 2", () => Fit(epoch => epoch == 1 ? Data.Batches(25) : []));
        Fails("FitOptions.Validation", () => Fit(Shuffled, new() { ValidationShare = 0.2 }));
        Fails("takes inputs float32[batch, 4]", () => Fit(_ => [new(Key.Of(1).Uniform([5, 3]), Key.Of(2).Uniform([5, 1]))]));
        Fails("given [5, 3]", () => Fit(_ => [Data, new(Key.Of(1).Uniform([5, 3]), Key.Of(2).Uniform([5, 1]))]));
    }

    [Fact]
    public void Divergence_keeps_the_parameters_before_it()
    {
        var error = Assert.Throws<DivergenceException>(() =>
            Net.Fit(Shuffled, Loss.MeanSquaredError, Optimizer.Sgd(1e30), epochs: 4, seed: 5));
        Assert.All(
            error.LastGood.Model.Parameters.Values,
            value => Assert.All(value.ToArray<float>(), x => Assert.True(float.IsFinite(x))));
    }
}
