namespace FunctionalDL.Tests.Training;

/// <summary>Everything a checkpoint holds is in its file, and everything it holds is used where a run is resumed.</summary>
public sealed class CheckpointFieldTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("fdl").FullName;

    string At(string name) => Path.Combine(folder, name);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static string Text(EpochResult e) => $"{e.Epoch} {e.Loss:R} {e.Steps} {e.Seconds:R} {Text(e.Metrics)} / "
        + (e.Validation is { } v ? $"{v.Loss:R} {Text(v.Metrics)}" : "none");

    static string Text(IReadOnlyDictionary<string, double> metrics) =>
        string.Join(", ", metrics.Select(m => $"{m.Key} {m.Value:R}"));

    /// <summary>No field has its default, the key is beyond int64, figures are not finite, and a layer is called <c>best</c>.</summary>
    [Fact]
    public void Every_field_comes_back()
    {
        var parameters = TensorSet.Of(("best.weight", new[] { 1f, 2 }), ("a", new[] { 3.0 }));
        var figures = new Dictionary<string, double> { ["auc"] = double.NaN, ["rmse"] = 0.1 };
        var saved = new Checkpoint
        {
            Parameters = parameters,
            OptimizerState = TensorSet.Of(("optimizer.step", 14L), ("optimizer.m.a", new[] { 0.25 })),
            Best = TensorSet.Of(("best.weight", new[] { 5f, 6 }), ("a", new[] { 7.0 })),
            Key = new(ulong.MaxValue - 5),
            Position = new(3, 2, 14, 1.25, 32, 0.75),
            Examples = 50,
            BatchSize = 16,
            History = [new(1, double.PositiveInfinity, 4, 0.5, new(0.3, figures)) { Metrics = figures }, new(2, 0.1, 8, 1.5, null)],
        };
        saved.Save(At("run"));
        var read = Checkpoint.Load(At("run"));

        Assert.True(saved.Parameters.BitEquals(read.Parameters), $"{read.Parameters}");
        Assert.True(saved.OptimizerState.BitEquals(read.OptimizerState), $"{read.OptimizerState}");
        Assert.True(saved.Best.BitEquals(read.Best), $"{read.Best}");
        Assert.Equal((saved.Key, saved.Position), (read.Key, read.Position));
        Assert.Equal((saved.Examples, saved.BatchSize), (read.Examples, read.BatchSize));
        Assert.Equal(saved.History.Select(Text), read.History.Select(Text));
        (saved with { Best = TensorSet.Empty }).Save(At("without"));
        Assert.Empty(Checkpoint.Load(At("without")).Best);
    }

    /// <summary>The same bytes under another shape are not what was written.</summary>
    [Fact]
    public void A_shape_that_was_changed_is_refused()
    {
        Run(new() { Callbacks = [Callback.SaveCheckpoint(At("run"))] });
        var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(At("run")));
        Assert.Contains("\"shape\":[2,3]", text);
        File.WriteAllBytes(At("run"), System.Text.Encoding.Latin1.GetBytes(text.Replace("\"shape\":[2,3]", "\"shape\":[3,2]")));
        Assert.Contains("its checksum differs", Assert.Throws<DataException>(() => Checkpoint.Load(At("run"))).Message);
    }

    static Dataset Data { get; } = new(Key.Of(1).Uniform([20, 2]), Key.Of(2).Uniform([20, 1]));

    static Model Net { get; } = Model.Input(2).Dense(3).Dropout(0.5).Dense(1).Initialize(1);

    static TrainingRun Run(FitOptions options, Model? model = null, int epochs = 6, int batch = 8, long seed = 5) =>
        (model ?? Net).Fit(Data, Loss.MeanSquaredError, Optimizer.Adam(0.05), epochs, batch, seed, options);

    /// <summary>The first epoch stays the best, and was before the run was stopped.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void The_best_parameters_of_before_the_stop_are_those_of_the_run(int step)
    {
        var options = new FitOptions { EarlyStopping = new(5, Figure: e => e.Epoch) };
        using var source = new CancellationTokenSource();
        Run(options with
        {
            Cancellation = source.Token,
            Callbacks = [Callback.EachStep(s =>
            {
                if (s.Position.Step != step) return;
                s.Checkpoint().Save(At("run"));
                source.Cancel();
            })],
        });
        var whole = Run(options, epochs: 4);
        var resumed = Run(options with { Resume = Checkpoint.Load(At("run")) }, epochs: 4);

        Assert.True(whole.Model.Parameters.BitEquals(resumed.Model.Parameters));
        Assert.True(whole.Model.Parameters.BitEquals(Run(new(), epochs: 1).Model.Parameters));
        Assert.Equal(whole.History.Select(e => (e.Epoch, e.Loss)), resumed.History.Select(e => (e.Epoch, e.Loss)));
    }

    /// <summary>What is held out comes from the key of the run, not from the seed that it is resumed with.</summary>
    [Fact]
    public void What_is_held_out_stays_held_out()
    {
        var options = new FitOptions { ValidationShare = 0.3 };
        var (whole, half) = (Run(options), Run(options, epochs: 3));
        var resumed = Run(options with { Resume = half.Checkpoint }, seed: 99);
        Assert.True(whole.Model.Parameters.BitEquals(resumed.Model.Parameters));
        Assert.Equal(whole.History[^1].Validation!.Loss, resumed.History[^1].Validation!.Loss);
        Assert.NotEqual(whole.History[^1].Validation!.Loss, Run(options, seed: 99).History[^1].Validation!.Loss);
    }

    /// <summary>More layers, or fewer, than the checkpoint has: the first that one of both lacks is named.</summary>
    [Fact]
    public void What_is_missing_is_named()
    {
        var half = Run(new(), epochs: 1).Checkpoint;
        var longer = Model.Input(2).Dense(3).Dropout(0.5).Dense(1).Dense(1).Initialize(1);
        string Refused(Checkpoint from, Model model) =>
            Assert.Throws<FunctionalException>(() => Run(new() { Resume = from }, model)).Message;
        Assert.Contains("parameter 5 is missing in the checkpoint and \"dense3.weight\"", Refused(half, longer));
        var more = Run(new(), longer, 1).Checkpoint;
        Assert.Contains("parameter 5 is \"dense3.weight\" float32[1, 1] in the checkpoint and missing here", Refused(more, Net));
    }

    [Fact]
    public void A_status_has_no_loss_before_the_first_step_of_a_run_that_is_resumed()
    {
        var losses = new List<double>();
        var half = Run(new(), epochs: 1).Checkpoint;
        Run(new() { Resume = half, Callbacks = [new AtStart(s => losses.Add(s.Loss))] }, epochs: 2);
        Assert.True(double.IsNaN(Assert.Single(losses)));
    }

    sealed class AtStart(Action<TrainingStatus> start) : Callback
    {
        public override void OnStart(TrainingStatus status) => start(status);
    }

    /// <summary>In each step other elements are dropped, in the second epoch too: one example alone meets other masks.</summary>
    [Fact]
    public void Dropout_is_drawn_anew_in_every_epoch()
    {
        var losses = new List<double>();
        var one = new Dataset(Tensor.Full(DType.Float32, [1, 64], 1), Tensor.Zeros(DType.Float32, [1, 1]));
        Model.Input(64).Dropout(0.5).Dense(1, initializer: Initializer.Ones).Fit(one, Loss.MeanSquaredError,
            Optimizer.Sgd(0), 6, 1, seed: 3, new() { Callbacks = [Callback.EachStep(s => losses.Add(s.Loss))] });
        Assert.True(losses.Distinct().Count() >= 4, string.Join(", ", losses));
    }

    /// <summary>Averages of what is trained; statistics, of which there is none, stay those of the run.</summary>
    [Fact]
    public void An_averaged_model_keeps_its_statistics()
    {
        var optimizer = Optimizer.Sgd(0.1) >> Optimizer.AverageWeights(0.5);
        var run = Model.Input(2).BatchNorm().Dense(1).Initialize(1).Fit(Data, Loss.MeanSquaredError, optimizer, 2, 10);
        var (averaged, last) = (run.AveragedModel().Parameters, run.Model.Parameters);
        foreach (var p in run.Model.ParameterList) Assert.True(averaged[p.Name].BitEquals(last[p.Name]) != p.IsTrainable, p.Name);
    }

    /// <summary>Each epoch in an order of its own, and every example once.</summary>
    [Fact]
    public void Stochastic_descent_shuffles()
    {
        var method = new StochasticGradientDescent();
        var (first, second) = (method.Order(50, Key.Of(1)), method.Order(50, Key.Of(2)));
        Assert.Equal(Enumerable.Range(0, 50), first.Order());
        Assert.False(first.SequenceEqual(Enumerable.Range(0, 50)));
        Assert.False(first.SequenceEqual(second));
    }

    /// <summary>A gain that is too small does not lower what the next is compared with; of equals the first is the best.</summary>
    [Fact]
    public void Small_gains_add_up()
    {
        static EpochResult[] History(params double[] losses) =>
            [.. losses.Select((loss, i) => new EpochResult(i + 1, loss, i, 0, null))];
        Assert.Equal(3, new EarlyStopping(5, MinimumGain: 0.25).Best(History(1, 0.875, 0.75, 0.625)));
        Assert.Equal(0, new EarlyStopping(5, MinimumGain: 0.25).Best(History(1, 0.875, 0.75)));
        Assert.Equal(1, new EarlyStopping(5).Best(History(2, 1, 1, 3, 1)));
    }
}
