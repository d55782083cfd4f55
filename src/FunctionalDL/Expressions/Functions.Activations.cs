using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>max(x, 0), with derivative 0 at 0.</summary>
    public static Expr Relu(Expr x) => Maximum(x, 0);

    /// <summary>σ(x) = 1/(1 + e⁻ˣ).</summary>
    public static Expr Sigmoid(Expr x) => new(new SigmoidOp(), x);

    /// <summary>ln(1 + eˣ), without overflow.</summary>
    public static Expr Softplus(Expr x) => new(new SoftplusOp(), x);

    /// <summary>x·Φ(x) = x/2 · (1 + erf(x/√2)) (Hendrycks, Gimpel 2016).</summary>
    public static Expr Gelu(Expr x) => 0.5 * x * (1 + Erf(x * (1 / Math.Sqrt(2))));

    /// <summary>x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))), close to <see cref="Gelu"/> (Hendrycks, Gimpel 2016).</summary>
    public static Expr GeluTanh(Expr x) => 0.5 * x * (1 + Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * Square(x))));

    /// <summary>x above 0 and slope·x below, with derivative slope at 0 (Maas, Hannun, Ng 2013).</summary>
    public static Expr LeakyRelu(Expr x, double slope = 0.01) => Select(x > 0, x, slope * x);

    /// <summary>x above 0 and α·(eˣ − 1) below, with derivative α at 0 (Clevert, Unterthiner, Hochreiter 2016).</summary>
    public static Expr Elu(Expr x, double alpha = 1) => Select(x > 0, x, alpha * Expm1(x));

    /// <summary>
    /// λ·elu(x; α) with the λ and α that keep mean 0 and variance 1, with derivative λα = 1.758 at 0 (Klambauer et al. 2017).
    /// </summary>
    public static Expr Selu(Expr x) => 1.0507009873554805 * Elu(x, 1.6732632423543772);

    /// <summary>x·σ(x), also called swish (Elfwing, Uchibe, Doya 2018).</summary>
    public static Expr Silu(Expr x) => x * Sigmoid(x);

    /// <summary>x·σ(βx) (Ramachandran, Zoph, Le 2017); <see cref="Silu"/> where β is 1.</summary>
    /// <exception cref="FunctionalException">β is not a finite number.</exception>
    public static Expr Swish(Expr x, double beta = 1) => x * Sigmoid(Finite("Swish", "β", beta) * x);

    /// <summary>x / (1 + |x|); its second derivative jumps at 0 and is taken as 0 there.</summary>
    public static Expr Softsign(Expr x) => x / (1 + Abs(x));

    /// <summary>x/6 + 1/2 between −3 and 3, 0 below and 1 above, with derivative 0 at ±3.</summary>
    public static Expr HardSigmoid(Expr x) => Minimum(Maximum(x + 3, 0), 6) / 6;

    /// <summary>αx + β between 0 and 1, 0 below and 1 above, with derivative 0 where it reaches them.</summary>
    /// <exception cref="FunctionalException">α or β is not a finite number.</exception>
    public static Expr HardSigmoid(Expr x, double alpha, double beta) =>
        Minimum(Maximum(Finite("HardSigmoid", "α", alpha) * x + Finite("HardSigmoid", "β", beta), 0), 1);

    /// <summary>x·hardsigmoid(x), with derivative 0 at −3 and 1 at 3 (Howard et al. 2019).</summary>
    public static Expr HardSwish(Expr x) => x * HardSigmoid(x);

    /// <summary>x between two bounds and the nearer one beyond them, with derivative 0 at both.</summary>
    /// <exception cref="FunctionalException">The lower bound is above the upper one, or either is none.</exception>
    public static Expr HardTanh(Expr x, double low = -1, double high = 1) => low <= high ? Minimum(Maximum(x, low), high)
        : throw new FunctionalException(FormattableString.Invariant($"HardTanh: low {low} is not below high {high}. Exchange them?"));

    /// <summary>x·tanh(softplus x) (Misra 2019).</summary>
    public static Expr Mish(Expr x) => x * Tanh(Softplus(x));

    /// <summary>min(max(x, 0), 6), with derivative 0 at 0 and 6 (Krizhevsky 2010).</summary>
    public static Expr Relu6(Expr x) => Minimum(Relu(x), 6);

    /// <summary>
    /// x above 0 and slope·x below, with derivative slope at 0 (He, Zhang, Ren, Sun 2015). The slope is broadcast to x by NumPy's rule:
    /// one for each channel of <c>[n, channels, s…]</c> is <c>[channels, 1…]</c>.
    /// </summary>
    /// <exception cref="ShapeException">The slope has more axes than x, or another size along one.</exception>
    public static Expr PRelu(Expr x, Expr slope)
    {
        if (Shape.Broadcast(x.Shape, slope.Shape) != x.Shape)
            throw new ShapeException($"PRelu: slope {slope.Shape} does not broadcast to x {x.Shape}. Reshape it, such "
                + "as to [channels, 1, 1].");
        // What is above 0 is left out of the product, so that an infinite x has no part in the gradient of the slope.
        return Select(x > 0, x, slope * Select(x > 0, ZerosLike(x), x));
    }

    /// <summary>x above α and 0 below, with value and derivative 0 at α (Konda, Memisevic, Krueger 2015). NaN stays NaN.</summary>
    /// <exception cref="FunctionalException">α is not a finite number.</exception>
    public static Expr ThresholdedRelu(Expr x, double alpha = 1) => Select(x <= Finite("ThresholdedRelu", "α", alpha), ZerosLike(x), x);

    /// <summary>x above 0 and α·(e^(x/α) − 1) below, with derivative 1 at 0 (Barron 2017).</summary>
    /// <exception cref="FunctionalException">α is 0 or not a finite number.</exception>
    public static Expr Celu(Expr x, double alpha = 1) => alpha != 0 ? Select(x > 0, x, Finite("Celu", "α", alpha) * Expm1(x / alpha))
        : throw new FunctionalException("Celu: α is 0, by which x is divided. 1 is usual.");

    /// <summary>
    /// x − bias above λ, x + bias below −λ, and 0 between, with derivative 0 at ±λ, as ONNX has it; NaN stays NaN.
    /// </summary>
    /// <exception cref="FunctionalException">λ is negative, or a setting is not a finite number.</exception>
    public static Expr Shrink(Expr x, double bias = 0, double lambda = 0.5) => lambda >= 0
        ? Select(Abs(x) <= Finite("Shrink", "λ", lambda), ZerosLike(x), x - Finite("Shrink", "bias", bias) * Sign(x))
        : throw new FunctionalException(FormattableString.Invariant($"Shrink: λ {lambda} is not 0 or more. 0.5 is usual."));

    /// <summary>x beyond ±λ and 0 between, with derivative 0 at ±λ.</summary>
    /// <inheritdoc cref="Shrink"/>
    public static Expr HardShrink(Expr x, double lambda = 0.5) => Shrink(x, 0, lambda);

    /// <summary>x nearer to 0 by λ, and 0 between ±λ, with derivative 0 at ±λ (Donoho 1995).</summary>
    /// <inheritdoc cref="Shrink"/>
    public static Expr SoftShrink(Expr x, double lambda = 0.5) => Shrink(x, lambda, lambda);

    /// <summary>x − tanh x; its error is that of tanh x, so that of an x near 0 no digits are left.</summary>
    public static Expr TanhShrink(Expr x) => x - Tanh(x);

    /// <summary>ln σ(x) = −ln(1 + e⁻ˣ), without overflow.</summary>
    public static Expr LogSigmoid(Expr x) => -Softplus(-x);

    /// <summary>a ⊙ σ(b) of the halves a, b of x along an axis: <c>[…, 2n, …] → […, n, …]</c> (Dauphin et al. 2017).</summary>
    /// <exception cref="ShapeException">The axis has no halves.</exception>
    public static Expr Glu(Expr x, int axis = -1)
    {
        var (a, b) = Halves("Glu", x, axis);
        return a * Sigmoid(b);
    }

    /// <summary>silu(a) ⊙ b of the halves a, b of x along an axis: <c>[…, 2n, …] → […, n, …]</c> (Shazeer 2020).</summary>
    /// <inheritdoc cref="Glu"/>
    public static Expr SwiGlu(Expr x, int axis = -1)
    {
        var (a, b) = Halves("SwiGlu", x, axis);
        return Silu(a) * b;
    }

    /// <summary>softmax(−x) along an axis.</summary>
    /// <inheritdoc cref="Softmax"/>
    public static Expr Softmin(Expr x, int axis = -1) => Softmax(-x, axis);

    /// <summary>
    /// eˣⁱ / Σ eˣ along an axis, computed from x − max x: 0 for −∞. With +∞, or with −∞ alone, there is no distribution:
    /// NaN.
    /// </summary>
    public static Expr Softmax(Expr x, int axis = -1)
    {
        var e = Exp(x - PeakKeep(x, axis));
        return e / SumKeep(e, axis);
    }

    /// <summary>
    /// ln softmax = x − ln Σ eˣ along an axis, without overflow or cancellation: −∞ for −∞. With +∞, or with −∞ alone:
    /// NaN.
    /// </summary>
    public static Expr LogSoftmax(Expr x, int axis = -1)
    {
        var shifted = x - PeakKeep(x, axis);
        return shifted - Log(SumKeep(Exp(shifted), axis));
    }

    static (Expr, Expr) Halves(string function, Expr x, int axis)
    {
        var n = x.Shape[x.Shape.Axis(axis, function)];
        if (n.DivideExactly(2) is not { } half)
            throw new ShapeException($"{function}: axis {axis} of {x.Shape} has no two halves. Give it an even number of elements.");
        var parts = Split(x, axis, half, half);
        return (parts[0], parts[1]);
    }

    static double Finite(string function, string setting, double value) => double.IsFinite(value) ? value
        : throw new FunctionalException(FormattableString.Invariant($"{function}: {setting} {value} is not a finite number."));
}
