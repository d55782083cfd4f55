namespace FunctionalDL.Tests.Training;

/// <summary>Loops of one's own around a training step.</summary>
public class TrainingLoopTests
{
    static readonly Dataset Data = new(Key.Of(1).Uniform([16, 3]), Key.Of(2).Uniform([16, 2]));

    static Model Net => (Model.Input(3).Dense(8) >> Layer.BatchNorm() >> Layer.Relu >> Layer.Dropout(0.3) >> Layer.Dense(2)).Initialize(1);

    /// <summary>Statistics and randomness are part of the step: it comes to the same bits as Fit.</summary>
    [Fact]
    public void A_loop_of_the_step_is_what_fit_does()
    {
        var step = TrainingStep.Of(Net, Loss.MeanSquaredError, Optimizer.Adam(0.01), Data);
        var loop = step.Start(seed: 5);
        loop.Set("input", Data.Inputs);
        loop.Set("target", Data.Targets);
        for (var i = 0; i < 10; i++) loop.Step();
        var run = Net.Fit(Data, Loss.MeanSquaredError, Optimizer.Adam(0.01), 10, new GradientDescent(), 5);
        foreach (var (name, value) in run.Model.Parameters) Assert.Equal(value.ToArray<float>(), loop.State[name].ToArray<float>());
        Assert.Equal(run.History[^1].Loss, loop.Loss);
        Assert.NotEqual(Net.Parameters["batchnorm1.mean"].ToArray<float>(), loop.State["batchnorm1.mean"].ToArray<float>());
        Assert.Equal(10, loop.Steps);
    }

    /// <summary>Two models, two losses, two optimizers, in one step: parameters of one name do not collide.</summary>
    [Fact]
    public void Each_loss_moves_its_own_model()
    {
        var (a, b) = (Model.Input(3).Dense(2).Initialize(1), Model.Input(3).Dense(2).Initialize(2));
        var x = Expr.Variable("x", [Model.Batch, 3]);
        TrainingStep Step(double rate) => TrainingStep.Of(scope =>
        [
            new(Mean(Square(scope.Apply(a, "a", x) - 1)), Optimizer.Sgd(0.1), "a"),
            new(Mean(Square(scope.Apply(b, "b", x) - scope.Apply(a, "a", x))), Optimizer.Momentum(rate), "b"),
        ]);
        var step = Step(0.1);
        Assert.Equal(["loss.a", "loss.b"], step.Losses.Select(l => l.Name));
        Assert.Equal(["a.dense1.weight", "a.dense1.bias", "b.dense1.weight", "b.dense1.bias"], step.Parameters.Keys);
        Assert.All(step.State.Keys, name => Assert.StartsWith("b.", name));
        var loop = step.Start();
        loop.Set("x", Data.Inputs);
        for (var i = 0; i < 300; i++) loop.Step();
        Assert.InRange(loop.LossOf("a"), 0, 0.02);
        Assert.InRange(loop.LossOf("b"), 0, 0.02);
        var trained = b.WithParameters(loop.State, "b");
        Assert.All(trained.Predict(Data.Inputs).ToArray<float>(), y => Assert.InRange(y, 0.4, 1.6));

        // What moves b does not move a.
        var (one, other) = (Step(0).Start(), Step(0.2).Start());
        foreach (var either in new[] { one, other })
        {
            either.Set("x", Data.Inputs);
            either.Step();
            either.Step();
        }
        Assert.Equal(one.State["a.dense1.weight"].ToArray<float>(), other.State["a.dense1.weight"].ToArray<float>());
        Assert.NotEqual(one.State["b.dense1.weight"].ToArray<float>(), other.State["b.dense1.weight"].ToArray<float>());
        Assert.Contains("LossOf(\"a\")", Assert.Throws<FunctionalException>(() => loop.Loss).Message);
        Assert.Contains("no loss moves \"c\"", Assert.Throws<FunctionalException>(() => loop.LossOf("c")).Message);
        Assert.Contains("two losses move \"a.dense1.weight\"", Assert.Throws<FunctionalException>(() => TrainingStep.Of(scope =>
            [new(Sum(scope.Apply(a, "a", x)), Optimizer.Sgd(1), "a"), new(Sum(scope.Apply(a, "a", x)), Optimizer.Sgd(1))])).Message);
    }

    /// <summary>A model that no loss moves stays as it is, and statistics of one that is applied are kept in order.</summary>
    [Fact]
    public void What_no_loss_moves_is_frozen()
    {
        var (fixedOne, moved) = (
            Model.Input(3).Dense(4).Initialize(1),
            (Model.Input(4) >> Layer.BatchNorm() >> Layer.Dense(1)).Initialize(2));
        var x = Expr.Variable("x", [Model.Batch, 3]);
        var step = TrainingStep.Of(scope =>
            [new(Mean(Square(scope.Apply(moved, "head", scope.Apply(fixedOne, "body", x)))), Optimizer.AdamW(0.1, 0.1), "head")]);
        var loop = step.Start();
        loop.Set("x", Data.Inputs);
        loop.Step();
        Assert.Equal(fixedOne.Parameters["dense1.weight"].ToArray<float>(), loop.State["body.dense1.weight"].ToArray<float>());
        Assert.NotEqual(moved.Parameters["dense1.weight"].ToArray<float>(), loop.State["head.dense1.weight"].ToArray<float>());
        Assert.NotEqual(moved.Parameters["batchnorm1.mean"].ToArray<float>(), loop.State["head.batchnorm1.mean"].ToArray<float>());
    }

    /// <summary>Weight decay would move a running mean that is taken for a parameter.</summary>
    [Fact]
    public void A_statistic_is_never_trained()
    {
        var loss = Mean(Square(Net.Output));
        var error = Assert.Throws<FunctionalException>(() => new TrainingStep(loss, Net.Parameters, Optimizer.Adam()));
        Assert.Contains("\"batchnorm1.mean\" is a statistic", error.Message);
        Assert.Contains("TrainingStep.Of", error.Message);
    }

    [Fact]
    public void Normal_numbers_are_other_ones_each_step()
    {
        var step = TrainingStep.Of(scope => [new(Square(scope.Parameter("w", Shape.Scalar, Initializer.Ones)), Optimizer.Sgd(0.1))]);
        Assert.Equal(0.8, Run(step).State["w"].ToScalar(), 1e-6);
        Expr? drawn = null;
        var random = TrainingStep.Of(scope =>
        {
            drawn = scope.RandomNormal([100_000]);
            return [new(Square(scope.Parameter("w", Shape.Scalar, Initializer.Ones)) + 0 * Sum(drawn), Optimizer.Sgd(0.1))];
        });
        var loop = random.Start(seed: 3, null, drawn!);
        loop.Step();
        var first = loop.Output<float>(0).ToArray();
        loop.Step();
        Assert.NotEqual(first, loop.Output<float>(0).ToArray());
        Assert.InRange(first.Average(), -0.02, 0.02);
        Assert.InRange(first.Select(z => (double)z * z).Average(), 0.98, 1.02);
        Assert.InRange(first.Count(z => Math.Abs(z) < 1) / 1e5, 0.677, 0.689);
        Assert.All(first, z => Assert.True(float.IsFinite(z)));

        static TrainingLoop Run(TrainingStep step)
        {
            var loop = step.Start();
            loop.Step();
            return loop;
        }
    }

    [Fact]
    public void A_callback_can_stop_the_run()
    {
        var stop = Callback.EachStep(status =>
        {
            if (status.Position.Step == 5) status.Stop();
        });
        var run = Net.Fit(Data, Loss.MeanSquaredError, Optimizer.Sgd(0.01), 9, 4, 1, new() { Callbacks = [stop] });
        Assert.Equal(5, run.Checkpoint.Position.Step);
        var resumed = Net.Fit(Data, Loss.MeanSquaredError, Optimizer.Sgd(0.01), 2, 4, 1, new() { Resume = run.Checkpoint });
        var whole = Net.Fit(Data, Loss.MeanSquaredError, Optimizer.Sgd(0.01), 2, 4, 1);
        Assert.Equal(whole.Model.Parameters["dense1.weight"].ToArray<float>(), resumed.Model.Parameters["dense1.weight"].ToArray<float>());
    }
}
