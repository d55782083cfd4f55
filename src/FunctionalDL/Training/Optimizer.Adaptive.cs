using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Optimizer
{
    /// <summary>AdaGrad (Duchi, Hazan, Singer 2011): s ← s + g², Δw = −η g / (√s + ε).</summary>
    /// <exception cref="FunctionalException">η or ε is negative.</exception>
    public static Optimizer AdaGrad(double learningRate = 0.01, double epsilon = 1e-10)
    {
        RequireEpsilon("AdaGrad", epsilon);
        return Direction(FormattableString.Invariant($"adagrad({epsilon})"), ["sum"], (g, slots, _) =>
        {
            var s = slots[0] + Square(g);
            return (g / (Sqrt(s) + epsilon), [s]);
        }) >> Sgd(learningRate);
    }

    /// <summary>
    /// AdaDelta (Zeiler 2012): v ← ρ v + (1 − ρ) g², d = √(u + ε) / √(v + ε) · g, u ← ρ u + (1 − ρ) d², Δw = −η
    /// d. The paper's η is 1.
    /// </summary>
    /// <exception cref="FunctionalException">η or ε is negative, or ρ is not in [0, 1).</exception>
    public static Optimizer AdaDelta(double learningRate = 1, double decay = 0.95, double epsilon = 1e-6)
    {
        RequireDecay("AdaDelta", "ρ", decay);
        RequireEpsilon("AdaDelta", epsilon);
        return Direction(FormattableString.Invariant($"adadelta({decay}, {epsilon})"), ["v", "u"], (g, slots, _) =>
        {
            var v = Average(decay, slots[0], Square(g));
            var d = Sqrt(slots[1] + epsilon) / Sqrt(v + epsilon) * g;
            return (d, [v, Average(decay, slots[1], Square(d))]);
        }) >> Sgd(learningRate);
    }

    /// <summary>
    /// RMSProp (Tieleman, Hinton 2012): v ← ρ v + (1 − ρ) g², Δw = −η g / (√v + ε). Centered (Graves 2013), v is the
    /// variance, which is the average of g² less the square of the average a of g: v ← ρ (v + (1 − ρ)(g − a)²), a ← ρ a + (1
    /// − ρ) g. With momentum b ← μ b + g / (√v + ε), Δw = −η b.
    /// </summary>
    /// <exception cref="FunctionalException">η or ε is negative, or ρ or μ is not in [0, 1).</exception>
    public static Optimizer RmsProp(
        double learningRate = 1e-3,
        double decay = 0.9,
        double epsilon = 1e-8,
        double momentum = 0,
        bool centered = false)
    {
        RequireDecay("RmsProp", "ρ", decay);
        RequireDecay("RmsProp", "momentum", momentum);
        RequireEpsilon("RmsProp", epsilon);
        var scaled = Direction(
            FormattableString.Invariant($"rmsprop({decay}, {epsilon}{(centered ? ", centered" : "")})"),
            centered ? ["v", "mean"] : ["v"],
            (g, slots, _) =>
            {
                var v = centered ? decay * (slots[0] + (1 - decay) * Square(g - slots[1])) : Average(decay, slots[0], Square(g));
                return (g / (Sqrt(v) + epsilon), centered ? [v, Average(decay, slots[1], g)] : [v]);
            });
        return momentum > 0 ? scaled >> Momentum(learningRate, momentum) : scaled >> Sgd(learningRate);
    }

    /// <summary>
    /// Adafactor (Shazeer, Stern 2018, algorithms 4 and 5): for a matrix the second moment is the product of the moments of its rows R
    /// and columns C, V = R Cᵀ / ΣR, with R and C averages of g² + ε₁ under β = 1 − t^(−0.8); other parameters have a V of
    /// their own. U = g/√V is scaled down to a root mean square of at most d, and Δw = −max(ε₂, RMS(w)) · min(η, 1/√t) · U.
    /// </summary>
    /// <exception cref="FunctionalException">η is negative, or ε₁, ε₂ or d is not above 0.</exception>
    public static Optimizer Adafactor(double learningRate = 1e-2, double epsilon1 = 1e-30, double epsilon2 = 1e-3, double clip = 1)
    {
        Require(learningRate >= 0 && double.IsFinite(learningRate), "Adafactor", "learning rate", learningRate, "a number, 0 or more");
        Require(epsilon1 > 0, "Adafactor", "ε₁", epsilon1, "above 0");
        Require(epsilon2 > 0, "Adafactor", "ε₂", epsilon2, "above 0");
        Require(clip > 0, "Adafactor", "d", clip, "above 0");
        return PerParameter(
            FormattableString.Invariant($"adafactor({learningRate}, {epsilon1}, {epsilon2}, {clip})"),
            [("row", WithoutAxis(1)), ("column", WithoutAxis(0))],
            (w, g, slots, t) =>
            {
                var step = t.Cast(DType.Float64);
                var beta = (1 - Power(step, -0.8)).Cast(g.DType);
                var square = Square(g) + epsilon1;
                Expr Next(Expr old, Expr value) => beta * old + (1 - beta) * value;
                var isMatrix = g.Rank == 2;
                var row = Next(slots[0], isMatrix ? Sum(square, 1) : square);
                var column = isMatrix ? Next(slots[1], Sum(square, 0)) : slots[1];
                // Roots of the factors: R and C are both as small as g², and their product would underflow float32.
                var u = g / (isMatrix ? ExpandDims(Sqrt(row) / Sqrt(Sum(row)), 1) * ExpandDims(Sqrt(column), 0) : Sqrt(row));
                var rate = Maximum(RootMeanSquare(w), epsilon2) * Minimum(1 / Sqrt(step), learningRate).Cast(g.DType);
                return (-(rate / Maximum(RootMeanSquare(u) / clip, 1)) * u, [row, column]);
            },
            OptimizerRole.Solver);
    }

    /// <summary>
    /// Zeros for a matrix's moments along one axis; the other parameters keep all moments in the first slot and none in the second.
    /// </summary>
    static Func<Tensor, Tensor> WithoutAxis(int axis) => parameter =>
    {
        if (parameter.Shape.Rank == 2) return Tensor.Zeros(parameter.DType, parameter.Shape.Remove(axis));
        return Tensor.Zeros(parameter.DType, axis == 1 ? parameter.Shape : Shape.Scalar);
    };

    static Expr RootMeanSquare(Expr x) => Sqrt(Mean(Square(x)));
}
