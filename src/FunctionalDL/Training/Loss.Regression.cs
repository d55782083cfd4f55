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

    static Expr Direction(Expr x) => x / Maximum(NormKeep(x, -1), 1e-6);
}
