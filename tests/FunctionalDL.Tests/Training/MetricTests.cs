using FsCheck.Xunit;

namespace FunctionalDL.Tests.Training;

public class MetricTests
{
    static readonly Tensor Scores = new[,] { { 0.7, 0.2, 0.1 }, { 0.4, 0.5, 0.1 }, { 0.1, 0.2, 0.7 }, { 0.3, 0.6, 0.1 } };
    static readonly Tensor Labels = new long[] { 0, 0, 2, 1 };

    /// <summary>
    /// Class 0: two examples, one found, none mistaken for it. Class 1: one example, found, and one other. Class 2: one, found.
    /// </summary>
    public static TheoryData<Metric, double> Table => new()
    {
        { Metric.Accuracy, 0.75 },
        { Metric.TopAccuracy(1), 0.75 },
        { Metric.TopAccuracy(2), 1 },
        { Metric.Precision(0), 1 }, { Metric.Recall(0), 0.5 }, { Metric.F1(0), 2.0 / 3 },
        { Metric.Precision(1), 0.5 }, { Metric.Recall(1), 1 }, { Metric.F1(1), 2.0 / 3 },
        { Metric.Precision(), 2.5 / 3 }, { Metric.Recall(), 2.5 / 3 }, { Metric.F1(), 7.0 / 9 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Classification(Metric metric, double value) => Assert.Equal(value, metric.Measure(Scores, Labels), 1e-15);

    [Fact]
    public void The_confusion_matrix_counts_actual_by_predicted() =>
        Assert.Equal(
            """
            actual \ predicted  0  1  2
                             0  1  1  0
                             1  0  1  0
                             2  0  0  1
            """, ConfusionMatrix.Of(Scores, Labels).ToString());

    [Fact]
    public void Regression()
    {
        Tensor f = new[] { 1.0, 2, 4 }, y = new[] { 1.0, 3, 2 };
        Assert.Equal(1, Metric.MeanAbsoluteError.Measure(f, y), 1e-15);
        Assert.Equal(Math.Sqrt(5.0 / 3), Metric.RootMeanSquaredError.Measure(f, y), 1e-15);
        Assert.Equal(1 - 5 / 2.0, Metric.RSquared.Measure(f, y), 1e-15);
        Assert.Equal(1, Metric.RSquared.Measure(y, y));
    }

    [Fact]
    public void Perplexity_of_equal_logits_is_the_number_of_classes() =>
        Assert.Equal(5, Metric.Perplexity.Measure(Tensor.Zeros(DType.Float64, [4, 5]), new long[] { 0, 1, 2, 4 }), 1e-12);

    /// <summary>The share of pairs of a positive and a negative that are in order, ties counting half.</summary>
    [Property]
    public bool The_area_under_the_curve_is_the_share_of_pairs_in_order(byte[] scores, bool[] truths)
    {
        var n = Math.Min(scores.Length, truths.Length);
        (double Score, bool Truth)[] all = [.. scores.Take(n).Select(s => s % 7 / 7.0).Zip(truths)];
        var pairs = (
            from p in all
            where p.Truth
            from q in all
            where !q.Truth
            select p.Score > q.Score ? 1
            : p.Score == q.Score ? 0.5
            : 0
        ).ToArray();
        if (pairs.Length == 0)
            return true;
        var area = Metric.AreaUnderCurve.Measure(
            Tensor.Vector([.. all.Select(a => a.Score)]),
            Tensor.Vector([.. all.Select(a => a.Truth)]));
        return Math.Abs(area - pairs.Average()) < 1e-12;
    }

    static readonly string[] OfNumbers = [nameof(Metric.MeanAbsoluteError), nameof(Metric.RootMeanSquaredError), nameof(Metric.RSquared)],
        Errors = [nameof(Metric.MeanAbsoluteError), nameof(Metric.RootMeanSquaredError)];

    /// <summary>All metrics there are, by name, with their arguments' defaults, or 1.</summary>
    public static TheoryData<string, Metric> All
    {
        get
        {
            var all = new TheoryData<string, Metric>();
            foreach (var property in typeof(Metric).GetProperties().Where(p => p.GetMethod!.IsStatic && p.PropertyType == typeof(Metric)))
                all.Add(property.Name, (Metric)property.GetValue(null)!);
            foreach (
                var method in typeof(Metric)
                    .GetMethods()
                    .Where(m => m.IsStatic && !m.IsSpecialName && m.ReturnType == typeof(Metric) && m.Name != "Of"))
                all.Add(
                    method.Name,
                    (Metric)method.Invoke(null, [.. method.GetParameters().Select(p => p.HasDefaultValue ? p.DefaultValue : 1)])!);
            return all;
        }
    }

    /// <summary>
    /// Answers that are right in everything have the best figure: no error, or 1 of everything else, as many classes as there are or one.
    /// </summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Perfect_answers_have_the_best_figure(string name, Metric metric)
    {
        var (answers, truth) = OfNumbers.Contains(name) ? (new[] { 1.0, 3, 2 }, (Tensor)new[] { 1.0, 3, 2 })
            : name == nameof(Metric.AreaUnderCurve) ? (new[] { 0.9, 0.1 }, Tensor.Vector(true, false))
            : ((Tensor)new[,] { { 99.0, 0, 0 }, { 0, 99, 0 }, { 0, 0, 99 } }, (Tensor)new long[] { 0, 1, 2 });
        Assert.Equal(Errors.Contains(name) ? 0 : 1, metric.Measure(answers, truth), 1e-15);
    }

    [Fact]
    public void Predictions_and_targets_that_do_not_fit_are_errors()
    {
        Assert.Contains("Give one label", Assert.Throws<ShapeException>(() => Metric.Accuracy.Measure(Scores, new long[] { 1 })).Message);
        Assert.Contains(
            "label 7 at position 1",
            Assert.Throws<TensorException>(() => Metric.F1().Measure(Scores, new long[] { 0, 7, 0, 0 })).Message);
        Assert.Contains(
            "k 4 is above the number of classes, 3",
            Assert.Throws<ShapeException>(() => Metric.TopAccuracy(4).Measure(Scores, Labels)).Message);
        Assert.Contains(
            "one target",
            Assert.Throws<ShapeException>(() => Metric.RSquared.Measure(new[] { 1.0 }, new[] { 1.0, 2 })).Message);
    }

    static Tensor Column(params double[] values) => Tensor.Of(Shape.Of(values.Length, 1), values);

    /// <summary>
    /// One column is read by a threshold that is said: of probabilities, of logits, or by the loss; where nothing says it, it is an
    /// error, never 1.
    /// </summary>
    [Fact]
    public void One_column_is_read_by_a_threshold()
    {
        Tensor truth = Column(0, 0, 1, 1), wrong = Column(0.9, 0.8, 0.1, 0.2), logits = Column(-3, 0.2, 0.3, 4);
        Metric[] all = [Metric.Accuracy, Metric.F1(), Metric.Precision(), Metric.Recall()];
        foreach (var metric in all)
        {
            Assert.Contains(".FromProbabilities()", Assert.Throws<ShapeException>(() => metric.Measure(wrong, truth)).Message);
            Assert.Equal(0, metric.FromProbabilities().Measure(wrong, truth));
            Assert.Equal(0, metric.FromProbabilities().Measure(wrong.Reshape([4]), truth));
            Assert.Equal(metric.Name, metric.FromLogits().Name);
        }
        Assert.Throws<ShapeException>(() => ConfusionMatrix.Of(wrong, truth));
        Assert.Throws<ShapeException>(() => Metric.TopAccuracy(1).Measure(wrong, truth));
        Assert.Throws<ShapeException>(() => Metric.Perplexity.Measure(wrong, truth));

        Assert.Equal(0.75, Metric.Accuracy.FromLogits().Measure(logits, truth));
        Assert.Equal(0.75, Metric.Accuracy.FromProbabilities().Measure(logits, truth));
        Assert.Equal(1, Metric.Accuracy.FromProbabilities(0.25).Measure(Column(0.1, 0.2, 0.3, 0.4), truth));
        Assert.Equal("accuracy, threshold 0.25", Metric.Accuracy.FromProbabilities(0.25).Name);
        // Of three taken for 1, two are; both of two are found.
        Assert.Equal(
            (2.0 / 3, 1, 0.8),
            (
                Metric.Precision().FromLogits().Measure(logits, truth),
                Metric.Recall(1).FromLogits().Measure(logits, truth),
                Metric.F1().FromLogits().Measure(logits, truth)));
        Assert.Equal(0.5, Metric.Recall(0).FromLogits().Measure(logits, truth));
        Assert.Equal(
            "actual \\ predicted  0  1\n                 0  1  1\n                 1  0  2",
            ConfusionMatrix.Of(logits, truth, 0).ToString());
        Assert.Contains(
            "target 2 at position 1 is not 0 or 1",
            Assert.Throws<TensorException>(() => Metric.Accuracy.FromLogits().Measure(logits, Column(0, 2, 1, 1))).Message);
        Assert.Throws<FunctionalException>(() => Metric.MeanAbsoluteError.FromLogits());
        Assert.Throws<FunctionalException>(() => Metric.Accuracy.FromProbabilities(1.5));
    }

    /// <summary>Rows of several labels are not read by their largest: each column is a decision of its own.</summary>
    [Fact]
    public void Several_labels_are_read_column_by_column()
    {
        Tensor p = new[,] { { 0.9, 0.8, 0.1 }, { 0.2, 0.7, 0.6 } }, y = new[,] { { 1.0, 1, 0 }, { 0, 0, 1 } };
        Assert.Contains("several labels", Assert.Throws<TensorException>(() => Metric.Accuracy.Measure(p, y)).Message);
        Assert.Equal(5.0 / 6, Metric.Accuracy.FromProbabilities().Measure(p, y), 1e-15);
        Assert.Equal((1 + 0.5 + 1) / 3, Metric.Precision().FromProbabilities().Measure(p, y), 1e-15);
        Assert.Equal(0.5, Metric.Precision(1).FromProbabilities().Measure(p, y), 1e-15);
        Assert.Contains("class 3 of 3", Assert.Throws<FunctionalException>(() => Metric.F1(3).FromProbabilities().Measure(p, y)).Message);
    }

    /// <summary>The loss says how predictions are read: sigmoid, logits, several labels, or one class of several.</summary>
    [Fact]
    public void An_evaluation_reads_predictions_as_its_loss_does()
    {
        double Accuracy(Tensor predictions, Tensor targets, Loss loss) =>
            Model.Input(DType.Float64, predictions.Shape[1]).Evaluate(new(predictions, targets), loss, Metric.Accuracy).Metrics["accuracy"];

        var truth = Column(0, 0, 1, 1);
        Assert.Equal(0.5, Accuracy(Column(0.1, 0.4, 0.2, 0.6), truth, Loss.BinaryCrossEntropyFromLogits));
        Assert.Equal(0.75, Accuracy(Column(0.1, 0.4, 0.2, 0.6), truth, Loss.BinaryCrossEntropy));
        Assert.Throws<ShapeException>(() => Accuracy(Column(0.1, 0.4, 0.2, 0.6), truth, Loss.MeanSquaredError));
        Tensor rows = new[,] { { 0.9, 0.8 }, { 0.6, 0.7 } };
        Assert.Equal(0.5, Accuracy(rows, new[,] { { 1.0, 0 }, { 1, 0 } }, Loss.BinaryCrossEntropy));
        Assert.Equal(0.75, Accuracy(rows, new[,] { { 1.0, 1 }, { 1, 0 } }, Loss.BinaryCrossEntropy));
    }

    [Fact]
    public void A_prediction_that_is_nan_has_no_class()
    {
        Tensor scores = new[,] { { 0.7, 0.2, 0.1 }, { double.NaN, 0.5, 0.1 } }, labels = new long[] { 0, 1 };
        foreach (var metric in new[] { Metric.Accuracy, Metric.TopAccuracy(1), Metric.F1(), Metric.Precision(0), Metric.Perplexity })
            Assert.True(double.IsNaN(metric.Measure(scores, labels)), metric.Name);
        Assert.True(double.IsNaN(Metric.Accuracy.FromLogits().Measure(Column(double.NaN, 1), Column(0, 1))));
        Assert.True(double.IsNaN(Metric.AreaUnderCurve.Measure(new[] { double.NaN, 0.2, 0.9 }, Tensor.Vector(false, false, true))));
        Assert.Contains("is NaN", Assert.Throws<TensorException>(() => ConfusionMatrix.Of(scores, labels)).Message);
    }

    [Fact]
    public void Figures_of_other_shapes_are_refused()
    {
        Assert.Throws<ShapeException>(() =>
            Metric.MeanAbsoluteError.Measure(Tensor.Zeros(DType.Float64, [2, 3]), Tensor.Zeros(DType.Float64, [3, 2])));
        Assert.Throws<ShapeException>(() =>
            Metric.AreaUnderCurve.Measure(
                new[,]
                {
                    { 0.1, 0.9 },
                },
                new[,]
                {
                    { 0.0, 1 },
                }));
        Assert.Throws<TensorException>(() => Metric.AreaUnderCurve.Measure(new[] { 0.1, 0.9 }, new[] { 1.0, 2 }));
        Assert.Equal(1, Metric.MeanAbsoluteError.Measure(Column(1, 2), new[] { 2.0, 3 }));
        Assert.Contains(
            "label 3 at position 0",
            Assert.Throws<TensorException>(() => Metric.TopAccuracy(1).Measure(Scores, new long[] { 3, 0, 0, 0 })).Message);
    }

    [Fact]
    public void Of_equal_predictions_the_earlier_counts_as_larger()
    {
        Tensor scores = new[,] { { 0.4, 0.4, 0.2 } };
        double Top(int k, long label) => Metric.TopAccuracy(k).Measure(scores, new[] { label });
        Assert.Equal((1, 0, 1, 0), (Top(1, 0), Top(1, 1), Top(2, 1), Top(2, 2)));
    }
}
