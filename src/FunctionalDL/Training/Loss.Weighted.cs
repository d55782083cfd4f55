using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Loss
{
    /// <summary>
    /// <see cref="SoftmaxCrossEntropy"/> with settings, as PyTorch and ONNX have it: with class weights w it is the weighted mean over the
    /// places, L = Σᵢ Σₖ wₖ yᵢₖ (−ln pᵢₖ) / Σᵢ Σₖ wₖ tᵢₖ, with the targets t, smoothed y. The sums are over
    /// the places of a batch, in evaluation over those of all data. (<see cref="WithClassWeights"/> divides by n instead.)
    /// </summary>
    /// <param name="labelSmoothing">s of y = (1 − s) t + s/k.</param>
    /// <param name="classWeights">w, a number for each class; 1 if not given.</param>
    /// <param name="ignoredLabel">The label of a place that does not count, in either sum.</param>
    /// <exception cref="FunctionalException">A weight is negative, or s is not from 0 to 1.</exception>
    public static Loss SoftmaxCrossEntropyWith(double labelSmoothing = 0, double[]? classWeights = null, long? ignoredLabel = null)
    {
        var loss = WeightedMean(SoftmaxCrossEntropy.Name, LossPredictions.ClassLogits, CrossEntropy, classWeights, null);
        if (labelSmoothing != 0) loss = loss.WithLabelSmoothing(labelSmoothing);
        return ignoredLabel is { } label ? loss.WithIgnoredLabel(label) : loss;
    }

    /// <summary>
    /// The negative log-likelihood of classes whose predictions are logarithms of probabilities, f(xᵢ) = ln p, such as those of a model
    /// that ends in <see cref="Layer.LogSoftmax"/>: Lᵢ = −Σₖ yᵢₖ f(xᵢ)ₖ, with 0 · −∞ = 0. Targets are labels <c>int64
    /// [n…]</c> or probabilities <c>[n…, k]</c>. With class weights w it is the weighted mean over the places, L = Σᵢ Σₖ wₖ
    /// yᵢₖ (−ln pᵢₖ) / Σᵢ Σₖ wₖ yᵢₖ, as PyTorch and ONNX have it.
    /// </summary>
    /// <inheritdoc cref="SoftmaxCrossEntropyWith"/>
    public static Loss NegativeLogLikelihood(double[]? classWeights = null, long? ignoredLabel = null) => WeightedMean(
        "negative log-likelihood",
        LossPredictions.ClassLogProbabilities,
        (f, y) => -Sum(TimesLogarithm(y, f), -1),
        classWeights,
        ignoredLabel);

    /// <summary>A loss of classes that is linear in their targets.</summary>
    static Loss WeightedMean(
        string name, LossPredictions predictions, Func<Expr, Expr, Expr> loss, double[]? classWeights, long? ignoredLabel)
    {
        double[]? weights = classWeights is null ? null : [.. classWeights];
        if (weights is not null) CheckWeights(name, weights);
        Expr Weighted(Expr f, Expr target)
        {
            var y = Probabilities(name, f, target);
            return weights is null ? y : y * Weights(name, weights, f, f.Shape[^1]);
        }
        return new(
            weights is null ? name : $"{name}, weighted by class",
            (f, target) => loss(f, Weighted(f, target)),
            new(predictions, LossTargets.Classes))
        {
            PlaceWeights = weights is null ? null : (f, target) => Sum(Weighted(f, target), -1),
            IgnoredLabel = ignoredLabel,
        };
    }

    /// <summary>
    /// <see cref="BinaryCrossEntropyFromLogits"/> whose positive examples weigh w times as much, Lᵢ = −w yᵢ ln σ(z) − (1 −
    /// yᵢ) ln(1 − σ(z)), in the stable form w yᵢ ln(1 + e^−z) + (1 − yᵢ) ln(1 + e^z). The mean is over the n examples.
    /// </summary>
    /// <param name="positiveWeight">w.</param>
    /// <exception cref="FunctionalException">w is negative or not a number.</exception>
    public static Loss BinaryCrossEntropyFromLogitsWith(double positiveWeight) => positiveWeight >= 0 && double.IsFinite(positiveWeight)
        ? new(
            FormattableString.Invariant($"{BinaryCrossEntropyFromLogits.Name}, positive weight {positiveWeight}"),
            (z, target) =>
            {
                var y = SameShape("BinaryCrossEntropyFromLogitsWith", z, target);
                return Share(positiveWeight * y, -z, Softplus) + Share(1 - y, z, Softplus);
            },
            new(LossPredictions.Logits, LossTargets.Probabilities))
        : throw new FunctionalException(
            FormattableString.Invariant($"BinaryCrossEntropyFromLogitsWith: positive weight {positiveWeight} is not 0 or more."));

    /// <summary>
    /// The focal loss of a logit z (Lin, Goyal, Girshick, He, Dollár 2017), which counts for little what is well classified: Lᵢ = −α
    /// (1 − p)^γ ln p for yᵢ = 1 and −(1 − α) p^γ ln(1 − p) for yᵢ = 0, with p = σ(z); for a target between, the mean of
    /// both by yᵢ. From logits alone, so that no digits are lost: (1 − p)^γ = e^(−γ ln(1 + e^z)).
    /// </summary>
    /// <param name="gamma">γ; with 0 it is the cross-entropy.</param>
    /// <param name="alpha">α, the weight of class 1; neither class is weighted if not given.</param>
    /// <exception cref="FunctionalException">γ is negative, or α is not from 0 to 1.</exception>
    public static Loss BinaryFocalFromLogits(double gamma = 2, double? alpha = null)
    {
        CheckGamma("BinaryFocalFromLogits", gamma);
        if (alpha is not (null or >= 0 and <= 1))
            throw new FunctionalException(FormattableString.Invariant($"BinaryFocalFromLogits: α {alpha} is not from 0 to 1."));
        Expr Focal(Expr margin) => Exp(-gamma * Softplus(-margin)) * Softplus(margin);
        return new(
            FormattableString.Invariant($"binary focal({gamma})"),
            (z, target) =>
            {
                var y = SameShape("BinaryFocalFromLogits", z, target);
                return Share((alpha ?? 1) * y, -z, Focal) + Share(((1 - alpha) ?? 1) * (1 - y), z, Focal);
            },
            new(LossPredictions.Logits, LossTargets.Probabilities));
    }

    /// <summary>
    /// The focal loss of classes from logits z (Lin, Goyal, Girshick, He, Dollár 2017): Lᵢ = −Σₖ yᵢₖ (1 − pₖ)^γ ln pₖ
    /// with p = softmax(z). Targets are labels <c>int64 [n…]</c> or probabilities <c>[n…, k]</c>; <see cref="WithClassWeights"/> gives
    /// each class its α.
    /// </summary>
    /// <param name="gamma">γ; with 0 it is the cross-entropy.</param>
    /// <exception cref="FunctionalException">γ is negative or not a number.</exception>
    public static Loss SoftmaxFocal(double gamma = 2)
    {
        CheckGamma("SoftmaxFocal", gamma);
        return new(
            FormattableString.Invariant($"softmax focal({gamma})"),
            (z, target) =>
            {
                var y = Probabilities("SoftmaxFocal", z, target);
                var l = LogSoftmax(z);
                // Where p is 1 the power has no finite derivative for γ below 1, and the loss is 0 with all that it is multiplied by.
                var others = -Expm1(l);
                var isCertain = others <= 0;
                var factor = Select(isCertain, ZerosLike(l), Power(Select(isCertain, Full(l, 1), others), gamma));
                return -Sum(TimesLogarithm(y * factor, l), -1);
            },
            new(LossPredictions.ClassLogits, LossTargets.Classes));
    }

    /// <summary>share · f(x), and 0 for a share of 0 where x is ∞ and f(x) too.</summary>
    static Expr Share(Expr share, Expr x, Func<Expr, Expr> f) =>
        share * f(Select(Equal(share, ZerosLike(share)) & (x >= double.PositiveInfinity), ZerosLike(x), x));

    static void CheckGamma(string loss, double gamma)
    {
        if (!(gamma >= 0 && double.IsFinite(gamma)))
            throw new FunctionalException(FormattableString.Invariant($"{loss}: γ {gamma} is not 0 or more. 2 is usual."));
    }
}
