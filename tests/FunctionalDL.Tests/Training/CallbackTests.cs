using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Logging;

namespace FunctionalDL.Tests.Training;

public sealed class CallbackTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("fdl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static Dataset Data { get; } = new(Key.Of(1).Uniform([40, 2]), Key.Of(2).Uniform([40, 1]));

    static TrainingRun Fit(FitOptions options, double rate = 0.1, int epochs = 3) =>
        Model.Input(2).Dense(1).Fit(Data, Loss.MeanSquaredError, Optimizer.Sgd(rate), epochs, 10, seed: 1, options);

    [Fact]
    public void Early_stopping_keeps_the_best_parameters()
    {
        // Training on the data makes the negated loss worse: the first epoch is the best.
        var run = Fit(new() { EarlyStopping = new(Patience: 2, Figure: e => -e.Loss) }, epochs: 50);
        var first = Fit(new(), epochs: 1);

        Assert.Equal(3, run.History.Count);
        Assert.True(first.Model.Parameters.BitEquals(run.Model.Parameters));
        Assert.False(run.Checkpoint.Parameters.BitEquals(run.Model.Parameters));
    }

    [Fact]
    public void Validation_is_held_out_of_training()
    {
        var seen = 0L;
        var run = Fit(new() { ValidationShare = 0.25, Callbacks = [Callback.EachStep(s => seen = Math.Max(seen, s.Position.Seen))] });
        Assert.All(run.History, e => Assert.True(e.Validation!.Loss > 0));
        Assert.Equal((30, 9), (run.Checkpoint.Examples, run.History[^1].Steps));
        Assert.InRange(seen, 1, 30);
    }

    [Fact]
    public void A_smoke_test_takes_one_step_and_validates_one_batch()
    {
        var run = Fit(new() { IsSmokeTest = true, Validation = Data }, epochs: 100);
        Assert.Equal(1, run.History.Single().Steps);
        Assert.Equal(run.Model.Evaluate(Data.Take(10), Loss.MeanSquaredError).Loss, run.History[0].Validation!.Loss);
    }

    [Fact]
    public void Callbacks_are_told_of_steps_and_epochs_in_order()
    {
        var told = new List<string>();
        Fit(
            new()
            {
                Callbacks =
                [
                    Callback.EachStep(s => told.Add($"step {s.Position.Step}")),
                    Callback.EachEpoch(s => told.Add($"epoch {s.History.Count}")),
                ],
            },
            epochs: 2);
        Assert.Equal("step 1, step 2, step 3, step 4, epoch 1, step 5, step 6, step 7, step 8, epoch 2", string.Join(", ", told));
    }

    [Fact]
    public void The_csv_log_holds_the_whole_history()
    {
        var path = Path.Combine(folder, "log.csv");
        var run = Fit(new() { Callbacks = [new CsvLog(path)], Validation = Data, Metrics = [Metric.RootMeanSquaredError] });
        var lines = File.ReadAllLines(path);
        Assert.Equal("epoch,loss,steps,seconds,validation_loss,rmse,training_rmse", lines[0]);
        Assert.Equal(run.History.Select(e => e.Loss), lines.Skip(1).Select(line => double.Parse(line.Split(',')[1])));
    }

    /// <summary>The check value of CRC-32C over "123456789" is E3069283.</summary>
    [Fact]
    public void Checksums_of_event_files_are_masked_crc32c() =>
        Assert.Equal(unchecked(((0xE3069283u >> 15) | (0xE3069283u << 17)) + 0xA282EAD8u), TensorBoardLog.MaskedChecksum("123456789"u8));

    [Fact]
    public void Event_files_are_records_with_a_scalar_of_each_epoch()
    {
        Fit(new() { Callbacks = [new TensorBoardLog(folder)], Validation = Data });
        var bytes = File.ReadAllBytes(Directory.GetFiles(folder, "events.out.tfevents.*").Single());
        var events = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(TensorBoardLog.MaskedChecksum(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            events.Add(bytes[(at + 12)..(at + 12 + length)]);
            Assert.Equal(
                TensorBoardLog.MaskedChecksum(events[^1]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            at += length + 16;
        }
        Assert.Equal(4, events.Count);
        Assert.Contains("brain.Event:2", Encoding.UTF8.GetString(events[0]));
        Assert.All(events.Skip(1), e => Assert.Contains("validation_loss", Encoding.UTF8.GetString(e)));
    }

    [Fact]
    public void Progress_is_plain_lines_where_output_is_redirected_and_a_bar_in_a_terminal()
    {
        var (plain, terminal) = (new StringWriter(), new StringWriter());
        Fit(new() { Callbacks = [new ConsoleProgress(plain, false), new ConsoleProgress(terminal, true)] });
        Assert.Equal(3, plain.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain('\r', plain.ToString());
        Assert.Contains("\repoch 1/3 [######..................] loss", terminal.ToString());
        Assert.Contains(" left", terminal.ToString());
    }

    [Fact]
    public void Loggers_are_told_of_the_start_the_epochs_and_for_debugging_the_steps()
    {
        var log = new Log();
        var options = new FitOptions
        {
            Callbacks = [new TrainingLog(log)],
            ValidationShare = 0.25,
            Metrics = [Metric.RootMeanSquaredError],
        };
        var run = Fit(options);
        Assert.Equal(
            ["Training for 3 epochs of 3 steps", "Step 1: loss "],
            log.Lines.Take(2).Select(l => l[..Math.Min(l.Length, l.StartsWith("Step", StringComparison.Ordinal) ? 13 : 99)]));
        Assert.Equal(9, log.Lines.Count(l => l.StartsWith("Step ", StringComparison.Ordinal)));
        var epoch = run.History[2];
        var figures = FormattableString.Invariant(
            $"Epoch 3 of 3: loss {epoch.Loss}, validation loss {epoch.Validation!.Loss}, rmse {epoch.Validation.Metrics["rmse"]}, ");
        Assert.StartsWith(figures, log.Lines[^1]);
        // What callbacks are told is the time until then.
        Assert.InRange(
            double.Parse(log.Lines[^1][figures.Length..^2], System.Globalization.CultureInfo.InvariantCulture),
            0,
            epoch.Seconds);

        log.Lines.Clear();
        Fit(options with { Resume = run.Checkpoint }, epochs: 4);
        Assert.Equal("Training resumed after step 9, in epoch 4 of 4", log.Lines[0]);

        log.Lines.Clear();
        Checkpoint? within = null;
        Fit(options with { Callbacks = [Callback.EachStep(s => within ??= s.Position.Step == 2 ? s.Checkpoint() : null)] });
        Fit(options with { Resume = within });
        Assert.Equal("Training resumed after step 2, in epoch 1 of 3", log.Lines[0]);
    }

    /// <summary>Keeps the lines that its logger is told.</summary>
    sealed class Log : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName)
        {
            Assert.Equal("FunctionalDL.Training", categoryName);
            return this;
        }

        void ILogger.Log<TState>(LogLevel level, EventId id, TState state, Exception? e, Func<TState, Exception?, string> format) =>
            Lines.Add(format(state, e));

        public bool IsEnabled(LogLevel level) => true;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public void AddProvider(ILoggerProvider provider) { }
        public void Dispose() { }
    }

    [Fact]
    public void The_learning_rate_finder_suggests_a_rate_that_trains()
    {
        var rates = LearningRateFinder.Find(Model.Input(2).Dense(1), Data, Loss.MeanSquaredError, rate => Optimizer.Sgd(rate), 10, seed: 1);
        Assert.InRange(rates.Suggested, 1e-4, 2);
        var run = Fit(new(), rates.Suggested);
        Assert.True(run.History[^1].Loss < run.History[0].Loss);
    }

    /// <summary>A checkpoint is of the epoch to come; what callbacks are told is of the epoch that is done.</summary>
    [Fact]
    public void The_position_at_the_end_of_an_epoch_is_in_that_epoch()
    {
        var (epochs, steps, saved) = (new List<string>(), new List<string>(), new List<int>());
        Fit(new()
        {
            Callbacks =
            [
                Callback.EachStep(s => steps.Add($"{s.Position.Epoch} of {s.Epochs}, {s.Position.Batch} of {s.StepsPerEpoch}")),
                Callback.EachEpoch(s =>
                {
                    epochs.Add($"{s.Position.Epoch} of {s.Epochs}");
                    saved.Add(s.Checkpoint().Position.Epoch);
                }),
            ],
        }, epochs: 2);
        Assert.Equal(["1 of 2", "2 of 2"], epochs);
        Assert.Equal("1 of 2, 4 of 4", steps[3]);
        Assert.Equal([2, 3], saved);
    }

    static EpochResult Epoch(int number, double loss) => new(number, loss, number, 0, null);

    [Fact]
    public void Any_number_is_better_than_nan()
    {
        var stopping = new EarlyStopping(2);
        EpochResult[] history = [Epoch(1, double.NaN), Epoch(2, 5), Epoch(3, 4), Epoch(4, double.NaN), Epoch(5, 6)];
        Assert.Equal(2, stopping.Best(history));
        Assert.False(stopping.IsOver(history[..3]));
        Assert.True(stopping.IsOver(history));
        Assert.True(stopping.IsOver([Epoch(1, double.NaN), Epoch(2, double.NaN), Epoch(3, double.NaN)]));
        Assert.Equal(1, new EarlyStopping(2, MinimumGain: 3).Best([Epoch(1, double.NaN), Epoch(2, 5), Epoch(3, 4)]));
        Assert.Equal(1, stopping.Best([Epoch(1, double.NaN), Epoch(2, double.PositiveInfinity)]));
    }

    /// <summary>The metrics of an epoch that changes nothing are those of the model on the data, however the batches lie.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(7)]
    public void Metrics_are_measured_on_the_examples_trained_on(int batch)
    {
        var model = Model.Input(2).Dense(1).Initialize(1);
        Metric[] metrics = [Metric.RootMeanSquaredError, Metric.RSquared];
        var expected = model.Evaluate(Data, Loss.MeanSquaredError, metrics);
        foreach (
            var run in new[]
            {
                model.Fit(Data, Loss.MeanSquaredError, Optimizer.Sgd(0), 2, batch, seed: 1, new() { Metrics = metrics }),
                model.Fit(_ => Data.Batches(batch), Loss.MeanSquaredError, Optimizer.Sgd(0), 2, seed: 1, new() { Metrics = metrics }),
            })
            foreach (var epoch in run.History)
            {
                Assert.Null(epoch.Validation);
                Assert.Equal(["rmse", "r2"], epoch.Metrics.Keys);
                foreach (var (name, value) in expected.Metrics)
                    Assert.Equal(value, epoch.Metrics[name], 1e-6);
            }
        var held = model
            .Fit(Data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1, batch, seed: 1, new() { Metrics = metrics, Validation = Data.Take(5) })
            .History[0];
        Assert.Equal(2, held.Metrics.Count);
        Assert.NotEqual(held.Metrics["rmse"], held.Validation!.Metrics["rmse"]);
        Assert.Empty(Fit(new()).History[0].Metrics);
    }

    [Fact]
    public void Metrics_of_sequences_of_several_lengths_are_those_of_their_places()
    {
        Dataset Sequence(int time) => new(Key.Of(time).Uniform([3, time, 2]), Tensor.Zeros(DType.Int64, [3, time]));
        var run = Model
            .Input("time", 2)
            .Dense(2)
            .Fit(
                _ => [Sequence(4), Sequence(5)],
                Loss.SoftmaxCrossEntropy,
                Optimizer.Sgd(0),
                1,
                options: new() { Metrics = [Metric.Accuracy] });
        Assert.InRange(run.History[0].Metrics["accuracy"], 0, 1);
        Assert.Equal(0, run.History[0].Metrics["accuracy"] * 27 % 1, 1e-9);
        Assert.Contains(
            "two have the name \"mae\"",
            Assert.Throws<FunctionalException>(() => Fit(new() { Metrics = [Metric.MeanAbsoluteError, Metric.MeanAbsoluteError] })).Message
        );
    }

    /// <summary>The seconds of an epoch are those on the clock: data, steps, validation and callbacks.</summary>
    [Fact]
    public void Seconds_are_all_that_pass()
    {
        static void Wait() => Thread.Sleep(15);
        IEnumerable<Dataset> Slow()
        {
            Wait();
            yield return Data;
        }
        double Seconds(FitOptions options, Func<int, IEnumerable<Dataset>>? data = null) =>
            Model
                .Input(2)
                .Dense(1)
                .Fit(data ?? (_ => [Data]), Loss.MeanSquaredError, Optimizer.Sgd(0.1), 3, options: options)
                .History.Min(e => e.Seconds);

        Assert.InRange(Seconds(new(), _ => Slow()), 0.0149, 60);
        Assert.InRange(Seconds(new() { Callbacks = [Callback.EachStep(_ => Wait())] }), 0.0149, 60);
        Assert.InRange(Seconds(new() { Callbacks = [Callback.EachEpoch(_ => Wait())] }), 0.0149, 60);
        Assert.InRange(Seconds(new() { Validation = Data, Metrics = [Metric.Of("slow", (_, _) => { Wait(); return 0; })] }), 0.0149, 60);
    }

    [Fact]
    public void Results_are_readable()
    {
        var figures = new Dictionary<string, double> { ["accuracy"] = 0.875 };
        var epoch = new EpochResult(3, 0.25, 30, 1.24, new(0.5, figures)) { Metrics = figures };
        Assert.Equal("epoch 3: loss 0.25, accuracy 0.875; validation loss 0.5, accuracy 0.875; 1.2 s", epoch.ToString());
        Assert.StartsWith("input [batch, 2] >> dense; epoch 3: loss ", Fit(new()).ToString());
    }

    /// <summary>
    /// A line that is drawn over is never as wide as the terminal, and covers the one before it; the cursor is on a line of its own in
    /// the end.
    /// </summary>
    [Theory]
    [InlineData(40)]
    [InlineData(20)]
    [InlineData(80)]
    [InlineData(200)]
    public void Progress_fits_the_terminal(int columns)
    {
        using var output = new StringWriter();
        using var source = new CancellationTokenSource();
        var stop = Callback.EachStep(s => { if (s.Position.Step == 6) source.Cancel(); });
        Fit(new() { Callbacks = [new ConsoleProgress(output, true, new Clock(), columns), stop], Cancellation = source.Token });
        var drawn = output.ToString().Split('\n')[0].Split('\r')[1..^1];
        Assert.Equal(3, drawn.Length);
        Assert.All(drawn, line => Assert.Equal(columns - 1, line.Length));
        Assert.Equal(columns >= 80, drawn[0].Contains("[######..................]"));
        Assert.EndsWith("\n", output.ToString());
        Assert.Equal(2, output.ToString().Count(c => c == '\n'));
    }

    /// <summary>A clock on which each look takes a day: a time that is left is in hours, however many.</summary>
    sealed class Clock : TimeProvider
    {
        long now;

        public override long TimestampFrequency => 1;
        public override long GetTimestamp() => now += 86400;
    }

    [Fact]
    public void The_time_that_is_left_counts_all_hours()
    {
        using var output = new StringWriter();
        Fit(new() { Callbacks = [new ConsoleProgress(output, true, new Clock())] });
        Assert.Matches(@"\d{3}:00:00 left", output.ToString());
    }

    sealed class Ends(List<string> told) : Callback
    {
        public override void OnEnd(TrainingStatus status) => told.Add($"epoch {status.Position.Epoch}, step {status.Position.Step}");
    }

    [Fact]
    public void Callbacks_are_told_of_the_end_however_it_comes()
    {
        var told = new List<string>();
        Fit(new() { Callbacks = [new Ends(told)] });
        using var source = new CancellationTokenSource();
        Fit(
            new()
            {
                Callbacks =
                [
                    new Ends(told),
                    Callback.EachStep(s =>
                    {
                        if (s.Position.Step == 6)
                            source.Cancel();
                    }),
                ],
                Cancellation = source.Token,
            });
        Assert.Throws<DivergenceException>(() => Fit(new() { Callbacks = [new Ends(told)] }, rate: 1e30));
        Assert.Equal(["epoch 3, step 12", "epoch 2, step 6"], told.Take(2));
        Assert.Equal(3, told.Count);
    }

    [Fact]
    public void A_checkpoint_is_saved_after_as_many_steps_as_are_said()
    {
        var path = Path.Combine(folder, "run");
        var saved = new List<long>();
        Fit(
            new()
            {
                Callbacks =
                [
                    Callback.SaveCheckpoint(path, 3),
                    Callback.EachStep(_ => saved.Add(File.Exists(path) ? Checkpoint.Load(path).Position.Step : 0)),
                ],
            },
            epochs: 2);
        // After every third step, and after each epoch, which is told of after its last step.
        Assert.Equal([0, 0, 3, 4, 4, 6, 6, 8], saved);
    }

    [Fact]
    public void The_learning_rates_tried_are_those_asked_for()
    {
        var rates = LearningRateFinder.Find(
            Model.Input(2).Dense(1),
            Data,
            Loss.MeanSquaredError,
            rate => Optimizer.Sgd(rate),
            10,
            seed: 1,
            from: 1e-6,
            to: 1e-3,
            steps: 7);
        Assert.Equal(7, rates.Tried.Count);
        for (var i = 0; i < 7; i++) Assert.Equal(1, rates.Tried[i].Rate / (1e-6 * Math.Pow(10, i / 2.0)), 1e-9);
    }

    [Fact]
    public void Metrics_of_training_are_logged()
    {
        var (path, log) = (Path.Combine(folder, "log.csv"), new Log());
        var run = Fit(
            new()
            {
                Callbacks = [new CsvLog(path), new TensorBoardLog(folder), new TrainingLog(log)],
                Metrics = [Metric.RootMeanSquaredError],
            });
        Assert.Equal("epoch,loss,steps,seconds,training_rmse", File.ReadLines(path).First());
        Assert.Equal(
            run.History.Select(e => e.Metrics["rmse"]),
            File.ReadLines(path).Skip(1).Select(line => double.Parse(line.Split(',')[4], System.Globalization.CultureInfo.InvariantCulture))
        );
        Assert.Contains(
            "training_rmse",
            Encoding.UTF8.GetString(File.ReadAllBytes(Directory.GetFiles(folder, "events.out.tfevents.*").Single())));
        Assert.Contains(FormattableString.Invariant($"rmse {run.History[^1].Metrics["rmse"]}, "), log.Lines[^1]);
    }
}
