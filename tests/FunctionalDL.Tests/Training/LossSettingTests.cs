namespace FunctionalDL.Tests.Training;

/// <summary>Losses and metrics of more axes, soft targets, ties, and settings given together.</summary>
public class LossSettingTests
{
    static double[] Each(Loss loss, Tensor f, Tensor y) =>
        loss.PerExample(Expr.Constant(f), Expr.Constant(y)).Evaluate().ToArray<double>();

    static void Near(double[] expected, double[] actual) => Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-12);

    /// <summary>Rows of probabilities, <c>[2, 3, 4]</c>.</summary>
    static Tensor Shares(int seed)
    {
        var x = Key.Of(seed).Uniform([24], DType.Float64).ToArray<double>();
        double[] shares = [.. x.Chunk(4).SelectMany(row => row.Select(v => v / row.Sum()))];
        return Tensor.Of(Shape.Of(2, 3, 4), shares);
    }

    /// <summary>An example's loss is the mean over its places, and a place's a sum over the classes.</summary>
    [Fact]
    public void Places_of_a_sequence_are_averaged()
    {
        var (p, y) = (Shares(1), Shares(2));
        var (a, b) = (p.ToArray<double>(), y.ToArray<double>());
        double[] Mean(Func<int, double> term, int places) =>
            [.. Enumerable.Range(0, 2).Select(i => Enumerable.Range(12 * i, 12).Sum(term) / places)];
        Near(Mean(i => b[i] * Math.Log(b[i] / a[i]), 3), Each(Loss.KullbackLeibler, p, y));
        Near(Mean(i => -b[i] * Math.Log(a[i]), 3), Each(Loss.CategoricalCrossEntropy, p, y));
        Near(Mean(i => -b[i] * Math.Log(a[i]), 3), Each(Loss.SoftmaxCrossEntropy, p.As<double>().Map(v => Math.Log(v)), y));
        Near(Mean(i => (a[i] - b[i]) * (a[i] - b[i]), 12), Each(Loss.MeanSquaredError, p, y));
        Near(Mean(i => Math.Abs(a[i] - b[i]), 12), Each(Loss.MeanAbsoluteError, p, y));
    }

    /// <summary>A target between 0 and 1 has a weight between those of the two classes, whatever the loss.</summary>
    [Fact]
    public void Class_weights_of_soft_targets_are_their_mean()
    {
        Tensor p = new[] { 0.3, 0.6, 0.9 }, y = new[] { 0, 0.25, 1 };
        var plain = Each(Loss.BinaryCrossEntropy, p, y);
        Near([2 * plain[0], (0.75 * 2 + 0.25 * 5) * plain[1], 5 * plain[2]], Each(Loss.BinaryCrossEntropy.WithClassWeights(2, 5), p, y));
    }

    /// <summary>A penalty stays where a loss is given class weights or smoothed labels, before it or after.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Penalties_stay(bool isSmoothing)
    {
        Loss Set(Loss loss) => isSmoothing ? loss.WithLabelSmoothing(0.1) : loss.WithClassWeights(2, 1, 1);
        Tensor labels = Enumerable.Range(0, 12).Select(i => i % 3L).ToArray();
        var data = new Dataset(Key.Of(1).Uniform([12, 2], DType.Float64), labels);
        TensorSet Fitted(Loss loss) =>
            Model.Input(DType.Float64, 2).Dense(3).Fit(data, loss, Optimizer.Sgd(0.1), 3, 12, seed: 1).Model.Parameters;
        var (plain, penalty) = (Loss.SoftmaxCrossEntropy, Penalty.L2(0.5));
        var before = Fitted(Set(plain + penalty));
        Assert.True(before.BitEquals(Fitted(Set(plain) + penalty)));
        Assert.False(before.BitEquals(Fitted(Set(plain))));
    }

    /// <summary>What is at the threshold is not above it; one that is given goes before the loss's own.</summary>
    [Fact]
    public void Thresholds_are_exceeded()
    {
        Tensor p = new[,] { { 0.5 }, { 0.5 }, { 0.75 }, { 0.25 } }, y = new[,] { { 0.0 }, { 0 }, { 1 }, { 1 } };
        Assert.Equal(0.75, Metric.Accuracy.FromProbabilities().Measure(p, y));
        Assert.Equal(0.25, Metric.Accuracy.FromProbabilities(0.4).Measure(p, y));
        Assert.Equal(0.5, Metric.Accuracy.FromProbabilities(0.8).Measure(p, y));
        var model = Model.Input(DType.Float64, 1).Then(Layer.Of("as it is", x => x));
        var figures = model.Evaluate(new(p, y), Loss.BinaryCrossEntropy, Metric.Accuracy, Metric.Accuracy.FromProbabilities(0.4)).Metrics;
        Assert.Equal([0.75, 0.25], figures.Values);
    }

    /// <summary>Of a class that is never predicted, and of one that there is no example of, there is nothing to count: 0.</summary>
    [Fact]
    public void A_class_without_examples_has_figures_of_0()
    {
        var matrix = ConfusionMatrix.Of(new[,] { { 0.9, 0.1, 0 }, { 0.8, 0.1, 0.1 } }, new long[] { 0, 1 });
        Assert.Equal([0.5, 0, 0], Enumerable.Range(0, 3).Select(matrix.Precision));
        Assert.Equal([1.0, 0, 0], Enumerable.Range(0, 3).Select(matrix.Recall));
        Assert.Equal([2.0 / 3, 0, 0], Enumerable.Range(0, 3).Select(matrix.F1));
        Assert.Equal(0.5 / 3, matrix.Macro(matrix.Precision), 1e-15);
    }

    /// <summary>With all examples in a batch an epoch's predictions are those of the model before it: of that epoch alone.</summary>
    [Fact]
    public void Metrics_of_an_epoch_are_of_that_epoch()
    {
        var data = new Dataset(Key.Of(1).Uniform([12, 2], DType.Float64), Key.Of(2).Uniform([12, 1], DType.Float64));
        var options = new FitOptions { Metrics = [Metric.RootMeanSquaredError] };
        var model = Model.Input(DType.Float64, 2).Dense(1).Initialize(1);
        TrainingRun Fit(int epochs) =>
            model.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), epochs, new GradientDescent(), seed: 1, options);
        var run = Fit(3);
        for (var epoch = 1; epoch < 3; epoch++)
        {
            var before = Fit(epoch).Model.Evaluate(data, Loss.MeanSquaredError, [.. options.Metrics]);
            Assert.Equal(before.Metrics["rmse"], run.History[epoch].Metrics["rmse"], 1e-12);
        }
    }
}
