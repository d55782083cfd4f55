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

    /// <summary>x / (1 + |x|); its second derivative jumps at 0 and is taken as 0 there.</summary>
    public static Expr Softsign(Expr x) => x / (1 + Abs(x));

    /// <summary>x/6 + 1/2 between −3 and 3, 0 below and 1 above, with derivative 0 at ±3.</summary>
    public static Expr HardSigmoid(Expr x) => Minimum(Maximum(x + 3, 0), 6) / 6;

    /// <summary>x·tanh(softplus x) (Misra 2019).</summary>
    public static Expr Mish(Expr x) => x * Tanh(Softplus(x));

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
}
