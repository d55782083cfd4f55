namespace FunctionalDL.Tests.Training;

/// <summary>Training on sequences whose length is a named dimension.</summary>
public class SequenceTests
{
    static Model Reader(Dim time) => Model.Input(time, 2).Gru(4, returnSequences: true).Dense(1).Initialize(1);

    static Dataset Sequences(int count, int length, long seed = 1) =>
        new(Key.Of(seed).Uniform([count, length, 2]), Key.Of(seed + 1).Uniform([count, length, 1]));

    static TrainingRun Fit(Model model, Dataset data) =>
        model.Fit(data, Loss.MeanSquaredError, Optimizer.Adam(0.01), 2, 4, seed: 3, new() { Validation = data });

    [Fact]
    public void A_named_length_trains_to_the_bits_of_a_fixed_one()
    {
        var data = Sequences(10, 5);
        var (named, known) = (Fit(Reader("time"), data), Fit(Reader(5), data));
        Assert.True(named.Model.Parameters.BitEquals(known.Model.Parameters));
        Assert.Equal(known.History[^1].Validation!.Loss, named.History[^1].Validation!.Loss);
        Assert.Equal(Shape.Of(3, 9, 1), named.Model.Predict(Key.Of(1).Uniform([3, 9, 2])).Shape);
    }

    [Fact]
    public void Lengths_may_differ_from_batch_to_batch_also_where_a_convolution_shortens_them()
    {
        Dataset[] batches = [Sequences(4, 5, 1), Sequences(4, 3, 2), Sequences(2, 9, 3), Sequences(4, 5, 4)];
        var run = Reader("time")
            .Fit(_ => batches, Loss.MeanSquaredError, Optimizer.Adam(0.01), epochs: 3, options: new() { Validation = Sequences(3, 7) });
        Assert.True(run.History[2].Loss < run.History[0].Loss);

        // Step by step it is the same run: each batch as a data set of its own.
        var one = batches.Aggregate(
            Reader("time"),
            (model, batch) => model.Fit(batch, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1, new GradientDescent()).Model);
        var all = Reader("time").Fit(_ => batches, Loss.MeanSquaredError, Optimizer.Sgd(0.1), epochs: 1).Model;
        Assert.True(one.Parameters.BitEquals(all.Parameters));

        var shorter = Model.Input(2, "time").Conv1D(1, 3);
        var data = new Dataset(Key.Of(1).Uniform([6, 2, 8]), Key.Of(2).Uniform([6, 1, 6]));
        Assert.Equal(2, shorter.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 2, 3).History.Count);
    }

    [Fact]
    public void Tokens_of_any_length_have_a_label_each()
    {
        var model = Model.Input(DType.Int64, "time").Embedding(5, 4).PositionEmbedding(8).TransformerDecoder(2, hidden: 8).Dense(5);
        Dataset Text(int length) =>
            new(
                Tensor.Of(Shape.Of(3, length), [.. Enumerable.Range(0, 3 * length).Select(i => i % 5L)]),
                Tensor.Of(Shape.Of(3, length), [.. Enumerable.Range(1, 3 * length).Select(i => i % 5L)]));
        var run = model.Fit(_ => [Text(6), Text(8), Text(1)], Loss.SoftmaxCrossEntropy, Optimizer.Adam(0.01), epochs: 20, seed: 1);
        Assert.True(run.History[^1].Loss < run.History[0].Loss / 2);
        Assert.InRange(run.Model.Evaluate(Text(7), Loss.SoftmaxCrossEntropy, Metric.Accuracy).Metrics["accuracy"], 0.5, 1);

        // Of the sizes 1, 2, 7 and 33 the model has no places for the last.
        (string, Expr)[] outputs = [("output", run.Model.Output)];
        var verification = OnnxVerification.Verify(OnnxExport.ToOnnx(outputs, run.Model.Parameters), outputs, run.Model.Parameters);
        Assert.Contains("sizes 1, 2, 7", verification.ToString());
        foreach (
            var tooLong in new Action[]
            {
                () => run.Model.Fit(Text(9), Loss.SoftmaxCrossEntropy, Optimizer.Adam(0.01), 1, 3),
                () => run.Model.Evaluate(Text(9), Loss.SoftmaxCrossEntropy),
                () => run.Model.Predict(Text(9).Inputs),
            })
            Assert.Contains("a sequence of 9 has more places than the 8", Assert.ThrowsAny<FunctionalException>(tooLong).Message);
    }

    [Fact]
    public void What_does_not_fit_is_still_refused()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        var (x, y) = (Key.Of(1).Uniform([4, 5, 2]), Key.Of(2).Uniform([4, 5, 1]));
        Fails(
            "takes inputs float32[batch, time, 2], the data has float32[batch, 5, 3]",
            () => Fit(Reader("time"), new(Key.Of(1).Uniform([4, 5, 3]), y)));
        Fails(
            "takes inputs float32[batch, time, 2], the data has float32[batch, 10]",
            () => Fit(Reader("time"), new(Key.Of(1).Uniform([4, 10]), y)));
        Fails("\"time\" is", () => Fit(Reader("time"), new(x, Key.Of(2).Uniform([4, 6, 1]))));
    }
}
