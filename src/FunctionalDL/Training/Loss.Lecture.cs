using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Loss
{
    /// <summary>Mean squared error, Lᵢ = (f(xᵢ) − yᵢ)².</summary>
    public static Loss MeanSquaredError { get; } = Of("mean squared error", (f, y) => Square(f - SameShape("MeanSquaredError", f, y)));

    /// <summary>
    /// Binary cross-entropy of probabilities p = f(xᵢ), Lᵢ = −(yᵢ ln p + (1 − yᵢ) ln(1 − p)), with 0 · ln 0 = 0. Infinite
    /// where a certain prediction is wrong;
    /// <see cref="BinaryCrossEntropyFromLogits"/> stays finite.
    /// </summary>
    public static Loss BinaryCrossEntropy { get; } = new("binary cross-entropy", (p, target) =>
    {
        var y = SameShape("BinaryCrossEntropy", p, target);
        return -(TimesLog(y, p) + (1 - y) * Log1P(OneIfBothZero(1 - y, 1 - p) - p));
    }, new(LossPredictions.Probabilities, LossTargets.Probabilities));

    /// <summary>
    /// Categorical cross-entropy of probabilities p = f(xᵢ) over k classes, Lᵢ = −Σₖ yᵢₖ ln pₖ, with 0 · ln 0 = 0. Targets
    /// are labels
    /// <c>int64 [n]</c> or probabilities <c>[n, k]</c>. Infinite where a certain prediction is wrong; <see cref="SoftmaxCrossEntropy"/>
    /// stays finite.
    /// </summary>
    public static Loss CategoricalCrossEntropy { get; } =
        new(
            "categorical cross-entropy",
            (p, target) => -Sum(TimesLog(Probabilities("CategoricalCrossEntropy", p, target), p), -1),
            new(LossPredictions.ClassProbabilities, LossTargets.Classes));

    /// <summary>
    /// Binary cross-entropy of p = σ(z) from the logit z: Lᵢ = ln(1 + e^z) − y·z, computed for y ≥ ½ as ln(1 + e^−z) + (1 −
    /// y)·z, so that neither large nor small losses lose digits. 0 for an infinite logit of the right sign.
    /// </summary>
    public static Loss BinaryCrossEntropyFromLogits { get; } = new("binary cross-entropy from logits", (z, target) =>
    {
        var y = SameShape("BinaryCrossEntropyFromLogits", z, target);
        var label = (y >= 0.5).Cast(z.DType);
        var isCertain = Equal(y, label) & (Abs(z) >= double.PositiveInfinity);
        return Softplus((1 - 2 * label) * z) + (label - y) * Select(isCertain, ZerosLike(z), z);
    }, new(LossPredictions.Logits, LossTargets.Probabilities));

    /// <summary>
    /// Categorical cross-entropy of p = softmax(z) from the logits z, in the stable form Lᵢ = Σₖ yₖ · ln Σ e^s − Σₖ yₖ
    /// sₖ with s = z − max z. Targets are labels
    /// <c>int64 [n]</c> or probabilities <c>[n, k]</c>. A class whose logit is −∞ is impossible: it counts for nothing, unless its
    /// target is above 0.
    /// </summary>
    public static Loss SoftmaxCrossEntropy { get; } = new(
        "softmax cross-entropy",
        (z, target) => CrossEntropy(z, Probabilities("SoftmaxCrossEntropy", z, target)),
        new(LossPredictions.ClassLogits, LossTargets.Classes));

    static Expr CrossEntropy(Expr z, Expr y)
    {
        var s = z - StopGradient(ExpandDims(Max(z, -1), -1));
        var all = Squeeze(Log(SumKeep(Exp(s), -1)), -1);
        if (y.Op is OneHotOp) return all - Sum(Select(OneHot(y.Inputs[0], z.Shape[^1], DType.Bool), s, ZerosLike(s)), -1);
        return Sum(y, -1) * all - Sum(TimesLogarithm(y, s), -1);
    }

    /// <summary>y · l of a logarithm l, and 0 where y is 0 and l is −∞.</summary>
    static Expr TimesLogarithm(Expr y, Expr l) =>
        y * Select(Equal(y, ZerosLike(y)) & (l <= double.NegativeInfinity), ZerosLike(l), l);

    /// <summary>y · ln p, and 0 where both are 0: the gradient is y/p for p and ln p for y, and 0 there.</summary>
    static Expr TimesLog(Expr y, Expr p) => y * Log(p + OneIfBothZero(y, p));

    /// <summary>1 where y and p are 0, and 0 elsewhere, so that 0 · ln(p + 1) = 0 takes the place of 0 · ln 0.</summary>
    static Expr OneIfBothZero(Expr y, Expr p) => And(Equal(y, ZerosLike(y)), p <= 0).Cast(p.DType);
}
