using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Loss
{
    /// <summary>
    /// The Dice loss of a region (Milletari, Navab, Ahmadi 2016; here without squares): Lᵢ = 1 − (2 Σ p y + s)/(Σ p + Σ y + s) over
    /// all places of example i, with the probabilities p = f(xᵢ) that a place is inside, <c>[n, d…]</c>. Several regions of an example
    /// count as one.
    /// </summary>
    /// <param name="smooth">s, above 0, so that a region without places has a loss.</param>
    /// <exception cref="FunctionalException">s is not above 0.</exception>
    public static Loss Dice(double smooth = 1) => Region("Dice", FormattableString.Invariant($"dice({smooth})"), 0.5, 0.5, smooth / 2);

    /// <summary>
    /// The Tversky loss of a region (Salehi, Erdogmus, Gholipour 2017): Lᵢ = 1 − (P + s)/(P + α Σ p (1 − y) + β Σ (1 − p) y +
    /// s) with P = Σ p y over all places of example i and the probabilities p = f(xᵢ), <c>[n, d…]</c>. With α = β = ½ it is <see
    /// cref="Dice"/> of 2s.
    /// </summary>
    /// <param name="alpha">α, what places wrongly inside weigh.</param>
    /// <param name="beta">β, what places wrongly outside weigh.</param>
    /// <param name="smooth">s, above 0, so that a region without places has a loss.</param>
    /// <exception cref="FunctionalException">α or β is negative, or s is not above 0.</exception>
    public static Loss Tversky(double alpha = 0.5, double beta = 0.5, double smooth = 1) =>
        Region("Tversky", FormattableString.Invariant($"tversky({alpha}, {beta}, {smooth})"), alpha, beta, smooth);

    static Loss Region(string what, string name, double alpha, double beta, double smooth)
    {
        if (!(alpha >= 0 && beta >= 0 && smooth > 0 && double.IsFinite(alpha + beta + smooth)))
            throw new FunctionalException($"{what}: a weight is below 0, or the smoothing is not above 0.");
        return new(
            name,
            (p, target) =>
            {
                var y = SameShape(what, p, target);
                if (p.Rank < 2)
                    throw new ShapeException($"{what}: predictions are {p.Type}. Give each example an axis of places: [n, d…].");
                Expr Total(Expr x) => Sum(x, [.. Enumerable.Range(1, x.Rank - 1)]);
                var (within, without) = (Total(p * y) + smooth, alpha * Total(p * (1 - y)) + beta * Total((1 - p) * y));
                return without / (within + without);
            },
            new(LossPredictions.Probabilities, LossTargets.Probabilities));
    }
}
