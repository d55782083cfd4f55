using FsCheck.Xunit;

namespace FunctionalDL.Tests.Training;

public class MetricTests
{
    static readonly Tensor Scores = new[,] { { 0.7, 0.2, 0.1 }, { 0.4, 0.5, 0.1 }, { 0.1, 0.2, 0.7 }, { 0.3, 0.6, 0.1 } };
    static readonly Tensor Labels = new long[] { 0, 0, 2, 1 };

    /// <summary>Class 0: two examples, one found, none mistaken for it. Class 1: one example, found, and one other. Class 2: one, found.</summary>
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
        Assert.Equal("1\t1\t0\n0\t1\t0\n0\t0\t1", ConfusionMatrix.Of(Scores, Labels).ToString());

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
        var pairs = (from p in all where p.Truth from q in all where !q.Truth select p.Score > q.Score ? 1 : p.Score == q.Score ? 0.5 : 0).ToArray();
        if (pairs.Length == 0) return true;
        var area = Metric.AreaUnderCurve.Measure(Tensor.Vector([.. all.Select(a => a.Score)]), Tensor.Vector([.. all.Select(a => a.Truth)]));
        return Math.Abs(area - pairs.Average()) < 1e-12;
    }

    static readonly string[] OfNumbers = [nameof(Metric.MeanAbsoluteError), nameof(Metric.RootMeanSquaredError), nameof(Metric.RSquared)], Errors = [nameof(Metric.MeanAbsoluteError), nameof(Metric.RootMeanSquaredError)];

    /// <summary>All metrics there are, by name, with their arguments' defaults, or 1.</summary>
    public static TheoryData<string, Metric> All
    {
        get
        {
            var all = new TheoryData<string, Metric>();
            foreach (var property in typeof(Metric).GetProperties().Where(p => p.GetMethod!.IsStatic && p.PropertyType == typeof(Metric))) all.Add(property.Name, (Metric)property.GetValue(null)!);
            foreach (var method in typeof(Metric).GetMethods().Where(m => m.IsStatic && !m.IsSpecialName && m.ReturnType == typeof(Metric) && m.Name != "Of"))
                all.Add(method.Name, (Metric)method.Invoke(null, [.. method.GetParameters().Select(p => p.HasDefaultValue ? p.DefaultValue : 1)])!);
            return all;
        }
    }

    /// <summary>Answers that are right in everything have the best figure: no error, or 1 of everything else, as many classes as there are or one.</summary>
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
        Assert.Contains("label 7 at position 1", Assert.Throws<TensorException>(() => Metric.F1().Measure(Scores, new long[] { 0, 7, 0, 0 })).Message);
        Assert.Contains("k 4 is above the number of classes, 3", Assert.Throws<ShapeException>(() => Metric.TopAccuracy(4).Measure(Scores, Labels)).Message);
        Assert.Contains("one target", Assert.Throws<ShapeException>(() => Metric.RSquared.Measure(new[] { 1.0 }, new[] { 1.0, 2 })).Message);
    }
}
