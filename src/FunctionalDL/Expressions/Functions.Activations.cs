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

    /// <summary>eˣⁱ / Σ eˣ along an axis, computed from x − max x.</summary>
    public static Expr Softmax(Expr x, int axis = -1)
    {
        var e = Exp(x - StopGradient(Keep(x, Max(x, axis), axis)));
        return e / SumKeep(e, axis);
    }

    /// <summary>ln softmax = x − ln Σ eˣ along an axis, computed without overflow or cancellation.</summary>
    public static Expr LogSoftmax(Expr x, int axis = -1)
    {
        var shifted = x - StopGradient(Keep(x, Max(x, axis), axis));
        return shifted - Log(SumKeep(Exp(shifted), axis));
    }
}
