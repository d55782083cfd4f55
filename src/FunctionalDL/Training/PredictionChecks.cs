using FunctionalDL.Ops;
using static System.FormattableString;

namespace FunctionalDL;

/// <summary>
/// Whether predictions are what a loss takes them for: by the function the model ends in, or by their values on some examples.
/// </summary>
static class PredictionChecks
{
    const int Rows = 32;
    const double Far = 1e4;
    const double Tolerance = 1e-3;

    enum Ending { Other, Sigmoid, Softmax, Positive }

    /// <summary>Throws where the model's predictions mean something else to the losses.</summary>
    /// <exception cref="FunctionalException">
    /// The predictions are probabilities and the loss takes logits, or the other way round.
    /// </exception>
    public static void Check(Model model, BoundObjective losses, Dataset sample)
    {
        foreach (var term in losses.Terms)
            if (term.Loss is { } loss) Check(model, term.Output, loss, sample);
    }

    static void Check(Model model, string output, Loss loss, Dataset sample)
    {
        var prediction = model.Inference[output];
        var ending = EndOf(prediction);
        if (ending == Ending.Softmax && prediction.Shape[^1] == 1)
            throw new FunctionalException(
                "Fit: the model ends in a softmax over one output, which is always 1. End it in Sigmoid, or give it two outputs.");
        switch (loss.Domain.Predictions)
        {
            case LossPredictions.Logits or LossPredictions.ClassLogits when ending is Ending.Sigmoid or Ending.Softmax:
                var function = ending == Ending.Sigmoid ? "sigmoid" : "softmax";
                throw new FunctionalException(
                    $"Fit: the model ends in a {function}, and the loss \"{loss.Name}\" takes logits, from which it makes probabilities "
                        + "itself. "
                        + $"Leave the {function} out, or take "
                        + $"{(ending == Ending.Sigmoid ? "BinaryCrossEntropy" : "CategoricalCrossEntropy")}."
                );
            case LossPredictions.Probabilities when ending == Ending.Other || ending == Ending.Positive:
                CheckValues(
                    model,
                    output,
                    loss,
                    sample,
                    "probabilities, 0 to 1",
                    "End the model in Sigmoid, or take Loss.BinaryCrossEntropyFromLogits, which takes logits.");
                break;
            case LossPredictions.ClassProbabilities when ending != Ending.Softmax:
                CheckValues(
                    model,
                    output,
                    loss,
                    sample,
                    "probabilities of classes, whose sum is 1",
                    "End the model in Softmax, or take Loss.SoftmaxCrossEntropy, which takes logits.");
                break;
            case LossPredictions.ClassLogProbabilities:
                CheckValues(
                    model,
                    output,
                    loss,
                    sample,
                    "logarithms of probabilities of classes, whose sum is 1",
                    "End the model in LogSoftmax, or take Loss.SoftmaxCrossEntropyWith, which takes logits.");
                break;
            case LossPredictions.Positive when ending == Ending.Other:
                CheckValues(model, output, loss, sample, "numbers above 0", "End the model in Softplus, or in Exp.");
                break;
        }
    }

    /// <summary>
    /// Looks at predictions for some rows, and for rows far out: what is a probability whatever the input is stays one there, and what is
    /// in range by chance does not.
    /// </summary>
    static void CheckValues(Model model, string output, Loss loss, Dataset sample, string taken, string repair)
    {
        var rows = sample.Take(Math.Min(sample.Count, Rows)).InputsOf(model);
        var scales = rows.Any(c => c.Value.DType.IsFloat()) ? new[] { 1, Far, -Far } : [1];
        foreach (var scale in scales)
        {
            Tensor Scaled(Tensor x) => scale == 1 || !x.DType.IsFloat() ? x : (scale * Expr.Constant(x)).Evaluate();
            var predictions = model.PredictAll(rows.Map((_, x) => Scaled(x)))[output];
            var (size, last) = (predictions.Count / predictions.Shape[0].Size, predictions.Shape[^1].Size);
            var values = predictions.Cast(DType.Float64).ToArray<double>();
            FunctionalException Error(int at, string what) =>
                new(
                    Invariant(
                        $"Fit: the loss \"{loss.Name}\" takes predictions for {taken}, and the model gives {what} for "
                    ) + FormattableString.Invariant(
                        $"{(scale == 1 ? "" : $"{scale} times ")}row {at / size} of the data before training. {repair}"
                    ));

            var (isLogarithm, isOfClasses) = (
                loss.Domain.Predictions == LossPredictions.ClassLogProbabilities,
                loss.Domain.Predictions is LossPredictions.ClassProbabilities or LossPredictions.ClassLogProbabilities);
            if (isLogarithm) values = [.. values.Select(Math.Exp)];
            var isPositive = loss.Domain.Predictions == LossPredictions.Positive;
            var wrong = Array.FindIndex(values, p => isPositive ? p <= 0 && scale == 1 || p < 0 : p is < -1e-6 or > 1 + 1e-6);
            if (wrong >= 0 && !isLogarithm) throw Error(wrong, Invariant($"{values[wrong]:G5}"));
            if (!isOfClasses) continue;
            for (var at = 0; at < values.Length; at += last)
                if (Sum(values.AsSpan(at, last)) is var sum && Math.Abs(sum - 1) > Tolerance)
                    throw Error(at, Invariant($"{(isLogarithm ? "logarithms of probabilities" : "probabilities")} with the sum {sum:G5}"));
        }
    }

    static double Sum(ReadOnlySpan<double> row)
    {
        var sum = 0.0;
        foreach (var p in row) sum += p;
        return sum;
    }

    /// <summary>The function that the elements of an expression come out of, however they are arranged.</summary>
    static Ending EndOf(Expr prediction)
    {
        while (prediction.Op is ReshapeOp or TransposeOp or CastOp or SliceOp) prediction = prediction.Inputs[0];
        return prediction.Op switch
        {
            SigmoidOp => Ending.Sigmoid,
            DivideOp when IsSumOf(prediction.Inputs[1], prediction.Inputs[0]) => Ending.Softmax,
            SoftplusOp or ExpOp => Ending.Positive,
            _ => Ending.Other,
        };
    }

    /// <summary>Whether y is Σ e over an axis, for an exponential e.</summary>
    static bool IsSumOf(Expr y, Expr e)
    {
        while (y.Op is ReshapeOp or BroadcastOp) y = y.Inputs[0];
        return e.Op is ExpOp && y.Op is SumOp && ReferenceEquals(y.Inputs[0], e);
    }
}
