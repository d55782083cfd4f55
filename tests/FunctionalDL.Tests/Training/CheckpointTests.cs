namespace FunctionalDL.Tests.Training;

public sealed class CheckpointTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("fdl").FullName;

    string At(string name) => Path.Combine(folder, name);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static Dataset Data { get; } = new(Key.Of(1).Uniform([50, 4]), Key.Of(2).Uniform([50, 1]));

    static Model Net(int units = 8) => Model.Input(4).Dense(units).Tanh().Dropout(0.2).Dense(1).Initialize(1);

    static Optimizer Method =>
        Clip.GlobalNorm(1) >> Optimizer.Adam(0.01) >> Optimizer.WeightDecay(1e-3) >> Schedule.Cosine(40) >> Optimizer.AverageWeights(0.9);

    static TrainingRun Fit(FitOptions options, Model? model = null, Optimizer? optimizer = null, int epochs = 10) =>
        (model ?? Net()).Fit(Data, Loss.MeanSquaredError, optimizer ?? Method, epochs, batch: 16, seed: 5, options);

    /// <summary>Fifty examples in batches of 16: four steps an epoch, so that 14 steps are three and a half epochs.</summary>
    [Theory]
    [InlineData(14)]
    [InlineData(12)]
    [InlineData(1)]
    [InlineData(39)]
    public void Stopped_and_resumed_comes_to_the_same_bits(long stop)
    {
        var options = new FitOptions
        {
            ValidationShare = null,
            Validation = Data.Take(9),
            Metrics = [Metric.RootMeanSquaredError],
            EarlyStopping = new(100),
        };
        var whole = Fit(options);

        using var source = new CancellationTokenSource();
        Fit(options with
        {
            Cancellation = source.Token,
            Callbacks = [Callback.EachStep(s =>
            {
                if (s.Position.Step != stop) return;
                s.Checkpoint().Save(At("run"));
                source.Cancel();
            })],
        });
        var resumed = Fit(options with { Resume = Checkpoint.Load(At("run")) }, Net().Initialize(99));

        Assert.True(whole.Model.Parameters.BitEquals(resumed.Model.Parameters));
        Assert.True(whole.Checkpoint.OptimizerState.BitEquals(resumed.Checkpoint.OptimizerState));
        Assert.True(whole.AveragedModel().Parameters.BitEquals(resumed.AveragedModel().Parameters));
        Assert.Equal(whole.History.Select(e => (e.Epoch, e.Loss, e.Steps, e.Validation!.Loss, e.Validation.Metrics["rmse"])),
            resumed.History.Select(e => (e.Epoch, e.Loss, e.Steps, e.Validation!.Loss, e.Validation.Metrics["rmse"])));
    }

    [Fact]
    public void A_cancelled_run_can_be_resumed_from_what_it_returns()
    {
        using var source = new CancellationTokenSource();
        var part = Fit(
            new()
            {
                Cancellation = source.Token,
                Callbacks =
                [
                    Callback.EachStep(s =>
                    {
                        if (s.Position.Step == 6)
                            source.Cancel();
                    }),
                ],
            });

        Assert.Equal((2, 2, 6), (part.Checkpoint.Position.Epoch, part.Checkpoint.Position.Batch, part.Checkpoint.Position.Step));
        Assert.True(Fit(new()).Model.Parameters.BitEquals(Fit(new() { Resume = part.Checkpoint }).Model.Parameters));
    }

    [Fact]
    public void Another_architecture_optimizer_or_data_set_is_named()
    {
        var half = Fit(new() { Callbacks = [Callback.SaveCheckpoint(At("run"), 3)], Cancellation = default }, epochs: 1).Checkpoint;
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.Throws<FunctionalException>(action).Message);

        Fails(
            "parameter 1 is \"dense1.weight\" float32[4, 8] in the checkpoint and \"dense1.weight\" float32[4, 9] here",
            () => Fit(new() { Resume = half }, Net(9)));
        Fails("optimizer state 1 is", () => Fit(new() { Resume = half }, optimizer: Optimizer.Momentum(0.1)));
        Fails(
            "batches of 8",
            () =>
                Net()
                    .Fit(
                        Data,
                        Loss.MeanSquaredError,
                        Method,
                        2,
                        8,
                        5,
                        new() { Resume = half with { Position = half.Position with { Batch = 2 } } }));
    }

    [Fact]
    public void Truncated_and_tampered_files_are_refused()
    {
        Fit(new() { Callbacks = [Callback.SaveCheckpoint(At("run"))] }, epochs: 1);
        var bytes = File.ReadAllBytes(At("run"));
        foreach (var length in new[] { 0, 7, 100, bytes.Length / 2, bytes.Length - 1 })
        {
            File.WriteAllBytes(At("cut"), bytes[..length]);
            Assert.Throws<DataException>(() => Checkpoint.Load(At("cut")));
        }
        for (var at = 8; at < bytes.Length; at += 37)
        {
            if (bytes[at] == ' ') continue;
            var changed = bytes.ToArray();
            changed[at] ^= 1;
            File.WriteAllBytes(At("changed"), changed);
            Assert.Throws<DataException>(() => Checkpoint.Load(At("changed")));
        }
    }

    [Fact]
    public void A_full_disk_leaves_the_checkpoint_before()
    {
        Fit(new() { Callbacks = [Callback.SaveCheckpoint(At("run"))] }, epochs: 1);
        var (before, next) = (File.ReadAllBytes(At("run")), Fit(new(), epochs: 2).Checkpoint);

        Assert.Throws<DataException>(() => AtomicFile.Write(At("run"), stream => next.Write(new FullDisk(stream, 500))));

        Assert.Equal(before, File.ReadAllBytes(At("run")));
        Assert.Equal([At("run")], Directory.GetFiles(folder));
    }

    /// <summary>
    /// Callbacks that keep every status: what was asked for in the callback stays what it was, on any thread; what is asked for later is
    /// refused, not of another moment.
    /// </summary>
    [Fact]
    public async Task A_checkpoint_is_of_one_moment()
    {
        var kept = new List<(TrainingStatus Status, Checkpoint? Then, int Epochs, double Loss)>();
        var elsewhere = new List<FunctionalException>();
        void Keep(TrainingStatus s)
        {
            if (kept.Count % 2 == 1) elsewhere.Add(Assert.Throws<FunctionalException>(() => OnAnotherThread(s.Checkpoint)));
            kept.Add((s, kept.Count % 2 == 0 ? s.Checkpoint() : null, s.History.Count, s.Loss));
        }
        Fit(new() { Callbacks = [Callback.EachStep(Keep)] }, epochs: 4);

        Assert.Equal(16, kept.Count);
        Assert.All(kept.Index(), k => Assert.Equal((k.Item.Epochs, k.Item.Loss), (k.Item.Status.History.Count, k.Item.Status.Loss)));
        Assert.All(elsewhere, e => Assert.Contains("on another thread", e.Message));
        Assert.NotEmpty(elsewhere);
        foreach (var (status, then, _, _) in kept)
        {
            if (then is null)
            {
                Assert.Contains("Call Checkpoint() in the callback", Assert.Throws<FunctionalException>(status.Checkpoint).Message);
                Assert.Contains(
                    "the run has gone on",
                    (await Assert.ThrowsAsync<FunctionalException>(() => Task.Run(status.Checkpoint))).Message);
                continue;
            }
            Assert.Same(then, await Task.Run(status.Checkpoint));
            // Of that moment: a run of its own that ends there has the same parameters.
            using var source = new CancellationTokenSource();
            var alone = Fit(
                new()
                {
                    Cancellation = source.Token,
                    Callbacks =
                    [
                        Callback.EachStep(s =>
                        {
                            if (s.Position.Step == status.Position.Step)
                                source.Cancel();
                        }),
                    ],
                },
                epochs: 4);
            Assert.True(alone.Checkpoint.Parameters.BitEquals(then.Parameters), $"{status.Position}");
        }
    }

    static Checkpoint OnAnotherThread(Func<Checkpoint> ask) =>
        Task.Factory.StartNew(ask, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).GetAwaiter().GetResult();

    sealed class AtEnd(Action<TrainingStatus> end) : Callback
    {
        public override void OnEnd(TrainingStatus status) => end(status);
    }

    [Fact]
    public void The_last_status_has_the_runs_end()
    {
        Checkpoint? last = null;
        var run = Fit(new() { Callbacks = [new AtEnd(s => last = s.Checkpoint())] }, epochs: 2);
        Assert.Equal(run.Checkpoint.Position, last!.Position);
        Assert.True(run.Checkpoint.Parameters.BitEquals(last.Parameters));
    }

    /// <summary>
    /// The step that fails has moved the parameters on from what the callbacks were told of; their own failure does not hide why.
    /// </summary>
    [Fact]
    public void After_a_failure_there_is_no_checkpoint_of_a_moment_that_is_gone()
    {
        var error = Assert.Throws<DivergenceException>(() =>
            Fit(new() { Callbacks = [new AtEnd(s => s.Checkpoint().Save(At("run")))] }, optimizer: Optimizer.Sgd(1e20)));
        Assert.Contains("the run has gone on", Assert.Single(error.LastGood.Warnings));
        Assert.Empty(Directory.GetFiles(folder));
    }

    /// <summary>
    /// A folder lies where the file is to be, as good as a full disk; what cannot be written is said, and the run is that without it.
    /// </summary>
    [Fact]
    public void A_save_that_fails_is_a_warning_and_the_run_goes_on()
    {
        Directory.CreateDirectory(Path.Combine(At("run"), "full"));
        var log = new TensorBoardLog(At("log"));
        var run = Fit(
            new()
            {
                Callbacks =
                [
                    Callback.SaveCheckpoint(At("run"), everySteps: 3),
                    new CsvLog(At("run")),
                    log,
                    Callback.EachStep(s =>
                    {
                        if (s.Position.Step == 2)
                        {
                            Directory.Delete(At("log"), true);
                            File.WriteAllText(At("log"), "");
                        }
                    }),
                ],
            },
            epochs: 2);

        Assert.True(Fit(new(), epochs: 2).Model.Parameters.BitEquals(run.Model.Parameters));
        // After steps 3 and 6, and after two epochs each by all three.
        Assert.Equal(8, run.Warnings.Count);
        Assert.Contains("After epoch 1, batch 3, step 3: Write: ", run.Warnings[0]);
        Assert.Equal(2, run.Warnings.Count(w => w.Contains("TensorBoard", StringComparison.Ordinal)));
        Assert.Contains("8 warnings, the first: After epoch 1", $"{run}");
        Assert.Empty(Fit(new(), epochs: 1).Warnings);
        Assert.Equal([At("log")], Directory.GetFiles(folder));
        if (!File.Exists("/dev/full"))
            return;
        Assert.Contains(
            "No space left",
            Assert.Single(Fit(new() { Callbacks = [Callback.SaveCheckpoint("/dev/full")] }, epochs: 1).Warnings));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error_before_the_first_step()
    {
        foreach (var callback in new[] { Callback.SaveCheckpoint(At("none/run")), new CsvLog(At("none/run")) })
        {
            var steps = 0;
            Assert.Contains(
                "there is no folder",
                Assert.Throws<DataException>(() => Fit(new() { Callbacks = [callback, Callback.EachStep(_ => steps++)] })).Message);
            Assert.Equal(0, steps);
        }
    }

    [Fact]
    public void Cancellation_during_a_save_lets_it_finish()
    {
        using var source = new CancellationTokenSource();
        var run = Fit(new()
        {
            Cancellation = source.Token,
            Callbacks = [Callback.EachEpoch(status => AtomicFile.Write(At("run"), stream =>
            {
                status.Checkpoint().Write(stream);
                source.Cancel();
            }))],
        });

        Assert.Single(run.History);
        Assert.True(Fit(new()).Model.Parameters.BitEquals(Fit(new() { Resume = Checkpoint.Load(At("run")) }).Model.Parameters));
    }

    /// <summary>A disk with room for some bytes.</summary>
    sealed class FullDisk(Stream inner, long room) : Stream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if ((room -= count) < 0) throw new IOException("No space left on device");
            inner.Write(buffer, offset, count);
        }

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => inner.Length;
        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
