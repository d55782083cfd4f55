using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Engine;

/// <summary>
/// Whatever is behind the seam computes the same, step by step and through <c>Fit</c>; what it cannot do is told before the first step.
/// </summary>
public class ComputeEngineTests
{
    static readonly Dataset Data = new(Key.Of(1).Uniform([40, 6]), Labels);

    static Tensor Labels => Tensor.Vector([.. Enumerable.Range(0, 40).Select(i => (long)(i * 7 % 3))]);

    static readonly Model Network = (Model.Input(6).Dense(12) >> Layer.BatchNorm() >> Layer.Relu >> Layer.Dense(3)).Initialize(1);

    static readonly Optimizer Sgd = Optimizer.Momentum(0.1);

    static ComputeEngine Of(string name) => name == "evaluator" ? new EvaluatorEngine() : new OnnxRuntimeEngine();

    static FitOptions On(ComputeEngine engine) => new() { Engine = engine, Threads = 1 };

    static void Near(TensorSet expected, TensorSet actual, double tolerance)
    {
        Assert.Equal(expected.Names, actual.Names);
        foreach (var (name, value) in expected) Laws.SameValue(name, value, actual[name], tolerance);
    }

    static void Near(TrainingRun expected, TrainingRun actual)
    {
        Assert.Equal(expected.History.Select(e => e.Loss), actual.History.Select(e => e.Loss), (a, b) => Math.Abs(a - b) <= 1e-4);
        Near(expected.Model.Parameters, actual.Model.Parameters, 1e-3);
    }

    [Theory, InlineData("evaluator"), InlineData("onnxruntime")]
    public void A_loop_is_the_same_as_running_and_feeding_back_also_when_the_batch_size_changes(string engine)
    {
        var (x, w, n) = (Expr.Variable("output", ["batch", 3]), Expr.Variable("w", [3, 2]), Expr.Variable("n", [], DType.Int64));
        var loss = Sum(Square(Tanh(MatMul(x, w)))) + n.Cast(DType.Float32);
        Expr[] outputs = [loss, w - 0.1f * loss.Gradient(w), Sum(x, 1), n + 1, x < 0.5f, Expr.Variable("d", [2], DType.Float64)];
        var function = Compilation.Compile(outputs, new() { Engine = Of(engine), Threads = 1 });
        var state = TensorSet.Of(("w", Key.Of(1).Uniform([3, 2])), ("n", 5L), ("d", Tensor.Vector(1.0, 2)));
        var loop = function.Start(state, ("w", 1), ("n", 3), ("d", 5));
        Assert.True(state.BitEquals(loop.State));
        foreach (var (step, size) in new[] { 4, 4, 2, 4, 1 }.Index())
        {
            var batch = Key.Of(step).Uniform([size, 3]);
            loop.Set("output", batch);
            loop.Step();
            var expected = Evaluator.Evaluate(outputs, state.With("output", batch));
            state = TensorSet.Of(("w", expected[1]), ("n", expected[3]), ("d", expected[5]));
            Near(state, loop.State, 1e-5);
            Assert.Equal(expected[0].ToScalar(), loop.Scalar(0), 1e-4);
            Assert.Equal(step + 6, loop.Scalar(3));
            Laws.SameValue("sum", expected[2], Tensor.Of([size], loop.Output<float>(2)), 1e-5);
            Laws.SameValue("next", expected[1], Tensor.Of([3, 2], loop.Output<float>(1)), 1e-5);
            Laws.SameValue("less", expected[4], Tensor.Of([size, 3], loop.Output<bool>(4)), 0);
        }
    }

    [Theory, InlineData("evaluator"), InlineData("onnxruntime")]
    public void Carried_variables_may_be_exchanged_kept_and_doubled(string engine)
    {
        var (a, b, c) = (Expr.Variable("a"), Expr.Variable("b"), Expr.Variable("c"));
        var loop = Compilation.Compile([b, a, c, a + b + c], new() { Engine = Of(engine) })
            .Start(TensorSet.Of(("a", 1.0), ("b", 2.0), ("c", 5.0)), ("a", 0), ("b", 1), ("c", 3));
        loop.Step();
        Assert.Equal([2, 1, 5, 8], Enumerable.Range(0, 4).Select(loop.Scalar));
        loop.Step();
        Assert.Equal([1, 2, 8, 11], Enumerable.Range(0, 4).Select(loop.Scalar));
        Assert.Equal([1, 2, 11], loop.State.Values.Select(v => v.ToScalar()));
    }

    [Theory, InlineData("evaluator"), InlineData("onnxruntime")]
    public void Fit_with_BatchNorm_comes_to_the_same(string engine)
    {
        FitOptions Options(ComputeEngine engine) => On(engine) with { Validation = Data.Take(15), Metrics = [Metric.Accuracy] };
        TrainingRun Fit(ComputeEngine engine) => Network.Fit(Data, Loss.SoftmaxCrossEntropy, Sgd, 3, 16, seed: 1, Options(engine));
        var (expected, actual) = (Fit(ComputeEngine.Managed), Fit(Of(engine)));
        Near(expected, actual);
        foreach (var (ours, theirs) in expected.History.Zip(actual.History))
        {
            Assert.Equal(ours.Validation!.Loss, theirs.Validation!.Loss, 1e-4);
            Assert.Equal(ours.Validation.Metrics, theirs.Validation.Metrics);
            Assert.Equal(ours.Metrics, theirs.Metrics);
        }
        Assert.NotEqual(
            Network.Parameters["batchnorm1.mean"].ToArray<float>(), actual.Model.Parameters["batchnorm1.mean"].ToArray<float>());
    }

    [Fact]
    public void Fit_of_an_Lstm_comes_to_the_same()
    {
        var model = (Model.Input(5, 2) >> Layer.Lstm(4) >> Layer.Dense(1)).Initialize(1);
        var data = new Dataset(Key.Of(2).Uniform([24, 5, 2]), Key.Of(3).Uniform([24, 1]));
        TrainingRun Fit(ComputeEngine engine) => model.Fit(data, Loss.MeanSquaredError, Optimizer.Adam(0.01), 3, 10, seed: 1, On(engine));
        Near(Fit(ComputeEngine.Managed), Fit(new OnnxRuntimeEngine()));
    }

    [Fact]
    public void Own_loops_run_on_it()
    {
        var step = TrainingStep.Of(Network, Loss.SoftmaxCrossEntropy, Sgd, Data);
        TensorSet Run(ComputeEngine engine)
        {
            var loop = step.Start(options: new() { Engine = engine, Threads = 1 });
            for (var i = 0; i < 5; i++)
            {
                loop.Set("input", Data.Inputs);
                loop.Set("target", Data.Targets);
                loop.Step();
                Assert.InRange(loop.Loss, 0.1, 2);
            }
            return loop.State;
        }
        Near(Run(ComputeEngine.Managed), Run(new OnnxRuntimeEngine()), 1e-4);
    }

    /// <summary>A run that is stopped and resumed, on another engine too, goes on where it was.</summary>
    [Fact]
    public void A_checkpoint_goes_on_on_it()
    {
        TrainingRun Fit(ComputeEngine engine, int epochs, Checkpoint? from = null) =>
            Network.Fit(Data, Loss.SoftmaxCrossEntropy, Optimizer.Adam(0.01), epochs, 16, seed: 1, On(engine) with { Resume = from });
        var engine = new OnnxRuntimeEngine();
        var whole = Fit(engine, 4);
        var half = Fit(engine, 2).Checkpoint;
        Near(whole.Model.Parameters, Fit(engine, 4, half).Model.Parameters, 1e-6);
        var elsewhere = Fit(ComputeEngine.Managed, 4, half);
        Assert.Equal(whole.History.Select(e => e.Loss), elsewhere.History.Select(e => e.Loss), (a, b) => Math.Abs(a - b) <= 1e-4);
    }

    [Fact]
    public void Divergence_is_told_with_the_last_good_parameters()
    {
        var model = Model.Input(6).Dense(1).Initialize(1);
        var data = new Dataset(Data.Inputs, Key.Of(3).Uniform([40, 1]));
        DivergenceException Fit(ComputeEngine engine) => Assert.Throws<DivergenceException>(() =>
            model.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(1e6), 20, 16, seed: 1, On(engine)));
        var (expected, actual) = (Fit(ComputeEngine.Managed), Fit(new OnnxRuntimeEngine()));
        Assert.Equal((expected.Step, expected.Epoch, expected.Parameter), (actual.Step, actual.Epoch, actual.Parameter));
        Assert.All(actual.LastGood.Model.Parameters.Values, value => Assert.Equal(-1, value.FirstNotFinite()));
    }

    [Theory, InlineData("evaluator"), InlineData("onnxruntime")]
    public void A_model_predicts_and_evaluates_on_it(string engine)
    {
        var model = Network.On(Of(engine));
        Assert.Equal(Of(engine).Name, model.WithParameters(model.Parameters).Then(Layer.Softmax).Initialize(1).Engine.Name);
        Laws.SameValue("predictions", Network.Predict(Data.Inputs), model.Predict(Data.Inputs), 1e-5);
        Assert.Equal(Network.Evaluate(Data, Loss.SoftmaxCrossEntropy).Loss, model.Evaluate(Data, Loss.SoftmaxCrossEntropy).Loss, 1e-5);
    }

    [Fact]
    public void Dropout_draws_the_same_on_OnnxRuntime()
    {
        var model = (Model.Input(6).Dense(8) >> Layer.Tanh >> Layer.Dropout(0.5) >> Layer.Dense(3)).Initialize(1);
        TrainingRun Run(ComputeEngine engine) => model.Fit(Data, Loss.SoftmaxCrossEntropy, Sgd, 5, 16, seed: 3, On(engine));
        Near(Run(ComputeEngine.Managed), Run(new OnnxRuntimeEngine()));
    }

    [Fact]
    public void What_has_no_kernel_is_told_before_the_first_step_with_op_dtype_and_layer()
    {
        var model = Model.Input(DType.Float64, 6).Dense(8) >> Layer.Gelu >> Layer.Dense(3);
        var data = new Dataset(Data.Inputs.Cast(DType.Float64), Data.Targets);
        var steps = 0;
        var options = On(new OnnxRuntimeEngine()) with { Callbacks = [Callback.EachStep(_ => steps++)] };
        var error = Assert.Throws<UnsupportedOpException>(() => model.Fit(data, Loss.SoftmaxCrossEntropy, Sgd, 1, 16, options: options));
        Assert.Equal("OnnxRuntime has no kernel for Erf (float64[batch, 8] → float64[batch, 8]) in layer \"gelu\". "
            + "Compute in float32 (WithPrecision), or run on ComputeEngine.Managed.", error.Message);
        Assert.Equal((0, "gelu", "Erf"), (steps, error.Layer, error.Node.Op.Name));

        Expr x = Expr.Variable("x", ["n"], DType.Float64), y = Erf(Sin(x)) + 1;
        var missing = Assert.Throws<UnsupportedOpException>(() => Compilation.Compile([x, y], new() { Engine = new OnnxRuntimeEngine() }));
        Assert.Equal("OnnxRuntime has no kernel for Erf (float64[n] → float64[n]). "
            + "Compute in float32 (WithPrecision), or run on ComputeEngine.Managed.", missing.Message);

        // In the body of a loop as well.
        var loop = Scan([Sum(x)], [x], (h, e) => [Erf(h[0] + e[0])]).Last[0];
        var inside = Assert.Throws<UnsupportedOpException>(() => loop.Compile(new() { Engine = new OnnxRuntimeEngine() }));
        Assert.Contains("Erf (float64[]", inside.Message);
    }

    [Fact]
    public void What_it_does_not_know_it_says()
    {
        var function = Sin(Expr.Variable("x", ["n"])).Compile(new() { Engine = new OnnxRuntimeEngine() });
        var memory = Assert.Throws<FunctionalException>(() => function.PeakBytes(Sizes.None.With("n", 3)));
        Assert.Contains("OnnxRuntime takes memory as it runs", memory.Message);
        var steps = Assert.Throws<FunctionalException>(() => function.Explain(TensorSet.Of(("x", Tensor.Vector(1f)))));
        Assert.Contains("OnnxRuntime does not tell", steps.Message);
    }

    [Fact]
    public void Mistakes_are_named_as_by_the_managed_engine()
    {
        var w = Expr.Variable("w", [2]);
        var y = w * Gather(Expr.Variable("x", ["n"]), Expr.Variable("i", [2], DType.Int64));
        var function = y.Compile(new() { Engine = new OnnxRuntimeEngine() });
        Assert.Contains("no value", Assert.Throws<FunctionalException>(() => function.Run()).Message);
        var loop = function.Start(TensorSet.Of(("w", Tensor.Vector(1f, 2))), ("w", 0));
        Assert.Contains("\"x\"", Assert.Throws<FunctionalException>(loop.Step).Message);
        loop.Set("x", Tensor.Vector(1f, 2, 3));
        Assert.Throws<ShapeException>(() =>
        {
            loop.Set("i", Tensor.Vector(1L, 2, 3));
            loop.Step();
        });
        loop.Set("i", Tensor.Vector(1L, 7));
        Assert.Contains("OnnxRuntime cannot run the step", Assert.Throws<OnnxRuntimeFailure>(loop.Step).Message);
        loop.Set("i", Tensor.Vector(1L, 2));
        loop.Step();
        Assert.Equal([2f, 6], loop.Output<float>(0).ToArray());
    }
}
