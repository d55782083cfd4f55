using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;

namespace FunctionalDL.Tests.Training;

/// <summary>What logs hold is the history, figure by figure, read by other means than it was written.</summary>
public sealed class LogTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("fdl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static Dataset Data { get; } = new(Key.Of(1).Uniform([40, 2]), Key.Of(2).Uniform([40, 1]));

    static FitOptions Measured { get; } = new() { Metrics = [Metric.RootMeanSquaredError], Validation = Data.Take(10) };

    static TrainingRun Fit(FitOptions options, int epochs = 3, double rate = 0.1, Dataset? data = null) =>
        Model.Input(2).Dense(1).Fit(data ?? Data, Loss.MeanSquaredError, Optimizer.Sgd(rate), epochs, 10, seed: 1, options);

    /// <summary>A clock that is set by hand.</summary>
    sealed class Clock : TimeProvider
    {
        public TimeSpan Passed { get; set; } = TimeSpan.FromSeconds(1);
        public override long TimestampFrequency => 1000;
        public override long GetTimestamp() => (long)Passed.TotalMilliseconds;
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_234_567_890_500) + Passed;
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    string[][] Csv(FitOptions options, int epochs, out TrainingRun run)
    {
        var path = Path.Combine(folder, "log.csv");
        run = Fit(options with { Callbacks = [new CsvLog(path)] }, epochs);
        return [.. File.ReadLines(path).Select(line => line.Split(','))];
    }

    [Fact]
    public void Each_figure_of_a_csv_log_is_in_its_column()
    {
        var rows = Csv(Measured, 2, out var run);
        Assert.Equal("epoch loss steps seconds validation_loss rmse training_rmse", string.Join(" ", rows[0]));
        foreach (var (epoch, row) in run.History.Zip(rows.Skip(1)))
        {
            var held = epoch.Validation!;
            double[] figures = [epoch.Epoch, epoch.Loss, 4 * epoch.Epoch, held.Loss, held.Metrics["rmse"], epoch.Metrics["rmse"]];
            Assert.Equal(figures.AsEnumerable(), row[..3].Concat(row[4..]).Select(Number));
            Assert.InRange(Number(row[3]), 0, epoch.Seconds);
        }
    }

    /// <summary>Where a run is resumed with validation, the epochs before have none.</summary>
    [Fact]
    public void A_figure_that_an_epoch_does_not_have_is_an_empty_field()
    {
        var first = Fit(new(), 1);
        var rows = Csv(Measured with { Resume = first.Checkpoint }, 2, out _);
        Assert.Equal(3, rows.Length);
        Assert.All(rows, row => Assert.Equal(7, row.Length));
        Assert.Equal(",,", string.Join(",", rows[1][4..]));
        Assert.All(rows[2], field => Assert.NotEqual("", field));
    }

    [Fact]
    public void Event_files_hold_each_figure_with_its_step_and_time()
    {
        var run = Fit(Measured with { Callbacks = [new TensorBoardLog(folder, new Clock())] }, 2);
        Holds(run, Events());
        // A run that is resumed begins a file of its own.
        Directory.Delete(folder, recursive: true);
        var resumed = Fit(Measured with { Callbacks = [new TensorBoardLog(folder, new Clock())], Resume = run.Checkpoint }, 3);
        Assert.Equal(3, resumed.History.Count);
        Holds(resumed, Events());

        static void Holds(TrainingRun run, List<(double Time, long Step, Dictionary<string, float> Scalars)> events)
        {
            Assert.Equal(run.History.Count, events.Count);
            foreach (var (epoch, (time, step, scalars)) in run.History.Zip(events))
            {
                Assert.Equal((1_234_567_891.5, epoch.Steps), (time, step));
                Assert.Equal(new SortedDictionary<string, float>
                {
                    ["loss"] = (float)epoch.Loss,
                    ["rmse"] = (float)epoch.Validation!.Metrics["rmse"],
                    ["training_rmse"] = (float)epoch.Metrics["rmse"],
                    ["validation_loss"] = (float)epoch.Validation.Loss,
                }, new SortedDictionary<string, float>(scalars));
            }
        }
    }

    /// <summary>
    /// The events with scalars in the one file there is: field 1 the time, 2 the step, 5 the summary of names and numbers.
    /// </summary>
    List<(double Time, long Step, Dictionary<string, float> Scalars)> Events()
    {
        var bytes = File.ReadAllBytes(Directory.GetFiles(folder).Single());
        var events = new List<(double, long, Dictionary<string, float>)>();
        for (int at = 0, length; at < bytes.Length; at += length + 16)
        {
            length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            var (time, step, scalars) = (0.0, 0L, new Dictionary<string, float>());
            Fields(
                bytes.AsSpan(at + 12, length).ToArray(),
                (field, input) =>
                {
                    if (field == 1)
                        time = input.ReadDouble();
                    else if (field == 2)
                        step = input.ReadInt64();
                    else if (field == 5)
                        Fields(input.ReadBytes().ToByteArray(), (_, value) => Scalar(value.ReadBytes().ToByteArray(), scalars));
                    else
                        input.SkipLastField();
                });
            if (scalars.Count > 0)
                events.Add((time, step, scalars));
        }
        return events;
    }

    static void Scalar(byte[] bytes, Dictionary<string, float> scalars)
    {
        var name = "";
        Fields(bytes, (field, input) =>
        {
            if (field == 1) name = input.ReadString();
            else scalars.Add(name, input.ReadFloat());
        });
    }

    static void Fields(byte[] bytes, Action<int, CodedInputStream> read)
    {
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is > 0 and var tag) read(WireFormat.GetTagFieldNumber(tag), input);
    }

    /// <summary>The lines drawn by a run of 12 steps, each of which takes as long as said.</summary>
    static string[] Drawn(TimeSpan each, out TrainingRun run, Checkpoint? resume = null)
    {
        using var output = new StringWriter();
        var clock = new Clock();
        var same = new Dataset(Tensor.Full(DType.Float32, [40, 2], 1), Tensor.Full(DType.Float32, [40, 1], 3));
        Callback[] callbacks = [Callback.EachStep(_ => clock.Passed += each), new ConsoleProgress(output, true, clock, 80)];
        run = Fit(new() { Callbacks = callbacks, Resume = resume }, rate: 0, data: same);
        return [.. output.ToString().Split('\r', '\n').Select(line => line.TrimEnd())
            .Where(line => line.EndsWith(" left", StringComparison.Ordinal))];
    }

    /// <summary>Of 12 steps of a minute each, the last of an epoch is not drawn: there the epoch's own line is written.</summary>
    [Fact]
    public void Progress_shows_the_share_the_mean_loss_and_the_time_that_is_left()
    {
        var lines = Drawn(TimeSpan.FromMinutes(1), out var run);
        var loss = run.History[0].Loss.ToString("G5", CultureInfo.InvariantCulture);
        Assert.Equal(new[] { 1, 2, 3, 5, 6, 7, 9, 10, 11 }.Select(step =>
            $"epoch {step / 4 + 1}/3 [{new string('#', 6 * (step % 4)).PadRight(24, '.')}] loss {loss}, 00:{12 - step:00}:00 left"), lines);

        // What is left is reckoned from the steps of this run.
        Checkpoint? saved = null;
        Fit(new() { Callbacks = [Callback.EachStep(s => saved ??= s.Position.Step == 5 ? s.Checkpoint() : null)] });
        Assert.Contains(", 00:06:00 left", Drawn(TimeSpan.FromMinutes(1), out _, saved)[0]);
    }

    [Fact]
    public void Progress_is_drawn_ten_times_a_second_at_most() =>
        Assert.Equal(["1/3 [######", "2/3 [######", "3/3 [######"],
            Drawn(TimeSpan.FromMilliseconds(30), out _).Select(line => Regex.Match(line, @"\d/3 \[#+").Value));

    [Fact]
    public void An_epoch_is_written_with_its_metrics()
    {
        using var output = new StringWriter();
        var run = Fit(new() { Callbacks = [new ConsoleProgress(output, false)], Metrics = [Metric.RootMeanSquaredError] }, 1);
        Assert.StartsWith($"epoch 1/1: {new Evaluation(run.History[0].Loss, run.History[0].Metrics)}, ", output.ToString());
    }
}
