using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Loss
{
    /// <summary>Mean squared error, Lᵢ = (f(xᵢ) − yᵢ)².</summary>
    public static Loss MeanSquaredError { get; } = Of("mean squared error", (f, y) => Square(f - SameShape("MeanSquaredError", f, y)));

    /// <summary>
    /// Binary cross-entropy of probabilities p = f(xᵢ), Lᵢ = −(yᵢ ln p + (1 − yᵢ) ln(1 − p)), with 0 · ln 0 = 0. Infinite where a certain prediction is wrong;
    /// <see cref="BinaryCrossEntropyFromLogits"/> stays finite.
    /// </summary>
    public static Loss BinaryCrossEntropy { get; } = new("binary cross-entropy", (p, target) =>
    {
        var y = SameShape("BinaryCrossEntropy", p, target);
        return -(TimesLog(y, p) + TimesLog(1 - y, 1 - p));
    }, new(LossPredictions.Probabilities, LossTargets.Probabilities));

    /// <summary>
    /// Categorical cross-entropy of probabilities p = f(xᵢ) over k classes, Lᵢ = −Σₖ yᵢₖ ln pₖ, with 0 · ln 0 = 0. Targets are labels <c>int64 [n]</c> or
    /// probabilities <c>[n, k]</c>. Infinite where a certain prediction is wrong; <see cref="SoftmaxCrossEntropy"/> stays finite.
    /// </summary>
    public static Loss CategoricalCrossEntropy { get; } = new("categorical cross-entropy", (p, target) =>
        -Sum(TimesLog(Probabilities("CategoricalCrossEntropy", p, target), p), -1), new(LossPredictions.ClassProbabilities, LossTargets.Classes));

    /// <summary>
    /// Binary cross-entropy of p = σ(z) from the logit z, in the stable form Lᵢ = ln(1 + e^z) − y·z.
    /// </summary>
    public static Loss BinaryCrossEntropyFromLogits { get; } = new("binary cross-entropy from logits", (z, target) =>
        Softplus(z) - SameShape("BinaryCrossEntropyFromLogits", z, target) * z, new(LossPredictions.Logits, LossTargets.Probabilities));

    /// <summary>
    /// Categorical cross-entropy of p = softmax(z) from the logits z, in the stable form Lᵢ = −Σₖ yₖ (zₖ − ln Σ e^z). Targets are labels <c>int64 [n]</c> or
    /// probabilities <c>[n, k]</c>.
    /// </summary>
    public static Loss SoftmaxCrossEntropy { get; } = new("softmax cross-entropy", (z, target) =>
        -Sum(Probabilities("SoftmaxCrossEntropy", z, target) * LogSoftmax(z), -1), new(LossPredictions.ClassLogits, LossTargets.Classes));

    /// <summary>y · ln p, and 0 with a gradient of 0 where y is 0, whatever p is.</summary>
    static Expr TimesLog(Expr y, Expr p) => y * Log(Select(Equal(y, Full(y, 0)), Full(p, 1), p));
}
