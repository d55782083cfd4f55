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
        Fit(new() { Callbacks = [Callback.EachStep(s => told.Add($"step {s.Position.Step}")), Callback.EachEpoch(s => told.Add($"epoch {s.History.Count}"))] }, epochs: 2);
        Assert.Equal("step 1, step 2, step 3, step 4, epoch 1, step 5, step 6, step 7, step 8, epoch 2", string.Join(", ", told));
    }

    [Fact]
    public void The_csv_log_holds_the_whole_history()
    {
        var path = Path.Combine(folder, "log.csv");
        var run = Fit(new() { Callbacks = [new CsvLog(path)], Validation = Data, Metrics = [Metric.RootMeanSquaredError] });
        var lines = File.ReadAllLines(path);
        Assert.Equal("epoch,loss,steps,seconds,validation_loss,rmse", lines[0]);
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
            Assert.Equal(TensorBoardLog.MaskedChecksum(events[^1]), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
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
        var options = new FitOptions { Callbacks = [new TrainingLog(log)], ValidationShare = 0.25, Metrics = [Metric.RootMeanSquaredError] };
        var run = Fit(options);
        Assert.Equal(["Training for 3 epochs of 3 steps", "Step 1: loss "], log.Lines.Take(2).Select(l => l[..Math.Min(l.Length, l.StartsWith("Step", StringComparison.Ordinal) ? 13 : 99)]));
        Assert.Equal(9, log.Lines.Count(l => l.StartsWith("Step ", StringComparison.Ordinal)));
        var epoch = run.History[2];
        Assert.Equal(FormattableString.Invariant($"Epoch 3 of 3: loss {epoch.Loss}, validation loss {epoch.Validation!.Loss}, rmse {epoch.Validation.Metrics["rmse"]}, {epoch.Seconds} s"), log.Lines[^1]);

        log.Lines.Clear();
        Fit(options with { Resume = run.Checkpoint }, epochs: 4);
        Assert.Equal("Training resumed after step 9, in epoch 4 of 4", log.Lines[0]);
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

        void ILogger.Log<TState>(LogLevel level, EventId id, TState state, Exception? e, Func<TState, Exception?, string> format) => Lines.Add(format(state, e));
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
}
