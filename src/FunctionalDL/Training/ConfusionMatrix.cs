using System.Globalization;

namespace FunctionalDL;

/// <summary>How often examples of one class were taken for another, and the figures that follow.</summary>
public sealed class ConfusionMatrix
{
    readonly long[,] counts;

    ConfusionMatrix(long[,] counts) => this.counts = counts;

    /// <summary>
    /// The matrix of predictions <c>[n…, k]</c>, k ≥ 2, against labels <c>int64 [n…]</c> or one-hot <c>[n…, k]</c>; the largest
    /// prediction is taken.
    /// </summary>
    /// <exception cref="FunctionalException">
    /// Predictions and targets do not fit together, a label is outside 0 to k − 1, or a prediction is NaN.
    /// </exception>
    public static ConfusionMatrix Of(Tensor predictions, Tensor targets)
    {
        RequireNumbers(predictions);
        return OfLabels(
            "ConfusionMatrix",
            "Give the threshold: Of(predictions, targets, 0.5) of probabilities, 0 of logits",
            predictions,
            targets);
    }

    internal static ConfusionMatrix OfLabels(string metric, string repair, Tensor predictions, Tensor targets)
    {
        var (predicted, actual) = Metric.Labels(metric, predictions, targets, repair);
        var classes = predictions.Shape[^1].Size;
        var counts = new long[classes, classes];
        for (var i = 0; i < actual.Length; i++) counts[actual[i], predicted[i]]++;
        return new(counts);
    }

    /// <summary>
    /// The matrix of two classes, of predictions <c>[n]</c> or <c>[n, 1]</c> against targets 0 or 1: those above the threshold are taken
    /// for 1.
    /// </summary>
    /// <param name="predictions">Probabilities or logits.</param>
    /// <param name="targets">0 or 1, as many.</param>
    /// <param name="threshold">0.5 of probabilities, 0 of logits.</param>
    /// <exception cref="FunctionalException">
    /// Predictions and targets do not fit together, a target is not 0 or 1, or a prediction is NaN.
    /// </exception>
    public static ConfusionMatrix Of(Tensor predictions, Tensor targets, double threshold)
    {
        RequireNumbers(predictions);
        ConfusionMatrix[] columns = [.. OfColumns("ConfusionMatrix", predictions, targets, threshold)];
        return columns is [var one]
            ? one
            : throw new ShapeException(
                $"ConfusionMatrix: predictions are {predictions.Describe()}, {columns.Length} labels of each example. Give the column of "
                    + "one."
            );
    }

    /// <summary>The matrix of each column along the last axis.</summary>
    internal static IEnumerable<ConfusionMatrix> OfColumns(string metric, Tensor predictions, Tensor targets, double threshold)
    {
        var (predicted, actual) = Metric.Decisions(metric, predictions, targets, threshold);
        var columns = predictions.Shape.Rank >= 2 ? predictions.Shape[^1].Size : 1;
        for (var column = 0; column < columns; column++)
        {
            var counts = new long[2, 2];
            for (var i = column; i < actual.Length; i += columns) counts[actual[i] ? 1 : 0, predicted[i] ? 1 : 0]++;
            yield return new(counts);
        }
    }

    static void RequireNumbers(Tensor predictions)
    {
        var at = predictions.DType.IsFloat() ? Array.FindIndex(predictions.Cast(DType.Float64).ToArray<double>(), double.IsNaN) : -1;
        if (at >= 0)
            throw new TensorException(
                $"ConfusionMatrix: prediction {at} is NaN and of no class. Look at the model's parameters, or at the inputs.");
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

    /// <summary>A table of the counts, a row for each actual class and a column for each predicted one.</summary>
    public override string ToString()
    {
        string[][] rows =
        [
            ["actual \\ predicted", .. Each.Select(Text)],
            .. Each.Select(actual => (string[])[Text(actual), .. Each.Select(predicted => Text(counts[actual, predicted]))]),
        ];
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        return string.Join("\n", rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadLeft(widths[column])))));
    }

    static string Text(int number) => Text((long)number);

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
