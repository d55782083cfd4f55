namespace FunctionalDL;

public sealed partial class Metric
{
    const double SumTolerance = 1e-3;
    const string Threshold = "Say how they are read: .FromProbabilities(), 1 above 0.5, or .FromLogits(), 1 above 0";

    /// <summary>Whether targets are labels, or rows whose sum is 1, of two classes or more.</summary>
    static bool HaveOneClass(Tensor predictions, Tensor targets) =>
        predictions.Shape.Rank >= 2 && predictions.Shape[^1].Size >= 2 && (AreLabels(predictions, targets) || HaveSumsOf1(targets));

    static bool AreLabels(Tensor predictions, Tensor targets) =>
        targets.DType.IsInteger() && targets.Shape.Rank == predictions.Shape.Rank - 1;

    static bool HaveSumsOf1(Tensor rows)
    {
        var values = Doubles(rows);
        var size = rows.Shape[^1].Size;
        for (var at = 0; at < values.Length; at += size)
            if (!(Math.Abs(values.Skip(at).Take(size).Sum() - 1) <= SumTolerance)) return false;
        return true;
    }

    static double[] Doubles(Tensor values) => values.Cast(DType.Float64).ToArray<double>();

    static bool HasNaN(Tensor predictions) => predictions.DType.IsFloat() && Doubles(predictions).Any(double.IsNaN);

    /// <summary>The class predicted for each place, by the largest prediction, and the class it is.</summary>
    internal static (long[] Predicted, long[] Actual) Labels(string metric, Tensor predictions, Tensor targets, string repair = Threshold)
    {
        var (given, classes) = (
            $"predictions are {predictions.Describe()}, targets {targets.Describe()}",
            predictions.Shape.Rank < 1 ? 1 : predictions.Shape[^1].Size);
        if ((predictions.Shape.Rank < 2 || classes == 1) && predictions.Count == targets.Count)
            throw new ShapeException($"{metric}: {given}, one number for each example. {repair}; or give a column for each class.");
        var isLabels = AreLabels(predictions, targets);
        if (
            predictions.Shape.Rank < 2
            || classes < 2
            || predictions.Count == 0
            || (isLabels ? targets.Shape != predictions.Shape.Remove(predictions.Shape.Rank - 1) : targets.Shape != predictions.Shape))
            throw new ShapeException($"{metric}: {given}. Give one label, or a one-hot row, for each prediction of two classes or more.");
        if (!isLabels && !HaveSumsOf1(targets))
            throw new TensorException(
                $"{metric}: {given}, whose rows do not have the sum 1: an example has several labels or none. {repair}.");

        var actual = isLabels ? targets.ToArray<long>() : Largest(targets);
        var wrong = Array.FindIndex(actual, label => (ulong)label >= (ulong)classes);
        if (wrong >= 0)
            throw new TensorException(
                $"{metric}: label {actual[wrong]} at position {wrong} is outside 0 to {classes - 1}. Check the labels.");
        return (Largest(predictions), actual);
    }

    /// <summary>Whether each prediction is above the threshold, and whether its target is 1.</summary>
    internal static (bool[] Predicted, bool[] Actual) Decisions(string metric, Tensor predictions, Tensor targets, double threshold)
    {
        RequireSameShape(metric, predictions, targets);
        var actual = Doubles(targets);
        var wrong = Array.FindIndex(actual, y => y is not (0 or 1));
        if (wrong >= 0)
            throw new TensorException(
                FormattableString.Invariant(
                    $"{metric}: target {actual[wrong]} at position {wrong} is not 0 or 1. Each target is of a class or not."));
        return ([.. Doubles(predictions).Select(p => p > threshold)], [.. actual.Select(y => y == 1)]);
    }

    /// <summary>The index of the largest element along the last axis.</summary>
    static long[] Largest(Tensor scores) => Functions.ArgMax(Expr.Constant(scores)).Evaluate(TensorSet.Empty).ToArray<long>();

    /// <summary>Throws where predictions and targets differ in more than axes of size 1.</summary>
    internal static void RequireSameShape(string metric, Tensor predictions, Tensor targets)
    {
        static IEnumerable<Dim> Sizes(Tensor values) => values.Shape.Where(size => size != 1);
        if (predictions.Count == 0 || !Sizes(predictions).SequenceEqual(Sizes(targets)))
            throw new ShapeException(
                $"{metric}: predictions are {predictions.Describe()}, targets {targets.Describe()}. Give one target for each prediction.");
    }
}
