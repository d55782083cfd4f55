using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Loss
{
    /// <summary>Mean absolute error, Lᵢ = |f(xᵢ) − yᵢ|, with derivative 0 where they are equal.</summary>
    public static Loss MeanAbsoluteError { get; } = Of("mean absolute error", (f, y) => Abs(f - SameShape("MeanAbsoluteError", f, y)));

    /// <summary>
    /// Huber's loss (Huber 1964) of the error e = f(xᵢ) − yᵢ: ½ e² up to |e| = δ, and δ (|e| − ½ δ) beyond, computed as c (e
    /// − ½ c) with c the error cut to ±δ.
    /// </summary>
    /// <exception cref="FunctionalException">δ is not above 0.</exception>
    public static Loss Huber(double delta = 1) => delta > 0 && double.IsFinite(delta)
        ? Of(FormattableString.Invariant($"huber({delta})"), (f, target) =>
        {
            var error = f - SameShape("Huber", f, target);
            var cut = Minimum(Maximum(error, -delta), delta);
            return cut * (error - 0.5 * cut);
        })
        : throw new FunctionalException(FormattableString.Invariant($"Huber: δ {delta} is not a number above 0."));

    /// <summary>
    /// Lᵢ = ln cosh u with the error u = f(xᵢ) − yᵢ and derivative tanh u: near 0 as ln(1 + (eᵘ − 1)²/2eᵘ), beyond 1 as
    /// |u| + ln(1 + e^−2|u|) − ln 2, so that it neither cancels nor overflows.
    /// </summary>
    public static Loss LogCosh { get; } = Of("log cosh", (f, target) =>
    {
        var error = f - SameShape("LogCosh", f, target);
        var size = Abs(error);
        return Select(size < 1, Log1P(Square(Expm1(error)) / (2 * Exp(error))), size + Softplus(-2 * size) - Math.Log(2));
    });

    /// <summary>
    /// Poisson's negative log-likelihood of counts yᵢ at the rate f(xᵢ) &gt; 0, without the term ln y! that no parameter changes: Lᵢ
    /// = f(xᵢ) − yᵢ ln f(xᵢ), with 0 · ln 0 = 0.
    /// </summary>
    public static Loss Poisson { get; } =
        Of("poisson", (f, y) => f - TimesLog(SameShape("Poisson", f, y), f), new(LossPredictions.Positive, LossTargets.Counts));

    /// <summary>
    /// Lᵢ = 1 − ⟨f(xᵢ), yᵢ⟩ / (‖f(xᵢ)‖ ‖yᵢ‖) over the last axis; a vector shorter than 10⁻⁶ counts as that
    /// long.
    /// </summary>
    public static Loss CosineDistance { get; } = Of("cosine distance", (f, target) =>
    {
        var y = SameShape("CosineDistance", f, target);
        return 1 - Sum(Direction(f) * Direction(y), -1);
    });

    /// <summary>
    /// The loss whose least mean is at a quantile q of the targets (Koenker, Bassett 1978), with the error e = yᵢ − f(xᵢ): Lᵢ = q
    /// e where e is above 0 and (q − 1) e below, with derivative 0 at 0.
    /// </summary>
    /// <param name="quantile">q, between 0 and 1; with ½ it is half the mean absolute error.</param>
    /// <exception cref="FunctionalException">q is not between 0 and 1.</exception>
    public static Loss Quantile(double quantile = 0.5) => quantile is > 0 and < 1
        ? Of(FormattableString.Invariant($"quantile({quantile})"), (f, target) =>
        {
            var error = SameShape("Quantile", f, target) - f;
            return quantile * Relu(error) + (1 - quantile) * Relu(-error);
        })
        : throw new FunctionalException(FormattableString.Invariant($"Quantile: {quantile} is not between 0 and 1. The median is 0.5."));

    /// <summary>
    /// The negative log-likelihood of a normal distribution whose mean μ and logarithm of variance ρ are predicted (Nix, Weigend 1994),
    /// without the term ½ ln 2π that no parameter changes: Lᵢ = ½ (ρ + (yᵢ − μ)² e^−ρ), <c>[n…, 2], [n…]</c>. A
    /// variance below ε counts as ε, and its gradient is that of ε, so that ρ comes back where it is too small.
    /// </summary>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="FunctionalException">ε is not above 0.</exception>
    public static Loss GaussianNegativeLogLikelihood(double epsilon = 1e-6) => epsilon > 0 && double.IsFinite(epsilon)
        ? Of("gaussian negative log-likelihood", (f, target) =>
        {
            if (f.Rank < 2 || f.Shape[^1] != 2)
                throw new ShapeException($"GaussianNegativeLogLikelihood: predictions are {f.Type}. Give [n, 2]: the mean and the "
                    + "logarithm of the variance of each example.");
            var (mean, given) = (Index(f, -1, 0), Index(f, -1, 1));
            var logVariance = CustomGradient(x => Maximum(x[0], Math.Log(epsilon)), (_, _, g) => [g], given);
            var error = SameShape("GaussianNegativeLogLikelihood", mean, target) - mean;
            return 0.5 * (logVariance + Square(error * Exp(-0.5 * logVariance)));
        })
        : throw new FunctionalException(
            FormattableString.Invariant($"GaussianNegativeLogLikelihood: ε {epsilon} is not a number above 0. 1e-6 is usual."));

    static Expr Direction(Expr x) => x / Maximum(NormKeep(x, -1), 1e-6);
}
