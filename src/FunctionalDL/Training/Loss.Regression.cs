using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Loss
{
    /// <summary>Mean absolute error, Lᵢ = |f(xᵢ) − yᵢ|, with derivative 0 where they are equal.</summary>
    public static Loss MeanAbsoluteError { get; } = Of("mean absolute error", (f, y) => Abs(f - SameShape("MeanAbsoluteError", f, y)));

    /// <summary>Huber's loss (Huber 1964) of the error e = f(xᵢ) − yᵢ: ½ e² up to |e| = δ, and δ (|e| − ½ δ) beyond.</summary>
    /// <exception cref="FunctionalException">δ is not above 0.</exception>
    public static Loss Huber(double delta = 1) => delta > 0 && double.IsFinite(delta)
        ? Of(FormattableString.Invariant($"huber({delta})"), (f, target) =>
        {
            var error = Abs(f - SameShape("Huber", f, target));
            var within = Minimum(error, delta);
            return within * (error - 0.5 * within);
        })
        : throw new FunctionalException(FormattableString.Invariant($"Huber: δ {delta} is not a number above 0."));

    /// <summary>
    /// Lᵢ = ln cosh e with the error e = f(xᵢ) − yᵢ and derivative tanh e: near 0 as ln(1 + (eᵃ − 1)²/2eᵃ), a = |e|, beyond 1 as
    /// a + ln(1 + e⁻²ᵃ) − ln 2, so that it neither cancels nor overflows.
    /// </summary>
    public static Loss LogCosh { get; } = Of("log cosh", (f, target) =>
    {
        var a = Abs(f - SameShape("LogCosh", f, target));
        var small = Minimum(a, 1);
        return Select(a < 1, Log1P(Square(Expm1(small)) / (2 * Exp(small))), a + Softplus(-2 * a) - Math.Log(2));
    });

    /// <summary>
    /// Poisson's negative log-likelihood of counts yᵢ at the rate f(xᵢ) &gt; 0, without the term ln y! that no parameter changes: Lᵢ = f(xᵢ) − yᵢ ln f(xᵢ).
    /// </summary>
    public static Loss Poisson { get; } = Of("poisson", (f, y) => f - TimesLog(SameShape("Poisson", f, y), f), new(LossPredictions.Positive, LossTargets.Counts));

    /// <summary>Lᵢ = 1 − ⟨f(xᵢ), yᵢ⟩ / (‖f(xᵢ)‖ ‖yᵢ‖) over the last axis; a vector shorter than 10⁻⁶ counts as that long.</summary>
    public static Loss CosineDistance { get; } = Of("cosine distance", (f, target) =>
    {
        var y = SameShape("CosineDistance", f, target);
        return 1 - Sum(Direction(f) * Direction(y), -1);
    });

    static Expr Direction(Expr x) => x / Sqrt(Maximum(SumKeep(Square(x), -1), 1e-12));
}
