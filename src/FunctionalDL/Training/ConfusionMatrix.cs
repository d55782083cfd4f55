namespace FunctionalDL;

/// <summary>How often examples of one class were taken for another, and the figures that follow.</summary>
public sealed class ConfusionMatrix
{
    readonly long[,] counts;

    ConfusionMatrix(long[,] counts) => this.counts = counts;

    /// <summary>The matrix of predictions <c>[n…, k]</c> against labels <c>int64 [n…]</c> or one-hot <c>[n…, k]</c>.</summary>
    /// <exception cref="FunctionalException">Predictions and targets do not fit together, or a label is outside 0 to k − 1.</exception>
    public static ConfusionMatrix Of(Tensor predictions, Tensor targets)
    {
        var (predicted, actual) = Metric.Labels("ConfusionMatrix", predictions, targets);
        var classes = predictions.Shape[^1].Size;
        var counts = new long[classes, classes];
        for (var i = 0; i < actual.Length; i++)
        {
            if ((ulong)actual[i] >= (ulong)classes) throw new TensorException($"ConfusionMatrix: label {actual[i]} at position {i} is outside 0 to {classes - 1}. Check the labels.");
            counts[actual[i], predicted[i]]++;
        }
        return new(counts);
    }

    /// <summary>The number k of classes.</summary>
    public int Classes => counts.GetLength(0);

    /// <summary>The number of examples of class <paramref name="actual"/> that were taken for class <paramref name="predicted"/>.</summary>
    public long this[int actual, int predicted] => counts[actual, predicted];

    /// <summary>Of the examples taken for a class, the share that are of it, TP/(TP + FP); 0 where there are none.</summary>
    public double Precision(int label) => Ratio(counts[label, label], Each.Sum(actual => counts[actual, label]));

    /// <summary>Of the examples of a class, the share taken for it, TP/(TP + FN); 0 where there are none.</summary>
    public double Recall(int label) => Ratio(counts[label, label], Each.Sum(predicted => counts[label, predicted]));

    /// <summary>The harmonic mean of precision and recall, 2TP/(2TP + FP + FN); 0 where there is nothing to count.</summary>
    public double F1(int label) => Ratio(2 * counts[label, label], Each.Sum(other => counts[other, label] + counts[label, other]));

    /// <summary>The mean over the classes of a figure of each, such as <c>Macro(matrix.F1)</c>.</summary>
    public double Macro(Func<int, double> figure) => Each.Average(figure);

    IEnumerable<int> Each => Enumerable.Range(0, Classes);

    static double Ratio(long part, long whole) => whole == 0 ? 0 : part / (double)whole;

    /// <summary>The counts, one line for each actual class.</summary>
    public override string ToString() => string.Join("\n", Each.Select(actual => string.Join("\t", Each.Select(predicted => counts[actual, predicted]))));
}
