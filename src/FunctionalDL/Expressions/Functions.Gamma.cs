namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>From here on Stirling's series has all digits of a float64.</summary>
    const int StirlingFrom = 8;

    /// <summary>B₂ₖ/(2k(2k − 1)), the coefficients of Stirling's series.</summary>
    static readonly double[] Stirling =
    [
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400, 43867.0 / 244188,
    ];

    /// <summary>
    /// ln |Γ(x)|: Stirling's series from 8 on, Γ(x) = Γ(x + 8)/(x·(x + 1)·…·(x + 7)) below, and Γ(x)·Γ(1 − x) = π/sin πx
    /// below ½ (Abramowitz, Stegun 1964, 6.1). ∞ at 0, −1, −2, …, and NaN at −∞. Its derivatives are the polygamma functions.
    /// The error is up to 10⁻¹⁴ in float64 and 5·10⁻⁶ in float32, relative to the value where that is above 1.
    /// </summary>
    /// <exception cref="DTypeException">x is not a float.</exception>
    public static Expr LogGamma(Expr x)
    {
        if (!x.DType.IsFloat())
            throw new DTypeException($"LogGamma: takes float32 or float64, given {x.Type}. Cast the input to a float.");
        // A product of eight factors is more than a half float holds.
        if (x.DType.IsNarrow()) return LogGamma(x.Cast(x.DType.Lane())).Cast(x.DType);
        var isLow = x < 0.5;
        var value = LogGammaAbove(Select(isLow, 1 - x, x));
        // sin πx but for its sign, by the distance from the nearest whole number, which has no rounding.
        var sine = Abs(Sin(Math.PI * Select(isLow, x - Round(x), Full(x, 0.5))));
        return Select(isLow, Math.Log(Math.PI) - Log(sine) - value, value);
    }

    /// <summary>ln Γ(x) for x from ½ on.</summary>
    static Expr LogGammaAbove(Expr x)
    {
        var isSmall = x < StirlingFrom;
        var z = Select(isSmall, x + StirlingFrom, x);
        var square = Square(1 / z);
        var series = Stirling[..^1].Reverse().Aggregate(Full(x, Stirling[^1]), (sum, coefficient) => sum * square + coefficient) / z;
        var large = (z - 0.5) * (Log(z) - 1) + (0.5 * Math.Log(2 * Math.PI) - 0.5) + series;
        var first = Select(isSmall, x, Full(x, 1));
        var product = Enumerable.Range(1, StirlingFrom - 1).Aggregate(first, (all, i) => all * (first + i));
        return Select(isSmall, large - Log(product), large);
    }
}
