namespace FunctionalDL.Tests.Models;

/// <summary>Models of several inputs and outputs.</summary>
public class ModelInputsTests
{
    static readonly Layer Tower = Layer.Dense(5) >> Layer.Tanh;

    static Model TwoInputs { get; } = Model.Of([ModelInput.Of("image", 1, 4, 4), ModelInput.Of("row", 3)], (scope, x) =>
    {
        var seen = (Layer.Conv2D(2, 3) >> Layer.Relu >> Layer.Flatten).Apply(scope, x["image"]);
        var both = (Layer.Dense(6) >> Layer.Tanh).Apply(scope, Concat(1, seen, x["row"]));
        return [("class", Layer.Dense(3).Apply(scope, both)), ("price", Layer.Dense(1).Apply(scope, both))];
    });

    static TensorSet Batch(int n, long seed = 1) => TensorSet.Of(
        ("image", Key.Of(seed).Uniform([n, 1, 4, 4])), ("row", Key.Of(seed + 100).Uniform([n, 3])));

    static Dataset Data(int n)
    {
        var x = Batch(n);
        var row = x["row"].As<float>();
        float[] price = [.. Enumerable.Range(0, n).Select(i => row.Span[3 * i] - 2 * row.Span[3 * i + 1])];
        long[] label = [.. Enumerable.Range(0, n).Select(i => price[i] < -0.7 ? 0L : price[i] < 0 ? 1 : 2)];
        return new(x, TensorSet.Of(("class", Tensor.Vector(label)), ("price", Tensor.Of([n, 1], price))));
    }

    static Objective Both => Loss.SoftmaxCrossEntropy.On("class") + 0.5 * Loss.MeanSquaredError.On("price");

    [Fact]
    public void Inputs_and_outputs_have_names()
    {
        Assert.Equal(["image", "row"], TwoInputs.Inputs.Select(i => i.VariableName));
        Assert.Equal(["class", "price"], TwoInputs.Outputs.Select(o => o.Name));
        Assert.Equal(
            [
                "conv2d1.weight",
                "conv2d1.bias",
                "dense1.weight",
                "dense1.bias",
                "dense2.weight",
                "dense2.bias",
                "dense3.weight",
                "dense3.bias",
            ],
            TwoInputs.ParameterList.Select(p => p.Name));
        Assert.Contains("row", TwoInputs.Summary());
        Assert.Equal(
            "image [batch, 1, 4, 4], row [batch, 3] >> conv2d >> relu >> flatten >> dense >> tanh >> dense >> dense",
            TwoInputs.ToString());
    }

    /// <summary>Every output is what the expressions are, for every batch size, and a missing name is said.</summary>
    [Fact]
    public void All_outputs_are_predicted()
    {
        var model = TwoInputs.Initialize(3);
        foreach (var n in new[] { 1, 5 })
        {
            var all = model.PredictAll(Batch(n));
            foreach (var (name, output) in model.Outputs)
                Assert.Equal(
                    output.Evaluate(model.Parameters.With(Batch(n))).ToArray<float>(),
                    all[name].ToArray<float>(),
                    (a, b) => Math.Abs(a - b) < 1e-5);
        }
        Assert.Contains("2 outputs, \"class\", \"price\"", Assert.Throws<FunctionalException>(() => model.Predict(Batch(1))).Message);
        Assert.Contains(
            "\"row\" float32[batch, 3] has no value",
            Assert.Throws<FunctionalException>(() => model.PredictAll(("image", Batch(1)["image"]))).Message);
        Assert.Contains("2 outputs", Assert.Throws<FunctionalException>(() => model.Then(Layer.Relu)).Message);
        Assert.Contains("2 inputs", Assert.Throws<FunctionalException>(() => model.InputVariable).Message);
    }

    [Fact]
    public void Losses_and_metrics_are_by_output()
    {
        var data = Data(60);
        var options = new FitOptions { Metrics = [Metric.Accuracy.On("class"), Metric.MeanAbsoluteError.On("price")], Validation = data };
        var run = TwoInputs.Fit(data, Both, Optimizer.Adam(0.02), 60, 20, 1, options);
        var last = run.History[^1];
        Assert.InRange(last.Metrics["class accuracy"], 0.8, 1);
        Assert.InRange(last.Metrics["price mae"], 0, 0.3);
        var measured = last.Validation!;
        Assert.Equal(measured.Losses["class"] + 0.5 * measured.Losses["price"], measured.Loss, 1e-9);
        Assert.Equal(
            measured.Metrics["class accuracy"],
            Metric.Accuracy.Measure(run.Model.PredictAll(data.InputColumns)["class"], data.TargetColumns["class"]),
            1e-9);
        Assert.Equal(measured.Loss, run.Model.Evaluate(data, Both).Loss, 1e-6);

        Assert.Contains(
            "Say of which: metric.On(\"class\")",
            Assert.Throws<FunctionalException>(() => run.Model.Evaluate(data, Both, Metric.Accuracy)).Message);
        Assert.Contains(
            "there is no output \"clas\"",
            Assert.Throws<FunctionalException>(() => run.Model.Evaluate(data, Loss.SoftmaxCrossEntropy.On("clas"))).Message);
        Assert.Contains("2 outputs", Assert.Throws<FunctionalException>(() => run.Model.Evaluate(data, Loss.SoftmaxCrossEntropy)).Message);
        var missing = new Dataset(data.InputColumns, TensorSet.Of(("class", data.TargetColumns["class"])));
        Assert.Contains("no column of targets \"price\"", Assert.Throws<DataException>(() => run.Model.Evaluate(missing, Both)).Message);
        var other = new Dataset(TensorSet.Of(("image", data.InputColumns["image"])), data.TargetColumns);
        Assert.Contains("no column for input \"row\"", Assert.Throws<DataException>(() => run.Model.Evaluate(other, Both)).Message);
        var doubles = new Dataset(data.InputColumns.With("row", data.InputColumns["row"].Cast(DType.Float64)), data.TargetColumns);
        Assert.Contains("input \"row\" float32[batch, 3]", Assert.Throws<DTypeException>(() => run.Model.Evaluate(doubles, Both)).Message);
    }

    /// <summary>The gradient of the sum is that of its parts.</summary>
    [Fact]
    public void An_objective_is_the_sum_of_its_losses()
    {
        var model = TwoInputs.Initialize(1);
        var (data, none) = (Data(7), Optimizer.Sgd(0));
        Expr Of(Objective objective) => TrainingStep.Of(model, objective, none, data).Loss;
        var values = model
            .Parameters.With(data.InputColumns)
            .With("target.class", data.TargetColumns["class"])
            .With("target.price", data.TargetColumns["price"]);
        var w = model.ParameterList.Select(p => p.Variable).ToArray();
        var whole = Evaluator.Evaluate(Of(Both).Gradient(w), values);
        var (a, b) = (
            Evaluator.Evaluate(Of(Loss.SoftmaxCrossEntropy.On("class")).Gradient(w), values),
            Evaluator.Evaluate(Of(Loss.MeanSquaredError.On("price")).Gradient(w), values));
        for (var i = 0; i < w.Length; i++)
            for (var k = 0; k < whole[i].Count; k++) Assert.Equal(a[i].GetDouble(k) + 0.5 * b[i].GetDouble(k), whole[i].GetDouble(k), 1e-5);
        var of = Objective.Of("both", (outputs, targets) => Square(outputs["price"] - targets["price"]));
        Assert.Equal(Of(Loss.MeanSquaredError.On("price")).Evaluate(values).ToScalar(), Of(of).Evaluate(values).ToScalar(), 1e-6);
    }

    /// <summary>A weight of 2 is the example twice, one of 0 no example.</summary>
    [Fact]
    public void Weights_count_examples()
    {
        var data = Data(8);
        float[] weights = [2, 1, 0, 1, 1, 2, 1, 0];
        int[] rows = [0, 0, 1, 3, 4, 5, 5, 6];
        var (weighted, repeated) = (data.WithWeights(Tensor.Vector(weights)), data.Rows(rows));
        var model = TwoInputs.Initialize(1);
        Assert.Equal(model.Evaluate(repeated, Both).Loss, model.Evaluate(weighted, Both).Loss, 1e-6);
        var step = new GradientDescent();
        var (a, b) = (model.Fit(weighted, Both, Optimizer.Sgd(0.1), 3, step), model.Fit(repeated, Both, Optimizer.Sgd(0.1), 3, step));
        foreach (var (name, value) in a.Model.Parameters)
            for (var i = 0; i < value.Count; i++)
                Assert.Equal(b.Model.Parameters[name].GetDouble(i), value.GetDouble(i), 1e-5);
        Assert.Contains(
            "the weight of row 2 is -1",
            Assert.Throws<FunctionalException>(() => data.WithWeights(Tensor.Vector([1f, 1, -1, 1, 1, 1, 1, 1]))).Message);
        Assert.Contains(
            "Give a float for each, [8]",
            Assert.Throws<ShapeException>(() => data.WithWeights(Tensor.Vector([1f, 1]))).Message);
    }

    /// <summary>The mean is over the places that count, of all examples together.</summary>
    [Fact]
    public void Ignored_labels_do_not_count()
    {
        var logits = Key.Of(1).Uniform([3, 4, 5], DType.Float64);
        long[] labels = [1, -100, 2, -100, -100, -100, -100, -100, 0, 3, 4, -100];
        var loss = Loss.SoftmaxCrossEntropy.WithIgnoredLabel(-100);
        var (z, y) = (Expr.Variable("z", [3, 4, 5], DType.Float64), Expr.Constant(Tensor.Of([3, 4], labels)));
        int[] places = [.. Enumerable.Range(0, 12).Where(i => labels[i] >= 0)];
        var flat = Gather(Reshape(z, [12, 5]), Expr.Constant(Tensor.Vector([.. places.Select(i => (long)i)])));
        var expected = Loss.SoftmaxCrossEntropy.Apply(flat, Expr.Constant(Tensor.Vector([.. places.Select(i => labels[i])])));
        var (actual, values) = (loss.Apply(z, y), TensorSet.Of(("z", logits)));
        Assert.Equal(expected.Evaluate(values).ToScalar(), actual.Evaluate(values).ToScalar(), 1e-12);
        Assert.Equal(
            expected.Gradient(z).Evaluate(values).ToArray<double>(),
            actual.Gradient(z).Evaluate(values).ToArray<double>(),
            (a, b) => Math.Abs(a - b) < 1e-12);
        var none = Loss.SoftmaxCrossEntropy.WithIgnoredLabel(7).Apply(z, Expr.Constant(Tensor.Full(DType.Int64, [3, 4], 7)));
        Assert.Equal(0, none.Evaluate(values).ToScalar());
        Assert.All(none.Gradient(z).Evaluate(values).ToArray<double>(), g => Assert.Equal(0, g));
        Assert.Equal(0, loss.PerExample(z, y).Evaluate(values).GetDouble(1));

        var model = (Model.Input(4) >> Layer.Dense(3)).Initialize(1);
        var data = new Dataset(Key.Of(2).Uniform([6, 4]), Tensor.Vector([0L, -100, 2, 1, -100, 0]));
        var counted = data.Rows([0, 2, 3, 5]);
        Assert.Equal(model.Evaluate(counted, Loss.SoftmaxCrossEntropy).Loss, model.Evaluate(data, loss).Loss, 1e-9);
        Assert.Equal(
            model.Fit(counted, Loss.SoftmaxCrossEntropy, Optimizer.Sgd(0.1), 2, 4).Model.Parameters["dense1.weight"].ToArray<float>(),
            model.Fit(data, loss, Optimizer.Sgd(0.1), 2, 6).Model.Parameters["dense1.weight"].ToArray<float>(),
            (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Contains(
            "loss.WithIgnoredLabel(-100)",
            Assert.Throws<DataException>(() => model.Evaluate(data, Loss.SoftmaxCrossEntropy)).Message);
    }

    [Fact]
    public void A_siamese_network_has_the_parameters_of_one_tower()
    {
        var model = Model.Of([ModelInput.Of("anchor", 3), ModelInput.Of("near", 3), ModelInput.Of("far", 3)], (scope, x) =>
            [.. x.Select(input => ($"{input.Key} place", Tower.Apply(scope, input.Value)))]);
        Assert.Equal(["dense1.weight", "dense1.bias"], model.ParameterList.Select(p => p.Name));
        Assert.Contains("shared with dense1", model.Summary());
        var triplet = Objective.Of("triplet", (places, _) =>
        {
            Expr Distance(string other) => Sum(Square(places["anchor place"] - places[$"{other} place"]), -1);
            return Maximum(Distance("near") - Distance("far") + 0.5, 0);
        });
        var x = Key.Of(5).Uniform([40, 3]);
        var far = x.As<float>().Map(v => 1 - v);
        var data = new Dataset(TensorSet.Of(("anchor", x), ("near", x.As<float>().Map(v => v + 0.05f)), ("far", far)), TensorSet.Empty);
        var run = model.Fit(data, triplet, Optimizer.Adam(0.02), 60, 20, 1);
        Assert.InRange(run.History[^1].Loss, 0, 0.5 * run.History[0].Loss);
        Assert.Equal(15 + 5, run.Model.Parameters.Elements);
    }

    [Fact]
    public void A_model_within_another_keeps_its_values_and_shares()
    {
        var inner = (Model.Input(4).Dense(3) >> Layer.Tanh).Initialize(7);
        var outer = (Model.Input(4) >> inner.ToLayer("body") >> Layer.Dense(2)).Initialize(1);
        Assert.Equal(
            ["body1.model.dense1.weight", "body1.model.dense1.bias", "dense1.weight", "dense1.bias"],
            outer.ParameterList.Select(p => p.Name));
        Assert.Equal(inner.Parameters["dense1.weight"].ToArray<float>(), outer.Parameters["body1.model.dense1.weight"].ToArray<float>());

        var twice = Model.Of([ModelInput.Of("a", 4), ModelInput.Of("b", 4)], (scope, x) =>
            [("sum", scope.Apply(inner, "body", x["a"]) + scope.Apply(inner, "body", x["b"]))]).Initialize(1);
        Assert.Equal(["body.dense1.weight", "body.dense1.bias"], twice.ParameterList.Select(p => p.Name));
        Tensor a = Key.Of(1).Uniform([2, 4]), b = Key.Of(2).Uniform([2, 4]);
        var (fromA, fromB) = (inner.Predict(a).ToArray<float>(), inner.Predict(b).ToArray<float>());
        Assert.Equal(
            fromA.Zip(fromB, (p, q) => p + q),
            twice.Predict(("a", a), ("b", b)).ToArray<float>(),
            (p, q) => Math.Abs(p - q) < 1e-5);
        Assert.Contains(
            "there is a layer \"body\" already",
            Assert
                .Throws<FunctionalException>(() =>
                    Model.Of(
                        [ModelInput.Of("a", 4)],
                        (scope, x) => [("y", scope.Apply(inner, "body", x["a"]) + scope.Apply(inner.Initialize(2), "body", x["a"]))]))
                .Message);
    }

    /// <summary>What the outer model was trained to is what it brings along, not what the inner one was before.</summary>
    [Fact]
    public void A_trained_model_of_models_keeps_what_it_was_trained_to()
    {
        var inner = Model.Input(4).Dense(3).Initialize(7);
        var outer = (Model.Input(4) >> inner.ToLayer("body") >> Layer.Dense(2)).Initialize(1);
        var x = Key.Of(3).Uniform([8, 4]);
        var trained = outer.Fit(new Dataset(x, Key.Of(4).Uniform([8, 2])), Loss.MeanSquaredError, Optimizer.Sgd(0.5), 5, 8).Model;
        var around = (Model.Input(4) >> trained.ToLayer("whole")).Initialize(9);
        Assert.NotEqual(outer.Predict(x).ToArray<float>(), trained.Predict(x).ToArray<float>());
        Assert.Equal(trained.Predict(x).ToArray<float>(), around.Predict(x).ToArray<float>());
    }

    /// <summary>A value given for a variable that a layer holds would not reach it.</summary>
    [Fact]
    public void A_model_that_takes_variables_from_outside_is_not_applied()
    {
        var memory = Expr.Variable("memory", [Model.Batch, "keys", 4]);
        var model = Model.Input(3, 4).MultiHeadAttention(2, memory: memory);
        Assert.Contains("\"memory\" float32[batch, keys, 4] from outside", Assert.Throws<FunctionalException>(() =>
            Model.Of([ModelInput.Of("x", 3, 4), ModelInput.Of("m", "keys", 4)], (scope, x) =>
                [("y", scope.Apply(model, "attend", ("input", x["x"]), ("memory", x["m"]))["output"])])).Message);
    }

    /// <summary>Weights of some batches only would be left out without a word.</summary>
    [Theory]
    [InlineData(true, "there are no weights, and the first batch has them")]
    [InlineData(false, "there are weights, and the first batch has none")]
    public void All_batches_of_a_stream_have_weights_or_none(bool isFirst, string message)
    {
        var (plain, weighted) = (Data(4), Data(4).WithWeights(Tensor.Vector([1f, 2, 1, 0])));
        Dataset[] batches = isFirst ? [weighted, plain] : [plain, weighted];
        Assert.Contains($"batch 2 of epoch 1, {message}", Assert.Throws<DataException>(() =>
            TwoInputs.Initialize(1).Fit(_ => batches, Both, Optimizer.Sgd(0.1), 1)).Message);
    }

    [Fact]
    public void What_is_no_function_of_its_inputs_is_refused()
    {
        static string Error(Func<Model> make) => Assert.Throws<FunctionalException>(make).Message;
        Assert.Contains(
            "two inputs have the name \"x\"",
            Error(() => Model.Of([ModelInput.Of("x", 1), ModelInput.Of("x", 2)], (_, x) => [("y", x["x"])])));
        Assert.Contains(
            "no output depends on input \"z\"",
            Error(() => Model.Of([ModelInput.Of("x", 1), ModelInput.Of("z", 2)], (_, x) => [("y", x["x"])])));
        Assert.Contains(
            "output \"c\" depends on no input",
            Error(() => Model.Of([ModelInput.Of("x", 1)], (_, x) => [("y", x["x"]), ("c", Expr.Constant(1, DType.Float32))])));
        Assert.Contains(
            "two outputs have the name \"y\"",
            Error(() => Model.Of([ModelInput.Of("x", 1)], (_, x) => [("y", x["x"]), ("y", -x["x"])])));
        Assert.Contains("no outputs", Error(() => Model.Of([ModelInput.Of("x", 1)], (_, _) => [])));
        Assert.Contains("no inputs", Error(() => Model.Of([], (_, _) => [])));
        Assert.Contains("source of randomness", Error(() => Model.Input(ModelInput.Of("key", 1))));
        var shared = Layer.Dense(2);
        Assert.Contains(
            "all uses of a layer share",
            Assert
                .Throws<ShapeException>(() =>
                    Model.Of(
                        [ModelInput.Of("a", 3), ModelInput.Of("b", 4)],
                        (scope, x) => [("y", shared.Apply(scope, x["a"]) + shared.Apply(scope, x["b"]))]))
                .Message);
    }

    [Fact]
    public void An_input_and_a_target_may_have_one_name()
    {
        var model = Model.Of(
            [ModelInput.Of("image", 4)],
            (scope, x) => [("image", (Layer.Dense(2) >> Layer.Dense(4)).Apply(scope, x["image"]))]);
        var x = Key.Of(3).Uniform([20, 4]);
        var run = model.Fit(
            new Dataset(TensorSet.Of(("image", x)), TensorSet.Of(("image", x))),
            Loss.MeanSquaredError,
            Optimizer.Adam(0.05),
            40,
            10);
        Assert.InRange(run.History[^1].Loss, 0, 0.5 * run.History[0].Loss);
    }

    [Fact]
    public void Columns_of_streams_and_rows_keep_their_names()
    {
        var data = Data(12);
        var examples = Enumerable.Range(0, 12).Select(i => data.Rows([i])).Select(one =>
            (one.InputColumns.Map((_, c) => c.Reshape(c.Shape.Remove(0))), one.TargetColumns.Map((_, c) => c.Reshape(c.Shape.Remove(0)))));
        var stacked = Dataset.StackColumns([.. examples]);
        foreach (var (name, column) in data.InputColumns)
            Assert.Equal(column.ToArray<float>(), stacked.InputColumns[name].ToArray<float>());
        var model = TwoInputs.Initialize(1);
        var streamed = model.Fit(_ => data.Batches(4), Both, Optimizer.Sgd(0.1), 2);
        Assert.Equal(6, streamed.Checkpoint.Position.Step);
        Assert.Contains("targets class int64[12], price float32[12, 1]", data.ToString());
        Assert.Contains("Take one of InputColumns", Assert.Throws<FunctionalException>(() => data.Inputs).Message);
    }
}
