using System.Diagnostics;

namespace FunctionalDL.Tests.Engine;

/// <summary>Nothing that is dropped stays: neither memory nor threads.</summary>
[Collection(nameof(Alone))]
public class MemoryTests
{
    static readonly Dataset Data = new(Key.Of(1).Uniform([64, 64]), Key.Of(2).Uniform([64, 1]));

    static Model Network { get; } = Model.Input(64).Dense(256).Relu().Dense(1).Initialize(1);

    /// <summary>The bytes in use, those of pinned blocks among them.</summary>
    static long Bytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>
    /// Fails where memory grows once what is kept is there: by half a megabyte, of which a single one of what is dropped has a tenth or
    /// more.
    /// </summary>
    static void IsFlat(int times, Action<int> use)
    {
        for (var i = 0; i < times / 3; i++) use(i);
        var before = Bytes();
        for (var i = times / 3; i < times; i++) use(i);
        var grown = Bytes() - before;
        Assert.True(grown < 512 << 10, $"{grown >> 10} KiB more after {times} uses than after {times / 3}");
    }

    [Fact]
    public void Predictions_at_many_sizes_keep_the_plans_of_the_last_few() =>
        IsFlat(90, i => Network.Predict(Tensor.Zeros(DType.Float32, Shape.Of(100 - i, 64))));

    [Fact]
    public void Models_that_are_dropped_leave_nothing() =>
        IsFlat(
            60,
            i => Network.WithParameters(Network.Parameters.Map((_, value) => value.As<float>().Map(x => x + i))).Predict(Data.Inputs));

    [Fact]
    public void Functions_that_are_dropped_leave_nothing() => IsFlat(60, i =>
    {
        var x = Expr.Variable("x", ["n", 64]);
        (MatMul(Transpose(x), x) * i).Compile().Run(("x", Data.Inputs));
    });

    [Fact]
    public void Validation_leaves_nothing() => IsFlat(60, _ => Network.Evaluate(Data, Loss.MeanSquaredError));

    [Fact]
    public void Training_with_validation_leaves_nothing() =>
        IsFlat(30, _ => Network.Fit(Data, Loss.MeanSquaredError, Optimizer.Adam(), 2, 32, options: new() { Validation = Data }));

    [Fact]
    public void Training_on_batches_of_varying_lengths_is_flat_from_epoch_to_epoch()
    {
        var bytes = new List<long>();
        Model
            .Input(DType.Int64, "time")
            .Embedding(30, 16)
            .Gru(16)
            .Dense(2)
            .Fit(
                _ =>
                    Enumerable
                        .Range(1, 20)
                        .Select(length => new Dataset(
                            Tensor.Zeros(DType.Int64, Shape.Of(8, length)),
                            Tensor.Zeros(DType.Int64, Shape.Of(8)))),
                Loss.SoftmaxCrossEntropy,
                Optimizer.Sgd(0.01),
                4,
                options: new() { Callbacks = [Callback.EachEpoch(_ => bytes.Add(Bytes()))] });
        Assert.InRange(bytes[3] - bytes[1], long.MinValue, 256 << 10);
    }

    /// <summary>Runs at the same time each need memory; a plan keeps that of as many as can gain from it.</summary>
    [Fact]
    public void A_plan_keeps_the_memory_of_few_runs()
    {
        var x = Expr.Variable("x", ["n", 64]);
        var function = MatMul(Transpose(x), Sin(x)).Compile(new() { Threads = 1 });
        function.Run(("x", Data.Inputs));
        var before = Bytes();
        using var together = new Barrier(8 * Environment.ProcessorCount);
        Thread[] threads =
        [
            .. Enumerable
                .Range(0, together.ParticipantCount)
                .Select(_ => new Thread(() =>
                {
                    together.SignalAndWait();
                    for (var i = 0; i < 20; i++)
                        function.Run(("x", Data.Inputs));
                })),
        ];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.InRange(
            Bytes() - before,
            long.MinValue,
            (Environment.ProcessorCount + 1) * 2 * function.PeakBytes(Sizes.None.With("n", 64)) + (64 << 10));
        GC.KeepAlive(function);
    }

    [Fact]
    public void Threads_are_those_of_the_largest_number_and_end_when_there_is_no_work()
    {
        var x = Expr.Variable("x", ["n"]);
        var values = Key.Of(1).Uniform([1 << 17]);
        static int Threads() => Process.GetCurrentProcess().Threads.Count;
        var before = Threads();
        var expected = Sum(Exp(Sin(x))).Compile(new() { Threads = 1 }).Run(("x", values))[0];
        foreach (var threads in new[] { 3, 24, 2, 17, 25, 9 })
            Assert.True(
                expected.BitEquals(Sum(Exp(Sin(x))).Compile(new() { Threads = threads }).Run(("x", values))[0]),
                $"{threads} threads");
        Assert.InRange(Threads(), before + 1, before + 24 + 8);
        var waited = Stopwatch.StartNew();
        while (Threads() > before + 8 && waited.Elapsed.TotalSeconds < 20) Thread.Sleep(50);
        Assert.InRange(Threads(), 1, before + 8);
        Assert.True(expected.BitEquals(Sum(Exp(Sin(x))).Compile(new() { Threads = 4 }).Run(("x", values))[0]), "after a rest");
    }

    [Fact]
    public void Steps_shared_among_threads_allocate_nothing()
    {
        var w = Expr.Variable("w", [1 << 17]);
        var loop = Compilation
            .Compile([Exp(Sin(w))], new() { Threads = 3 })
            .Start(TensorSet.Of(("w", Key.Of(1).Uniform([1 << 17]))), ("w", 0));
        for (var i = 0; i < 3; i++)
            loop.Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) loop.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void More_threads_than_any_machine_has_are_refused()
    {
        var error = Assert.Throws<FunctionalException>(() => new CompileOptions { Threads = 20_000 });
        Assert.Contains("20000 threads are more than the 1024", error.Message);
        Assert.Throws<FunctionalException>(() =>
            Network.Fit(Data, Loss.MeanSquaredError, Optimizer.Adam(), 1, 32, options: new() { Threads = 20_000 }));
        Assert.Equal(1024, new CompileOptions { Threads = 1024 }.Threads);
    }
}
