using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Optimizer
{
    /// <summary>
    /// Adam (Kingma, Ba 2015): m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², Δw = −η m̂ / (√v̂ + ε), with
    /// m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) at step t.
    /// </summary>
    /// <exception cref="FunctionalException">η or ε is negative, or a β is not in [0, 1).</exception>
    public static Optimizer Adam(double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) =>
        AdamDirection(beta1, beta2, epsilon) >> Sgd(learningRate);

    /// <summary>
    /// AdamW (Loshchilov, Hutter 2019): Adam with decoupled weight decay, Δw = −η (m̂ / (√v̂ + ε) + λ w).
    /// </summary>
    /// <exception cref="FunctionalException">η, λ or ε is negative, or a β is not in [0, 1).</exception>
    public static Optimizer AdamW(
        double learningRate = 1e-3,
        double decay = 1e-2,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8
    ) => AdamDirection(beta1, beta2, epsilon) >> WeightDecay(decay) >> Sgd(learningRate);

    /// <summary>
    /// LAMB (You et al. 2020): with r = m̂ / (√v̂ + ε) + λ w of Adam, Δw = −η ‖w‖/‖r‖ · r for each parameter; the ratio
    /// is 1 where a norm is 0.
    /// </summary>
    /// <exception cref="FunctionalException">η, λ or ε is negative, or a β is not in [0, 1).</exception>
    public static Optimizer Lamb(
        double learningRate = 1e-3,
        double decay = 1e-2,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-6
    ) => AdamDirection(beta1, beta2, epsilon) >> WeightDecay(decay) >> TrustRatio >> Sgd(learningRate);

    /// <summary>
    /// AMSGrad (Reddi, Kale, Kumar 2018): m and v as in Adam, v̂ ← max(v̂, v), Δw = −η m / (√v̂ + ε), without bias correction.
    /// </summary>
    /// <exception cref="FunctionalException">η or ε is negative, or a β is not in [0, 1).</exception>
    public static Optimizer AmsGrad(double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) =>
        Moments("amsgrad", beta1, beta2, epsilon, ["m", "v", "largest"], (g, slots, _) =>
        {
            var (m, v) = (Average(beta1, slots[0], g), Average(beta2, slots[1], Square(g)));
            var largest = Maximum(slots[2], v);
            return (m / (Sqrt(largest) + epsilon), [m, v, largest]);
        }) >> Sgd(learningRate);

    /// <summary>AdaMax (Kingma, Ba 2015, algorithm 2): m as in Adam, u ← max(β₂ u, |g|), Δw = −η m̂ / (u + ε).</summary>
    /// <exception cref="FunctionalException">η or ε is negative, or a β is not in [0, 1).</exception>
    public static Optimizer AdaMax(double learningRate = 2e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) =>
        Moments("adamax", beta1, beta2, epsilon, ["m", "u"], (g, slots, t) =>
        {
            var (m, u) = (Average(beta1, slots[0], g), Maximum(beta2 * slots[1], Abs(g)));
            return (m / BiasCorrection(beta1, t, g.DType) / (u + epsilon), [m, u]);
        }) >> Sgd(learningRate);

    /// <summary>
    /// NAdam (Dozat 2016): Adam with Nesterov's look-ahead, Δw = −η (β₁ m/(1 − β₁ᵗ⁺¹) + (1 − β₁) g/(1 − β₁ᵗ))
    /// / (√v̂ + ε).
    /// </summary>
    /// <exception cref="FunctionalException">η or ε is negative, or a β is not in [0, 1).</exception>
    public static Optimizer NAdam(double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) =>
        Moments("nadam", beta1, beta2, epsilon, ["m", "v"], (g, slots, t) =>
        {
            var (m, v) = (Average(beta1, slots[0], g), Average(beta2, slots[1], Square(g)));
            var ahead = beta1 * m / BiasCorrection(beta1, t + 1, g.DType) + (1 - beta1) * g / BiasCorrection(beta1, t, g.DType);
            return (ahead / (Sqrt(v / BiasCorrection(beta2, t, g.DType)) + epsilon), [m, v]);
        }) >> Sgd(learningRate);

    /// <summary>
    /// RAdam (Liu et al. 2020): with ρ∞ = 2/(1 − β₂) − 1 and ρ = ρ∞ − 2t β₂ᵗ/(1 − β₂ᵗ), Δw = −η r m̂ /
    /// (√v̂ + ε) where ρ &gt; 4, with r² = (ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ), and Δw = −η m̂ before.
    /// </summary>
    /// <exception cref="FunctionalException">
    /// η or ε is negative, β₁ is not in [0, 1), or β₂ not in (0.6, 1), where ρ∞ exceeds 4.
    /// </exception>
    public static Optimizer RAdam(double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        Require(beta2 > 0.6, "RAdam", "β₂", beta2, "above 0.6");
        var limit = 2 / (1 - beta2) - 1;
        return Moments("radam", beta1, beta2, epsilon, ["m", "v"], (g, slots, t) =>
        {
            var (m, v) = (Average(beta1, slots[0], g), Average(beta2, slots[1], Square(g)));
            var (first, second) = (BiasCorrection(beta1, t, g.DType), BiasCorrection(beta2, t, g.DType));
            var step = t.Cast(DType.Float64);
            var length = limit - 2 * step * Power(Expr.Constant(beta2, DType.Float64), step) / BiasCorrection(beta2, t, DType.Float64);
            var rectified = Sqrt(Maximum((length - 4) * (length - 2) / length * (limit / ((limit - 4) * (limit - 2))), 0)).Cast(g.DType);
            var mean = m / first;
            return (Select(length > 4, rectified * mean / (Sqrt(v / second) + epsilon), mean), [m, v]);
        }) >> Sgd(learningRate);
    }

    /// <summary>m̂ / (√v̂ + ε).</summary>
    static Optimizer AdamDirection(double beta1, double beta2, double epsilon) =>
        Moments(
            "adam",
            beta1,
            beta2,
            epsilon,
            ["m", "v"],
            (g, slots, t) =>
            {
                var (m, v) = (Average(beta1, slots[0], g), Average(beta2, slots[1], Square(g)));
                return (m / BiasCorrection(beta1, t, g.DType) / (Sqrt(v / BiasCorrection(beta2, t, g.DType)) + epsilon), [m, v]);
            });

    /// <summary>‖w‖/‖r‖ · r, with a ratio of 1 where a norm is 0.</summary>
    static Optimizer TrustRatio => Of("trust ratio", _ => TensorSet.Empty, input => new(input.Gradients.ToOrdered((parameter, r) =>
    {
        var (weights, updates) = (Norm(input.Parameters[parameter]), Norm(r));
        return Select((weights > 0) & (updates > 0), weights / updates, Full(weights, 1)) * r;
    }), input.State), OptimizerRole.Transform);

    static Optimizer Moments(
        string name,
        double beta1,
        double beta2,
        double epsilon,
        string[] slots,
        Func<Expr, Expr[], Expr, (Expr, Expr[])> rule)
    {
        RequireDecay(name, "β₁", beta1);
        RequireDecay(name, "β₂", beta2);
        RequireEpsilon(name, epsilon);
        return Direction(FormattableString.Invariant($"{name}({beta1}, {beta2}, {epsilon})"), slots, rule);
    }

    /// <summary>1 − βᵗ, computed in float64 so that its first values keep their precision.</summary>
    static Expr BiasCorrection(double beta, Expr t, DType dtype) =>
        (1 - Power(Expr.Constant(beta, DType.Float64), t.Cast(DType.Float64))).Cast(dtype);

    static Expr Norm(Expr x) => Sqrt(Sum(Square(x)));
}
