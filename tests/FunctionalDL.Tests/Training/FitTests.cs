using MathNet.Numerics.LinearAlgebra;

namespace FunctionalDL.Tests.Training;

public class FitTests
{
    /// <summary>y = 2x₀ − 3x₁ + 0.5, exactly.</summary>
    static Dataset Line(int n)
    {
        var x = Key.Of(7).Uniform([n, 2], DType.Float64).As<double>();
        return new(x, Tensor.Of(Shape.Of(n, 1), Enumerable.Range(0, n).Select(i => 2 * x[i, 0] - 3 * x[i, 1] + 0.5).ToArray()));
    }

    static Model Linear => Model.Input(DType.Float64, 2).Dense(1);

    public static TheoryData<Batching, double, int> Methods => new()
    {
        { new GradientDescent(), 0.5, 2000 },
        { new StochasticGradientDescent(), 0.1, 60 },
        { new MiniBatchGradientDescent(16), 0.3, 300 },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void Each_method_of_descent_finds_the_line(Batching method, double rate, int epochs)
    {
        var data = Line(50);
        var run = Linear.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(rate), epochs, method, seed: 3);

        Assert.Equal([2, -3], run.Model.Parameters["dense1.weight"].ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-3);
        Assert.Equal(0.5, run.Model.Parameters["dense1.bias"].ToScalar(), 1e-3);
        Assert.Equal(method.Steps(50) * epochs, run.History[^1].Steps);
    }

    [Fact]
    public void Gradient_descent_agrees_with_the_normal_equations()
    {
        var x = Key.Of(1).Uniform([40, 3], DType.Float64);
        var y = Key.Of(2).Uniform([40, 1], DType.Float64);
        var run = Model.Input(DType.Float64, 3).Dense(1, bias: false)
            .Fit(new(x, y), Loss.MeanSquaredError, Optimizer.Sgd(0.5), epochs: 3000, new GradientDescent());

        var closed = x.ToMatrix<double>().QR().Solve(y.ToMatrix<double>());
        Assert.Equal(closed.Column(0).ToArray(), run.Model.Parameters["dense1.weight"].ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-8);
    }

    /// <summary>One step on the whole data is Δw = −η ∇L(w), with the gradient the evaluator gives.</summary>
    [Fact]
    public void A_step_of_gradient_descent_is_the_learning_rate_times_the_gradient()
    {
        var (data, model) = (Line(20), Linear.Initialize(5));
        var target = Expr.Variable("target", [Model.Batch, 1], DType.Float64);
        var loss = Loss.MeanSquaredError.Apply(model.Output, target);
        var gradient = loss.Gradient(model.ParameterList[0].Variable)
            .Evaluate(model.Parameters.With("input", data.Inputs).With("target", data.Targets)).As<double>();

        var after = model
            .Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), epochs: 1, new GradientDescent())
            .Model.Parameters["dense1.weight"]
            .As<double>();

        var before = model.Parameters["dense1.weight"].As<double>();
        for (var i = 0; i < 2; i++) Assert.Equal(before[i, 0] - 0.1 * gradient[i, 0], after[i, 0], 1e-14);
    }

    [Fact]
    public void The_last_batch_may_be_short_and_is_averaged_over_the_examples_it_has()
    {
        Batching method = 16;
        Assert.Equal(4, method.Steps(50));

        // One epoch of batches of 16 over 20 rows: the second step sees 4 rows, and its gradient is their mean.
        var data = Line(20);
        var losses = Linear.Initialize(5).Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0), epochs: 1, 16).History[0].Loss;
        var whole = Linear.Initialize(5).Evaluate(data, Loss.MeanSquaredError).Loss;
        Assert.Equal(whole, losses, 1e-12);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_whatever_the_number_of_threads()
    {
        TrainingRun Run(int threads) => Model.Input(DType.Float64, 2).Dense(8).Tanh().Dense(1)
            .Fit(Line(50), Loss.MeanSquaredError, Optimizer.Adam(0.01), epochs: 5, 16, seed: 11, new() { Threads = threads });
        var (one, two) = (Run(1), Run(2));

        Assert.Equal(one.History.Select(e => e.Loss), two.History.Select(e => e.Loss));
        Assert.True(one.Model.Parameters.BitEquals(two.Model.Parameters));
    }

    [Fact]
    public void Divergence_names_the_step_and_keeps_the_last_good_parameters()
    {
        var data = Line(50);
        var error = Assert.Throws<DivergenceException>(() =>
            Linear.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(1e200), epochs: 10, 16, seed: 1));

        Assert.Contains("dense1.weight", error.Message);
        Assert.Contains($"step {error.Step}", error.Message);
        Assert.True(double.IsFinite(error.LastGood.Model.Evaluate(data.Take(1), Loss.MeanSquaredError).Loss));
    }

    [Fact]
    public void A_last_step_that_overflows_is_divergence_too()
    {
        var error = Assert.Throws<DivergenceException>(() =>
            Linear.Fit(Line(1), Loss.MeanSquaredError, Optimizer.Sgd(double.MaxValue) >> Schedule.Constant(1e10), epochs: 1, 1, seed: 1));

        Assert.Equal((1, "dense1.weight"), (error.Step, error.Parameter));
        Assert.True(double.IsFinite(error.Loss));
        Assert.True(error.LastGood.Model.Parameters.BitEquals(Linear.Initialize(1).Parameters));
    }

    [Fact]
    public void Cancellation_stops_at_a_step_boundary_and_returns_what_was_reached()
    {
        using var source = new CancellationTokenSource();
        var run = Linear.Fit(Line(50), Loss.MeanSquaredError, Optimizer.Sgd(0.1), epochs: 100, 16, options: new()
        {
            Cancellation = source.Token,
            Progress = e => { if (e.Epoch == 3) source.Cancel(); },
        });

        Assert.Equal(3, run.History.Count);
    }

    [Fact]
    public void Bad_settings_say_what_and_how_to_mend_it()
    {
        var data = Line(10);
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);

        Fails("batch size 0 with 10 examples", () => Linear.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1, 0));
        Fails("batch size 11 with 10 examples", () => Linear.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1, 11));
        Fails("learning rate -1", () => Optimizer.Sgd(-1));
        Fails("learning rate NaN", () => Optimizer.Adam(double.NaN));
        Fails("patience 0 is below 1", () => new EarlyStopping(0));
        Fails("minimum gain NaN", () => _ = new EarlyStopping(2) with { MinimumGain = double.NaN });
        foreach (var share in new[] { 0, 1, double.NaN })
            Fails(
                "validation share of",
                () => Linear.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1, 1, options: new() { ValidationShare = share }));
        Fails("0 epochs", () => Linear.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 0, 1));
        Fails(
            "takes inputs float64[batch, 3]",
            () => Model.Input(DType.Float64, 3).Dense(1).Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1, 1));
        Fails(
            "Give both the same shape",
            () => Model.Input(DType.Float64, 2).Dense(2).Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1, 1));
        Fails("no values yet", () => Linear.Predict(data.Inputs));
        Fails("0 units", () => Layer.Dense(0));
    }

    /// <summary>The gradient of Σ w·dropout(1) is what dropout keeps: each step keeps other elements.</summary>
    [Fact]
    public void Each_step_draws_its_own_dropout()
    {
        var model = Model.Input(50).Dropout(0.5).Dense(1, bias: false, Initializer.Zeros);
        var data = new Dataset(Tensor.Full(DType.Float32, [1, 50], 1), Tensor.Zeros(DType.Float32, [1, 1]));
        float[] After(int steps) =>
            model
                .Fit(data, Loss.Of("sum", (f, y) => f + 0 * y), Optimizer.Sgd(1), steps, 1, seed: 1)
                .Model.Parameters["dense1.weight"]
                .ToArray<float>();
        var (one, two) = (After(1), After(2));
        Assert.All(one, w => Assert.True(w is 0 or -2));
        Assert.NotEqual(one, two.Zip(one, (b, a) => b - a));
    }

    [Fact]
    public void A_validation_share_is_drawn_from_all_examples()
    {
        var data = new Dataset(
            Tensor.Zeros(DType.Float32, [40, 1]),
            Tensor.Of(Shape.Of(40, 1), [.. Enumerable.Range(0, 40).Select(i => (float)i)]));
        var held = new List<float>();
        var watch = Metric.Of(
            "held",
            (_, y) =>
            {
                if (y.Count == 10)
                    held.AddRange(y.ToArray<float>());
                return 0;
            });
        var run = Model
            .Input(1)
            .Dense(1)
            .Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0), 1, 10, seed: 1, new() { ValidationShare = 0.25, Metrics = [watch] });
        Assert.Equal(30, run.Checkpoint.Examples);
        Assert.Equal(10, held.Distinct().Count());
        Assert.Contains(held, y => y < 20);
        Assert.NotEqual(held.Order(), held);
    }

    /// <summary>The loss of more examples than are evaluated at once is their mean.</summary>
    [Fact]
    public void An_evaluation_is_the_mean_over_all_examples()
    {
        var y = Key.Of(3).Uniform([600, 1], DType.Float64).As<double>();
        var loss = Model
            .Input(DType.Float64, 1)
            .Evaluate(new(Tensor.Zeros(DType.Float64, [600, 1]), y), Loss.MeanSquaredError, Metric.MeanAbsoluteError);
        Assert.Equal(y.ToArray<double>().Average(v => v * v), loss.Loss, 1e-12);
        Assert.Equal(y.ToArray<double>().Average(), loss.Metrics["mae"], 1e-12);
    }
}
