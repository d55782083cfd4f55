namespace FunctionalDL;

public sealed partial class Metric
{
    /// <summary>
    /// The share of examples whose largest prediction is at the label: <c>[n…, k]</c> against labels <c>int64 [n…]</c> or one-hot
    /// <c>[n…, k]</c>. Read by a threshold, the share of predictions that are on the side of it that their target says.
    /// </summary>
    public static Metric Accuracy { get; } = new("accuracy", (predictions, targets, threshold) =>
    {
        if (HasNaN(predictions)) return double.NaN;
        return threshold is { } t ? Share(Decisions("Accuracy", predictions, targets, t)) : Share(Labels("Accuracy", predictions, targets));
    });

    static double Share<T>((T[] Predicted, T[] Actual) labels) where T : IEquatable<T> =>
        labels.Predicted.Zip(labels.Actual).Count(p => p.First.Equals(p.Second)) / (double)labels.Actual.Length;

    /// <summary>
    /// The share of examples whose label is among the k largest predictions; of equal predictions the earlier counts as larger.
    /// </summary>
    /// <exception cref="FunctionalException">k is below 1.</exception>
    public static Metric TopAccuracy(int k) =>
        k < 1
            ? throw new FunctionalException($"TopAccuracy: k {k} is below 1.")
            : new(
                FormattableString.Invariant($"top-{k} accuracy"),
                (predictions, targets) =>
                {
                    if (HasNaN(predictions))
                        return double.NaN;
                    var (_, actual) = Labels("TopAccuracy", predictions, targets);
                    var classes = predictions.Shape[^1].Size;
                    if (k > classes)
                        throw new ShapeException(
                            $"TopAccuracy: k {k} is above the number of classes, {classes}, so that every answer would be right. Give a "
                                + "smaller k."
                        );
                    var (found, scores) = (0, Doubles(predictions));
                    for (var i = 0; i < actual.Length; i++)
                    {
                        var row = scores.AsSpan(i * classes, classes);
                        var (label, ahead) = ((int)actual[i], 0);
                        for (var c = 0; c < classes; c++)
                            if (row[c] > row[label] || (row[c] == row[label] && c < label))
                                ahead++;
                        if (ahead < k)
                            found++;
                    }
                    return found / (double)actual.Length;
                });

    /// <summary>
    /// TP/(TP + FP) of a class, or the mean over the classes (<see cref="ConfusionMatrix.Precision"/>). Read by a threshold, that of
    /// class 1, or of the class given; of several labels, that of the label's column, or the mean over the columns.
    /// </summary>
    public static Metric Precision(int? label = null) => OfClasses("precision", label, matrix => matrix.Precision);

    /// <summary>
    /// TP/(TP + FN) of a class, or the mean over the classes (<see cref="ConfusionMatrix.Recall"/>). Read by a threshold as <see
    /// cref="Precision"/> is.
    /// </summary>
    public static Metric Recall(int? label = null) => OfClasses("recall", label, matrix => matrix.Recall);

    /// <summary>
    /// The harmonic mean of precision and recall of a class, or its mean over the classes (<see cref="ConfusionMatrix.F1"/>). Read by a
    /// threshold as <see cref="Precision"/> is.
    /// </summary>
    public static Metric F1(int? label = null) => OfClasses("f1", label, matrix => matrix.F1);

    static Metric OfClasses(string name, int? label, Func<ConfusionMatrix, Func<int, double>> figure) =>
        new(
            label is { } c ? FormattableString.Invariant($"{name}({c})") : name,
            (predictions, targets, threshold) =>
            {
                if (HasNaN(predictions))
                    return double.NaN;
                if (threshold is { } t)
                {
                    ConfusionMatrix[] columns = [.. ConfusionMatrix.OfColumns(name, predictions, targets, t)];
                    if (columns.Length == 1)
                        return figure(columns[0])(Checked(name, label, 2) ?? 1);
                    return Checked(name, label, columns.Length) is { } column
                        ? figure(columns[column])(1)
                        : columns.Average(matrix => figure(matrix)(1));
                }
                var matrix = ConfusionMatrix.OfLabels(name, Threshold, predictions, targets);
                return Checked(name, label, matrix.Classes) is { } one ? figure(matrix)(one) : matrix.Macro(figure(matrix));
            });

    static int? Checked(string name, int? label, int classes) => label is { } c && (uint)c >= (uint)classes
        ? throw new FunctionalException($"Metric {name}: class {c} of {classes}. Use 0 to {classes - 1}.")
        : label;

    /// <summary>
    /// The area under the receiver operating characteristic of scores against truths (0 or 1, as many): the probability that a positive
    /// example has the higher score, equal scores counting half. NaN where there are not both kinds, or where a score is NaN.
    /// </summary>
    public static Metric AreaUnderCurve { get; } =
        new(
            "auc",
            (scores, truths) =>
            {
                if (HasNaN(scores))
                    return double.NaN;
                if (scores.Shape.Rank >= 2 && scores.Shape[^1].Size >= 2)
                    throw new ShapeException(
                        $"AreaUnderCurve: scores are {scores.Describe()}. Give one for each example, such as the column of a class.");
                var (_, actual) = Decisions("AreaUnderCurve", scores, truths, 0);
                var (positives, rankSum, before) = (0L, 0.0, 0);
                foreach (var tied in Doubles(scores).Zip(actual).GroupBy(s => s.First).OrderBy(g => g.Key))
                {
                    var (inGroup, truly) = (tied.Count(), tied.Count(s => s.Second));
                    (positives, rankSum, before) = (positives + truly, rankSum + truly * (before + (inGroup + 1) / 2.0), before + inGroup);
                }
                return (rankSum - positives * (positives + 1) / 2.0) / (positives * (double)(scores.Count - positives));
            });

    /// <summary>
    /// e to the mean cross-entropy of logits <c>[n…, k]</c> against labels: how many equally likely choices the model hesitates between.
    /// </summary>
    public static Metric Perplexity { get; } = new("perplexity", (logits, targets) =>
        Math.Exp(Loss.SoftmaxCrossEntropy.Apply(Expr.Constant(logits), Expr.Constant(targets)).Evaluate().ToScalar()));
}
