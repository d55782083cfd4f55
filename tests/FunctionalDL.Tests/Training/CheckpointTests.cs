namespace FunctionalDL.Tests.Training;

public sealed class CheckpointTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("fdl").FullName;

    string At(string name) => Path.Combine(folder, name);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static Dataset Data { get; } = new(Key.Of(1).Uniform([50, 4]), Key.Of(2).Uniform([50, 1]));

    static Model Net(int units = 8) => Model.Input(4).Dense(units).Tanh().Dropout(0.2).Dense(1).Initialize(1);

    static Optimizer Method => Clip.GlobalNorm(1) >> Optimizer.Adam(0.01) >> Optimizer.WeightDecay(1e-3) >> Schedule.Cosine(40) >> Optimizer.AverageWeights(0.9);

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
        var options = new FitOptions { ValidationShare = null, Validation = Data.Take(9), Metrics = [Metric.RootMeanSquaredError], EarlyStopping = new(100) };
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
        var part = Fit(new() { Cancellation = source.Token, Callbacks = [Callback.EachStep(s => { if (s.Position.Step == 6) source.Cancel(); })] });

        Assert.Equal((2, 2, 6), (part.Checkpoint.Position.Epoch, part.Checkpoint.Position.Batch, part.Checkpoint.Position.Step));
        Assert.True(Fit(new()).Model.Parameters.BitEquals(Fit(new() { Resume = part.Checkpoint }).Model.Parameters));
    }

    [Fact]
    public void Another_architecture_optimizer_or_data_set_is_named()
    {
        var half = Fit(new() { Callbacks = [Callback.SaveCheckpoint(At("run"), 3)], Cancellation = default }, epochs: 1).Checkpoint;
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.Throws<FunctionalException>(action).Message);

        Fails("parameter 1 is \"dense1.weight\" float32[4, 8] in the checkpoint and \"dense1.weight\" float32[4, 9] here", () => Fit(new() { Resume = half }, Net(9)));
        Fails("optimizer state 1 is", () => Fit(new() { Resume = half }, optimizer: Optimizer.Momentum(0.1)));
        Fails("batches of 8", () => Net().Fit(Data, Loss.MeanSquaredError, Method, 2, 8, 5, new() { Resume = half with { Position = half.Position with { Batch = 2 } } }));
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
