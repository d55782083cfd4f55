namespace FunctionalDL;

public sealed partial class Metric
{
    /// <summary>
    /// The share of examples whose largest prediction is at the label: <c>[n…, k]</c> against labels <c>int64 [n…]</c> or one-hot <c>[n…, k]</c>.
    /// </summary>
    public static Metric Accuracy { get; } = new("accuracy", (predictions, targets) =>
    {
        var (predicted, actual) = Labels("Accuracy", predictions, targets);
        return predicted.Zip(actual).Count(p => p.First == p.Second) / (double)actual.Length;
    });

    /// <summary>The share of examples whose label is among the k largest predictions; of equal predictions the earlier counts as larger.</summary>
    /// <exception cref="FunctionalException">k is below 1.</exception>
    public static Metric TopAccuracy(int k) => k < 1 ? throw new FunctionalException($"TopAccuracy: k {k} is below 1.")
        : new(FormattableString.Invariant($"top-{k} accuracy"), (predictions, targets) =>
        {
            var (_, actual) = Labels("TopAccuracy", predictions, targets);
            var classes = predictions.Shape[^1].Size;
            if (k > classes) throw new ShapeException($"TopAccuracy: k {k} is above the number of classes, {classes}, so that every answer would be right. Give a smaller k.");
            var found = 0;
            for (var i = 0; i < actual.Length; i++)
            {
                double Score(int c) => predictions.GetDouble(i * classes + c);
                var label = (int)actual[i];
                var ahead = Enumerable.Range(0, classes).Count(c => Score(c) > Score(label) || (Score(c) == Score(label) && c < label));
                if (ahead < k) found++;
            }
            return found / (double)actual.Length;
        });

    /// <summary>TP/(TP + FP) of a class, or the mean over the classes (<see cref="ConfusionMatrix.Precision"/>).</summary>
    public static Metric Precision(int? label = null) => OfClasses("precision", label, matrix => matrix.Precision);

    /// <summary>TP/(TP + FN) of a class, or the mean over the classes (<see cref="ConfusionMatrix.Recall"/>).</summary>
    public static Metric Recall(int? label = null) => OfClasses("recall", label, matrix => matrix.Recall);

    /// <summary>The harmonic mean of precision and recall of a class, or its mean over the classes (<see cref="ConfusionMatrix.F1"/>).</summary>
    public static Metric F1(int? label = null) => OfClasses("f1", label, matrix => matrix.F1);

    static Metric OfClasses(string name, int? label, Func<ConfusionMatrix, Func<int, double>> figure) => new(label is { } c ? FormattableString.Invariant($"{name}({c})") : name, (predictions, targets) =>
    {
        var matrix = ConfusionMatrix.Of(predictions, targets);
        if (label is { } c && (uint)c >= (uint)matrix.Classes) throw new FunctionalException($"Metric {name}: class {c} of {matrix.Classes}. Use 0 to {matrix.Classes - 1}.");
        return label is { } one ? figure(matrix)(one) : matrix.Macro(figure(matrix));
    });

    /// <summary>
    /// The area under the receiver operating characteristic of scores against truths (0 or 1, as many): the probability that a positive example has the
    /// higher score, equal scores counting half. NaN where there are not both kinds.
    /// </summary>
    public static Metric AreaUnderCurve { get; } = new("auc", (scores, truths) =>
    {
        RequireSameCount("AreaUnderCurve", scores, truths);
        var (positives, rankSum) = (0L, 0.0);
        var before = 0;
        foreach (var tied in Enumerable.Range(0, scores.Count).GroupBy(scores.GetDouble).OrderBy(g => g.Key))
        {
            var inGroup = tied.Count();
            var truly = tied.Count(i => truths.GetDouble(i) > 0.5);
            (positives, rankSum, before) = (positives + truly, rankSum + truly * (before + (inGroup + 1) / 2.0), before + inGroup);
        }
        return (rankSum - positives * (positives + 1) / 2.0) / (positives * (double)(scores.Count - positives));
    });

    /// <summary>e to the mean cross-entropy of logits <c>[n…, k]</c> against labels: how many equally likely choices the model hesitates between.</summary>
    public static Metric Perplexity { get; } = new("perplexity", (logits, targets) =>
        Math.Exp(Loss.SoftmaxCrossEntropy.Apply(Expr.Constant(logits), Expr.Constant(targets)).Evaluate().ToScalar()));

    /// <summary>The class predicted for each place, and the class it is.</summary>
    internal static (long[] Predicted, long[] Actual) Labels(string metric, Tensor predictions, Tensor targets)
    {
        var isLabels = targets is Tensor<long> && targets.Shape.Rank == predictions.Shape.Rank - 1;
        if (predictions.Shape.Rank < 2 || predictions.Count == 0 || (isLabels ? targets.Shape != predictions.Shape.Remove(predictions.Shape.Rank - 1) : targets.Shape != predictions.Shape))
            throw new ShapeException($"{metric}: predictions are {predictions.Describe()}, targets {targets.Describe()}. Give one label, or a one-hot row, for each prediction.");
        return (Largest(predictions), isLabels ? targets.ToArray<long>() : Largest(targets));
    }

    /// <summary>The index of the largest element along the last axis.</summary>
    static long[] Largest(Tensor scores) => Functions.ArgMax(Expr.Constant(scores)).Evaluate(TensorSet.Empty).ToArray<long>();
}
