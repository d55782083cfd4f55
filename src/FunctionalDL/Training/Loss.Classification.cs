using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Loss
{
    /// <summary>
    /// The Kullback–Leibler divergence of the target distribution yᵢ from the predicted one p = f(xᵢ), Lᵢ = Σₖ yᵢₖ (ln
    /// yᵢₖ − ln pₖ), with 0 · ln 0 = 0. The gradient with respect to a target of 0, which is −∞, is taken as −ln p.
    /// </summary>
    public static Loss KullbackLeibler { get; } = new("kullback-leibler", (p, target) =>
    {
        var y = Probabilities("KullbackLeibler", p, target);
        return Sum(TimesLog(y, y) - TimesLog(y, p), -1);
    }, new(LossPredictions.ClassProbabilities, LossTargets.Classes));

    /// <summary>The hinge loss of a score against yᵢ = ±1, Lᵢ = max(0, 1 − yᵢ f(xᵢ)).</summary>
    public static Loss Hinge { get; } =
        Of("hinge", (f, y) => Maximum(1 - SameShape("Hinge", f, y) * f, 0), new(Targets: LossTargets.Signs));

    /// <summary>
    /// The triplet loss (Schroff, Kalenichenko, Philbin 2015) of embeddings <c>[n, 3, d]</c>: an anchor a, a positive p and a negative n
    /// for each example, Lᵢ = max(0, ‖a − p‖² − ‖a − n‖² + margin). Targets are not looked at.
    /// </summary>
    /// <exception cref="FunctionalException">The margin is negative.</exception>
    public static Loss Triplet(double margin = 0.2) =>
        margin >= 0
            ? Of(
                FormattableString.Invariant($"triplet({margin})"),
                (f, _) =>
                {
                    if (f.Rank != 3 || f.Shape[1] != 3)
                        throw new ShapeException(
                            $"Triplet: predictions are {f.Type}. Give [n, 3, d]: anchor, positive and negative of each example.");
                    Expr Distance(int other) => Sum(Square(Index(f, 1, 0) - Index(f, 1, other)), -1);
                    return Maximum(Distance(1) - Distance(2) + margin, 0);
                })
            : throw new FunctionalException(FormattableString.Invariant($"Triplet: margin {margin} is not 0 or more."));

    /// <summary>
    /// This loss with the targets moved towards chance (Szegedy et al. 2016): y ← (1 − s) y + s/k over k classes, (1 − s) y + s/2 for
    /// binary targets.
    /// </summary>
    /// <param name="smoothing">s, from 0 to 1.</param>
    /// <exception cref="FunctionalException">s is out of range, or the loss has no classes.</exception>
    public Loss WithLabelSmoothing(double smoothing)
    {
        RequireLabels("label smoothing");
        if (!(smoothing is >= 0 and <= 1))
            throw new FunctionalException(FormattableString.Invariant($"Loss \"{Name}\": label smoothing {smoothing} is not from 0 to 1."));
        return new(
            this,
            FormattableString.Invariant($"{Name}, label smoothing {smoothing}"),
            (f, target) =>
            {
                var y = ClassTargets(f, target);
                return pointwise(f, (1 - smoothing) * y + (IsBinary ? Full(y, smoothing / 2) : smoothing / SizeOf(f.Shape[^1], f.DType)));
            });
    }

    /// <summary>
    /// This loss with each example's Lᵢ multiplied by the weight of its class, Σₖ wₖ yᵢₖ. The mean is still over the n
    /// examples; weights whose mean over the examples is 1 leave the scale of the loss as it is.
    /// </summary>
    /// <param name="weights">w of each class: two for binary targets, of class 0 and of class 1.</param>
    /// <exception cref="FunctionalException">A weight is negative, or the loss has no classes, or another number of them.</exception>
    public Loss WithClassWeights(params double[] weights)
    {
        RequireLabels("class weights");
        CheckWeights(Name, weights);
        return new(
            this,
            $"{Name}, class weights",
            (f, target) =>
            {
                var (y, losses) = (ClassTargets(f, target), pointwise(f, target));
                if (losses.Shape != (IsBinary ? y.Shape : y.Shape.Slice(0, y.Rank - 1)))
                    throw new ShapeException($"Loss \"{Name}\": it gives {losses.Shape} for targets {target.Type}, not a loss for each, "
                        + "so that there is nothing for class weights to multiply. Leave them out.");
                var each = Weights(Name, weights, f, IsBinary ? 2 : f.Shape[^1]);
                return losses * (IsBinary ? weights[0] + (weights[1] - weights[0]) * y : Sum(y * each, -1));
            });
    }

    static void CheckWeights(string loss, double[] weights)
    {
        if (weights.Any(w => !(w >= 0 && double.IsFinite(w))))
            throw new FunctionalException($"Loss \"{loss}\": a class weight is not a number, 0 or more.");
    }

    /// <summary>The weight of each class, one for each: <c>[k]</c>.</summary>
    static Expr Weights(string loss, double[] weights, Expr prediction, Dim classes) => classes == weights.Length
        ? Expr.Constant(Tensor.Vector(weights)).Cast(prediction.DType)
        : throw new ShapeException($"Loss \"{loss}\": {weights.Length} class weights for {classes} classes. Give one for each.");

    bool IsBinary => Domain.Targets == LossTargets.Probabilities;

    Expr ClassTargets(Expr prediction, Expr target) =>
        IsBinary ? SameShape(Name, prediction, target) : Probabilities(Name, prediction, target);

    void RequireLabels(string what)
    {
        if (!IsBinary && Domain.Targets != LossTargets.Classes)
            throw new FunctionalException($"Loss \"{Name}\": its targets are not classes, so it has no {what}. Use a cross-entropy.");
    }
}
