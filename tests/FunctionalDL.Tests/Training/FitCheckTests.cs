namespace FunctionalDL.Tests.Training;

/// <summary>What would train to something else than is meant is said before the first step, with the row and the repair.</summary>
public class FitCheckTests
{
    static readonly Tensor X = Key.Of(1).Uniform([6, 2]);

    static Tensor Column(params float[] values) => Tensor.Of(Shape.Of(values.Length, 1), values);

    static Tensor Rows(params float[] values) =>
        Tensor.Of(Shape.Of(6, 3), [.. Enumerable.Range(0, 18).Select(i => values[i % values.Length])]);

    static TrainingRun Fit(Model model, Loss loss, Tensor targets, Batching? batch = null, Tensor? inputs = null) =>
        model.Fit(new(inputs ?? X, targets), loss, Optimizer.Sgd(0.01), 1, batch ?? 3);

    static void Fails(string part, string repair, Action fit)
    {
        var error = Assert.ThrowsAny<FunctionalException>(fit);
        Assert.Contains(part, error.Message);
        Assert.Contains(repair, error.Message);
        Assert.DoesNotContain("OneHot", error.Message);
        Assert.DoesNotContain("learning rate", error.Message);
    }

    static Model Net(int outputs) => Model.Input(2).Dense(outputs);

    public static TheoryData<string, Loss, Tensor, string, string> Targets =>
        new()
        {
            { "1 and 2", Loss.BinaryCrossEntropyFromLogits, Column(1, 1, 2, 2, 1, 1), "row 2 of the targets holds 2", "y − 1" },
            { "−1 and 1", Loss.BinaryCrossEntropyFromLogits, Column(1, -1, 1, 1, 1, 1), "row 1 of the targets holds -1", "(y + 1)/2" },
            { "0 to 255", Loss.BinaryCrossEntropyFromLogits, Column(0, 1, 255, 1, 1, 1), "row 2 of the targets holds 255", "1/255" },
            {
                "integers",
                Loss.BinaryCrossEntropyFromLogits,
                Tensor.Of(Shape.Of(6, 1), [0L, 1, 2, 0, 0, 0]),
                "row 2 of the targets holds 2",
                "give 0 or 1"
            },
            {
                "smoothed",
                Loss.BinaryCrossEntropyFromLogits.WithLabelSmoothing(0.1) + Penalty.L2(0.1),
                Column(1, 1, 2, 2, 1, 1),
                "row 2",
                "y − 1"
            },
            { "hinge of 0 and 1", Loss.Hinge, Column(1, 0, 1, 1, 1, 1), "row 1 of the targets holds 0", "2·y − 1" },
            { "hinge of 2", Loss.Hinge, Column(1, -1, 2, 1, 1, 1), "row 2 of the targets holds 2", "−1 or 1" },
            {
                "labels beyond the outputs",
                Loss.SoftmaxCrossEntropy,
                Tensor.Vector(0L, 1, 2, 7, 0, 0),
                "row 3 of the targets holds 7; the model has 3 outputs",
                "8 outputs"
            },
            { "labels from 1", Loss.SoftmaxCrossEntropy, Tensor.Vector(1L, 1, 2, 3, 1, 1), "row 3 of the targets holds 3", "subtract 1" },
            {
                "a label below 0",
                Loss.SoftmaxCrossEntropy,
                Tensor.Vector(1L, 1, 2, -1, 1, 1),
                "row 3 of the targets holds -1",
                "Leave the row out"
            },
            {
                "two labels of a row",
                Loss.SoftmaxCrossEntropy,
                Rows(1, 0, 0, 0, 1, 0, 1, 1, 0),
                "row 2 of the targets has the sum 2",
                "BinaryCrossEntropyFromLogits"
            },
            {
                "no label of a row",
                Loss.SoftmaxCrossEntropy,
                Rows(1, 0, 0, 0, 0, 0),
                "row 1 of the targets has the sum 0",
                "Divide the row by its sum"
            },
            { "a share below 0", Loss.SoftmaxCrossEntropy, Rows(2, -1, 0), "row 0 of the targets holds 2", "give 0 or 1" },
            { "ranks of 0 and 1", Loss.SquaredHinge, Column(1, 0, 1, 1, 1, 1), "row 1 of the targets holds 0", "2·y − 1" },
            { "a place of 2", Loss.BinaryFocalFromLogits(), Column(1, 0, 2, 1, 1, 1), "row 2 of the targets holds 2", "give 0 or 1" },
            { "a margin's label", Loss.MultiMargin(), Tensor.Vector(1L, 1, 2, 3, 1, 1), "row 3 of the targets holds 3", "subtract 1" },
            {
                "rates below 0",
                Loss.Of("counts", (f, y) => Exp(f) - y * f, new(Targets: LossTargets.Counts)),
                Column(1, 2, -3, 1, 1, 1),
                "row 2 of the targets holds -3",
                "correct it"
            },
        };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Targets_that_mean_nothing_to_the_loss_are_named(string what, Loss loss, Tensor targets, string part, string repair)
    {
        Assert.NotEmpty(what);
        var model = Net(targets.DType == DType.Int64 && targets.Shape.Rank == 1 ? 3 : targets.Shape[^1].Size);
        Fails(part, repair, () => Fit(model, loss, targets));
        Fails(part, repair, () => model.Fit(new(X, targets), loss, new Lbfgs()));
        Fails(part, repair, () => model.Initialize(1).Evaluate(new(X, targets), loss));
        var stream = Assert.ThrowsAny<FunctionalException>(() => model.Fit(_ => [new(X, targets)], loss, Optimizer.Sgd(0.1), 1)).Message;
        Assert.Contains("batch 1 of epoch 1, row", stream);
    }

    [Fact]
    public void Batches_of_a_stream_are_looked_at_as_they_come()
    {
        Dataset Of(params float[] y) => new(X, Column(y));
        Fails("batch 2 of epoch 1, row 3 of the targets holds 2", "give 0 or 1", () =>
            Net(1).Fit(_ => [Of(0, 1, 0, 1, 0, 1), Of(0, 1, 0, 2, 0, 1)], Loss.BinaryCrossEntropyFromLogits, Optimizer.Sgd(0.1), 1));
    }

    /// <summary>Validation data are looked at before the first epoch, not after it.</summary>
    [Fact]
    public void Validation_data_are_looked_at_before_training()
    {
        var (data, told) = (new Dataset(X, Column(0, 1, 0, 1, 0, 1)), 0);
        void Validate(Dataset held) =>
            Net(1)
                .Fit(
                    data,
                    Loss.BinaryCrossEntropyFromLogits,
                    Optimizer.Sgd(0.1),
                    1,
                    3,
                    options: new() { Validation = held, Callbacks = [Callback.EachStep(_ => told++)] });
        Fails("validation data, row 4 of the targets holds 3", "give 0 or 1", () => Validate(new(X, Column(0, 1, 0, 1, 3, 1))));
        Fails("takes inputs float32[batch, 2]", "Reshape or cast", () => Validate(new(Key.Of(1).Uniform([6, 3]), data.Targets)));
        Fails(
            "predictions are float32[batch, 1], targets float32[batch, 2]",
            "the same shape",
            () => Validate(new(X, Key.Of(1).Uniform([6, 2]))));
        Assert.Equal(0, told);
    }

    [Fact]
    public void Targets_in_range_are_trained_on()
    {
        Fit(Net(1), Loss.BinaryCrossEntropyFromLogits, Column(0, 1, 0.5f, 1, 0, 0));
        Fit(Net(1), Loss.BinaryCrossEntropyFromLogits, Tensor.Of(Shape.Of(6, 1), [true, false, true, false, true, true]));
        Fit(Net(3), Loss.SoftmaxCrossEntropy, Rows(0.2f, 0.3f, 0.5f));
        Fit(Net(1), Loss.Hinge, Column(1, -1, 1, 1, 1, 1));
        Fit(Net(1), Loss.MeanSquaredError, Column(-100, 1000, 0, 2, 3, 4));
    }

    public static TheoryData<string, Model, Loss, Tensor, string, string> Predictions =>
        new()
        {
            {
                "logits for probabilities",
                Net(1),
                Loss.BinaryCrossEntropy,
                Column(1, 0, 1, 0, 1, 0),
                "takes predictions for probabilities",
                "BinaryCrossEntropyFromLogits"
            },
            {
                "logits for classes",
                Net(3),
                Loss.CategoricalCrossEntropy,
                Rows(1, 0, 0),
                "probabilities of classes",
                "SoftmaxCrossEntropy"
            },
            {
                "sigmoids for classes",
                Net(3).Sigmoid(),
                Loss.CategoricalCrossEntropy,
                Rows(1, 0, 0),
                "probabilities with the sum",
                "End the model in Softmax"
            },
            {
                "a softmax before a softmax",
                Net(3).Softmax(),
                Loss.SoftmaxCrossEntropy,
                Rows(1, 0, 0),
                "ends in a softmax",
                "Leave the softmax out"
            },
            {
                "a softmax of one's own",
                Net(3).Then(Layer.Of("mine", x => Reshape(Softmax(x), x.Shape))),
                Loss.SoftmaxCrossEntropy,
                Rows(1, 0, 0),
                "ends in a softmax",
                "CategoricalCrossEntropy"
            },
            {
                "a sigmoid before a sigmoid",
                Net(1).Sigmoid(),
                Loss.BinaryCrossEntropyFromLogits,
                Column(1, 0, 1, 0, 1, 0),
                "ends in a sigmoid",
                "BinaryCrossEntropy."
            },
            {
                "a softmax of one output",
                Net(1).Softmax(),
                Loss.BinaryCrossEntropy,
                Column(1, 0, 1, 0, 1, 0),
                "softmax over one output",
                "Sigmoid"
            },
            {
                "logits for logarithms",
                Net(3),
                Loss.NegativeLogLikelihood(),
                Tensor.Vector(1L, 0, 2, 0, 1, 0),
                "logarithms of probabilities with the sum",
                "End the model in LogSoftmax"
            },
            {
                "a softmax for logarithms",
                Net(3).Softmax(),
                Loss.NegativeLogLikelihood(),
                Tensor.Vector(1L, 0, 2, 0, 1, 0),
                "logarithms of probabilities with the sum",
                "LogSoftmax"
            },
            { "one class", Net(1), Loss.SoftmaxCrossEntropy, Column(1, 1, 1, 1, 1, 1), "one class alone", "two outputs" },
            {
                "rates below 0",
                Net(1).Then(Layer.Of("below", x => -Square(x))),
                Loss.Poisson,
                Column(1, 2, 3, 1, 1, 1),
                "takes predictions for numbers above 0",
                "Softplus"
            },
        };

    [Theory]
    [MemberData(nameof(Predictions))]
    public void Predictions_that_mean_something_else_to_the_loss_are_named(
        string what,
        Model model,
        Loss loss,
        Tensor targets,
        string part,
        string repair)
    {
        Assert.NotEmpty(what);
        Fails(part, repair, () => Fit(model, loss, targets));
        Fails(part, repair, () => model.Fit(_ => [new(X, targets)], loss, Optimizer.Sgd(0.1), 1));
        Fails(part, repair, () => model.Fit(new(X, targets), loss, new Lbfgs()));
    }

    [Fact]
    public void Predictions_in_range_are_trained_on()
    {
        Fit(Net(1).Sigmoid(), Loss.BinaryCrossEntropy, Column(1, 0, 1, 0, 1, 0));
        Fit(Net(1).Then(Layer.Of("half", x => 0.5 + 0.5 * Tanh(x))), Loss.BinaryCrossEntropy, Column(1, 0, 1, 0, 1, 0));
        Fit(Net(3).Softmax(), Loss.CategoricalCrossEntropy, Rows(1, 0, 0));
        Fit(Net(3).Then(Layer.Of("shares", x => Square(x) / SumKeep(Square(x), -1))), Loss.KullbackLeibler, Rows(1, 0, 0));
        Fit(Net(1).Softplus(), Loss.Poisson, Column(1, 2, 3, 1, 1, 1));
    }

    [Fact]
    public void A_loss_that_moves_no_parameter_is_named()
    {
        var labels = Tensor.Vector(0L, 1, 2, 0, 1, 2);
        var rate = Loss.Of("error rate", (f, y) => 1 - Equal(ArgMax(f), y).Cast(DType.Float32));
        Fails(
            "\"error rate\" does not depend on the parameters, or through steps alone (there is ArgMax in it)",
            "as a Metric",
            () => Fit(Net(3), rate, labels));
        Fails("no parameter has a gradient", "as a Metric", () => Fit(Net(3), rate + Penalty.L2(0.1), labels));
        Fails(
            "no parameter has a gradient",
            "smooth",
            () => Fit(Net(1), Loss.Of("of the targets", (_, y) => Square(y)), Column(1, 2, 3, 4, 5, 6)));
        Fails("no parameters to train", "Dense", () => Fit(Model.Input(2).Relu(), Loss.MeanSquaredError, X));
        Fit(Net(1), Loss.MeanSquaredError + Penalty.L2(0.1), Column(1, 2, 3, 4, 5, 6));
    }

    /// <summary>
    /// One value for a channel has the variance 0: the whole batch, the last batch, and a batch of a stream; not where a channel has
    /// several places.
    /// </summary>
    [Fact]
    public void Batch_norm_over_one_value_is_refused()
    {
        var (y, net) = (Column(1, 2, 3, 4, 5, 6), Model.Input(2).Dense(3).BatchNorm().Dense(1));
        Fails("in batches of 1 layer \"batchnorm1\" has one value", "larger batches", () => Fit(net, Loss.MeanSquaredError, y, 1));
        Fails("in batches of 1 layer", "GroupNorm", () => Fit(net, Loss.MeanSquaredError, y, new StochasticGradientDescent()));
        Fails(
            "the last batch of an epoch has 1 of the 6 examples",
            "new MiniBatchGradientDescent(5, DropLast: true)",
            () => Fit(net, Loss.MeanSquaredError, y, 5));
        Fit(net, Loss.MeanSquaredError, y, new MiniBatchGradientDescent(5, DropLast: true));
        Fit(net, Loss.MeanSquaredError, y, 4);
        var data = new Dataset(X, y);
        Fails("batch 2 of epoch 1, 1 example: layer \"batchnorm1\"", "Leave out batches of 1", () =>
            net.Fit(_ => [data, data.Take(1)], Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1));

        Model Images(int side) => Model.Input(2, side, side).Residual(Layer.BatchNorm()).Flatten().Dense(1);
        Fails(
            "layer \"residual1.batchnorm1\"",
            "larger batches",
            () => Fit(Images(1), Loss.MeanSquaredError, y, 1, Key.Of(1).Uniform([6, 2, 1, 1])));
        Fit(Images(2), Loss.MeanSquaredError, y, 1, Key.Of(1).Uniform([6, 2, 2, 2]));
        var series = Model.Input(2, "time").BatchNorm().Then(Layer.Of("mean", x => Mean(x, -1))).Dense(1);
        Fails("batches of 1 layer", "larger", () => Fit(series, Loss.MeanSquaredError, y, 1, Key.Of(1).Uniform([6, 2, 1])));
        Fit(series, Loss.MeanSquaredError, y, 1, Key.Of(1).Uniform([6, 2, 4]));
    }

    [Fact]
    public void Other_norms_over_one_value_are_refused_where_they_are_built()
    {
        Fails("LayerNorm: it normalizes [batch, 1] by 1 value alone", "more features", () => Model.Input(1).LayerNorm());
        Fails("RmsNorm", "1 value alone", () => Model.Input(3, 1).RmsNorm());
        Fails("GroupNorm", "fewer groups", () => Model.Input(4).GroupNorm(4));
        Fails("GroupNorm", "fewer groups", () => Model.Input(4, 1, 1).GroupNorm(4));
        Model.Input(4, 2, 1).GroupNorm(4);
    }

    /// <summary>Each epoch leaves out other examples, and trains on whole batches only.</summary>
    [Fact]
    public void The_last_batch_can_be_left_out()
    {
        Batching batching = new MiniBatchGradientDescent(4, DropLast: true);
        Assert.Equal((2, 8), (batching.Steps(11), batching.Order(11, Key.Of(1)).Distinct().Count()));
        Assert.Equal(3, batching.Steps(12));
        Assert.NotEqual(batching.Order(11, Key.Of(1)).Order(), batching.Order(11, Key.Of(2)).Order());
        var seen = new List<long>();
        Net(1)
            .Fit(
                new(X, Column(1, 2, 3, 4, 5, 6)),
                Loss.MeanSquaredError,
                Optimizer.Sgd(0.1),
                2,
                batching,
                options: new() { Callbacks = [Callback.EachStep(s => seen.Add(s.Position.Seen))] });
        Assert.Equal([4, 4], seen);
    }

    [Fact]
    public void Data_of_another_type_say_how_they_are_made_fit()
    {
        var y = Column(1, 2, 3, 4, 5, 6);
        Fails(
            "takes inputs float32[batch, 2], the data has float64[batch, 2]",
            "inputs.Cast(DType.Float32)",
            () => Fit(Net(1), Loss.MeanSquaredError, y, inputs: X.Cast(DType.Float64)));
        var images = Model.Input(1, 4, 5).Flatten().Dense(1);
        Fails(
            "channels last",
            "Functions.Transpose(Expr.Constant(inputs), 0, 3, 1, 2)",
            () => Fit(images, Loss.MeanSquaredError, y, inputs: Key.Of(1).Uniform([6, 4, 5, 1])));
        Fit(images, Loss.MeanSquaredError, y, inputs: Transpose(Expr.Constant(Key.Of(1).Uniform([6, 4, 5, 1])), 0, 3, 1, 2).Evaluate());
        Fails(
            "takes inputs float32[batch, 1, 4, 5]",
            "Reshape or cast",
            () => Fit(images, Loss.MeanSquaredError, y, inputs: Key.Of(1).Uniform([6, 5, 4])));
        Fails("Channels come first", "Transpose", () => Model.Input(28, 28, 1).Conv2D(8, 3, padding: Padding.Same));
        Fails("Channels come first", "Transpose", () => Model.Input(32, 32, 3).Conv2D(8, 3));
        Model.Input(3, 32, 32).Conv2D(8, 3).MaxPool2D(30).Conv2D(8, 3, padding: 1);
    }

    /// <summary>Attention to another sequence: asked by names, and what is not given is named.</summary>
    [Fact]
    public void Inputs_beside_the_first_are_given_by_name()
    {
        var memory = Expr.Variable("memory", [Model.Batch, "keys", 4]);
        var model = Model.Input(3, 4).MultiHeadAttention(2, memory: memory).Initialize(1);
        Tensor x = Key.Of(1).Uniform([2, 3, 4]), other = Key.Of(2).Uniform([2, 5, 4]);
        var expected = model.Output.Evaluate(model.Parameters.With("input", x).With("memory", other)).ToArray<float>();
        Assert.Equal(expected, model.Predict(("input", x), ("memory", other)).ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(
            expected,
            model.Predict(TensorSet.Of(("memory", other), ("input", x))).ToArray<float>(),
            (a, b) => Math.Abs(a - b) < 1e-5);

        Fails("\"memory\" float32[batch, keys, 4] has no value", "(\"input\", …), (\"memory\", …)", () => model.Predict(x));
        Fails("no input \"extra\"", "\"memory\"", () => model.Predict(("input", x), ("memory", other), ("extra", x)));
        Fails("no column for input \"memory\"", "(\"memory\", …)", () => Fit(model, Loss.MeanSquaredError, x, inputs: x, batch: 2));
        Fails(
            "no column for input \"memory\"",
            "(\"memory\", …)",
            () => model.Evaluate(new(TensorSet.Of(("input", x)), TensorSet.Of(("target", x))), Loss.MeanSquaredError));
        var data = new Dataset(TensorSet.Of(("memory", other), ("input", x)), TensorSet.Of(("target", x)));
        var run = model.Fit(data, Loss.MeanSquaredError, Optimizer.Adam(0.01), 20, 2);
        Assert.InRange(run.History[^1].Loss, 0, 0.9 * run.History[0].Loss);
    }

    /// <summary>Before any update no learning rate is the cause: the layer and the row are named.</summary>
    [Fact]
    public void A_first_loss_that_is_not_finite_names_layer_and_row()
    {
        var x = X.As<float>().Map(v => v);
        float[] values = x.ToArray<float>();
        values[8] = 3e38f;
        var data = new Dataset(Tensor.Of(x.Shape, values), Column(1, 2, 3, 4, 5, 6));
        var model = Model.Input(2).Then(Layer.Of("scale", v => 100 * v)).Dense(1);
        foreach (var options in new FitOptions[] { new(), new() { Threads = 1 } })
        {
            var error = Assert.Throws<DivergenceException>(() =>
                model.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1, 6, options: options));
            Assert.Contains("before any update", error.Message);
            Assert.Contains("layer \"scale\" gives ∞ for row 4 of the data".Replace("∞", "Infinity"), error.Message);
            Assert.DoesNotContain("learning rate", error.Message);
        }
        var own = Loss.Of("log", (f, y) => Log(f - f) + 0 * y);
        Assert.Contains(
            "every layer's result is finite",
            Assert.Throws<DivergenceException>(() => Fit(Net(1), own, Column(1, 2, 3, 4, 5, 6))).Message);
        Assert.Contains(
            "learning rate",
            Assert
                .Throws<DivergenceException>(() =>
                    Net(1).Fit(new Dataset(X, Column(1, 2, 3, 4, 5, 6)), Loss.MeanSquaredError, Optimizer.Sgd(1e30), 9, 3))
                .Message);
        Assert.Contains(
            "before any update",
            Assert
                .Throws<DivergenceException>(() =>
                    LearningRateFinder.Find(model, data, Loss.MeanSquaredError, rate => Optimizer.Sgd(rate), 6))
                .Message);
    }

    /// <summary>Sequences of labels: the blank, padding before a label, classes there are not, and too few steps.</summary>
    [Theory]
    [InlineData(new long[] { 1, 2, 0, 2 }, "row 1 of the targets holds 0; that is the blank, which is no label", "number the labels anew")]
    [InlineData(new long[] { 1, 2, -1, 2 }, "row 1 of the targets holds 2; it stands after a number below 0", "at the end alone")]
    [InlineData(new long[] { 1, 3, 1, -1 }, "row 0 of the targets holds 3; the model has 3 outputs", "Give it more")]
    [InlineData(new long[] { 1, 2, 2, 2 }, "row 1 of the targets holds 2; with it begin 2 labels, which take 3 steps", "Give more steps")]
    public void Sequences_of_labels_are_looked_at(long[] labels, string part, string repair)
    {
        var model = Model.Input(2, 2).Dense(3);
        var data = new Dataset(Key.Of(1).Uniform([2, 2, 2]), Tensor.Of(Shape.Of(2, 2), labels));
        Fails(part, repair, () => model.Fit(data, Loss.Ctc(), Optimizer.Sgd(0.1), 1, 2));
        Fails(part, repair, () => model.Initialize(1).Evaluate(data, Loss.Ctc()));
    }
}
