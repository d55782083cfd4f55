namespace FunctionalDL.Tests.Onnx;

/// <summary>Training goes on in OnnxRuntime as it does here.</summary>
public class TrainingStepExportTests
{
    /// <summary>Statistics of BatchNorm are carried with parameters and state: 200 steps come to what Fit comes to.</summary>
    [Fact]
    public void Two_hundred_steps_in_OnnxRuntime_follow_fit()
    {
        var model = (Model.Input(6).Dense(12) >> Layer.BatchNorm() >> Layer.Relu >> Layer.Dropout(0) >> Layer.Dense(3)).Initialize(1);
        var data = new Dataset(Key.Of(1).Uniform([32, 6]), Tensor.Vector([.. Enumerable.Range(0, 32).Select(i => (long)(i * 7 % 3))]));
        var optimizer = Optimizer.Adam(2e-3);
        var step = TrainingStep.Of(model, Loss.SoftmaxCrossEntropy, optimizer, data);
        using var session = OnnxSession.Load(OnnxExport.ToOnnx(step.Outputs, TensorSet.Empty));
        var carried = step.InitialParameters.With(step.InitialState);
        const int steps = 200;
        var losses = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            var results = session.Run(carried.With("input", data.Inputs).With("target", data.Targets));
            losses[i] = results["loss"].ToScalar();
            carried = carried.Map((name, _) => results[$"next.{name}"]);
        }
        var run = model.Fit(data, Loss.SoftmaxCrossEntropy, optimizer, steps, new GradientDescent());
        Assert.Equal(run.History.Select(e => e.Loss), losses, (a, b) => Math.Abs(a - b) <= 1e-5 * Math.Max(1, Math.Abs(a)));
        // The bias before BatchNorm changes nothing: its gradient is rounding, and Adam makes steps of it.
        foreach (var (name, value) in run.Model.Parameters.Where((name, _) => name is not ("dense1.bias" or "batchnorm1.mean")))
            for (var i = 0; i < value.Count; i++) Assert.Equal(value.GetDouble(i), carried[name].GetDouble(i), 1e-4);
        Assert.NotEqual(model.Parameters["batchnorm1.mean"].ToArray<float>(), carried["batchnorm1.mean"].ToArray<float>());
    }

    /// <summary>Several inputs and outputs keep their names, and every output agrees at every batch size.</summary>
    [Fact]
    public void Models_of_several_inputs_and_outputs_are_exported()
    {
        var tower = Layer.Dense(4) >> Layer.Tanh;
        var model = Model.Of([ModelInput.Of("left", 3), ModelInput.Of("right", 3), ModelInput.Of("token", DType.Int64)], (scope, x) =>
        {
            var (left, right) = (tower.Apply(scope, x["left"]), tower.Apply(scope, x["right"]));
            return [("near", Sum(Square(left - right), -1)), ("word", Layer.Embedding(5, 4).Apply(scope, x["token"]) + left)];
        }).Initialize(1);
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            Assert.InRange(model.ExportOnnx(file, verification: new() { Proof = false }).MaxDifference, 0, 1e-5);
            using var session = OnnxSession.Load(file);
            var values = TensorSet.Of(
                ("left", Key.Of(1).Uniform([2, 3])),
                ("right", Key.Of(2).Uniform([2, 3])),
                ("token", Tensor.Vector([4L, 0])));
            var theirs = session.Run(values);
            foreach (var (name, ours) in model.PredictAll(values))
                Assert.Equal(ours.ToArray<float>(), theirs[name].ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-5);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
