using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Optimizer
{
    /// <summary>Plain descent, Δw = −η g, with learning rate η.</summary>
    /// <exception cref="FunctionalException">η is negative or not a number.</exception>
    public static Optimizer Sgd(double learningRate)
    {
        Require(learningRate >= 0 && double.IsFinite(learningRate), "Optimizer", "learning rate", learningRate, "a number, 0 or more");
        return Of(FormattableString.Invariant($"sgd({learningRate})"), g => -learningRate * g, OptimizerRole.Solver);
    }

    /// <summary>
    /// Descent with momentum (Polyak 1964): v ← μ v + g, Δw = −η v; with Nesterov's look-ahead (Nesterov 1983, in the form of
    /// Sutskever et al. 2013) Δw = −η (g + μ v). Dampened by τ, v ← g at the first step and v ← μ v + (1 − τ) g from the
    /// second on, as in PyTorch.
    /// </summary>
    /// <exception cref="FunctionalException">
    /// η is negative, μ is not in [0, 1), τ is not in [0, 1], or Nesterov's form is to be dampened.
    /// </exception>
    public static Optimizer Momentum(double learningRate, double momentum = 0.9, bool nesterov = false, double dampening = 0)
    {
        RequireDecay("Momentum", "momentum", momentum);
        Require(dampening is >= 0 and <= 1, "Momentum", "dampening", dampening, "from 0 to 1");
        Require(!nesterov || dampening == 0, "Momentum", "dampening", dampening, "0, as Nesterov's look-ahead needs it");
        var damped = dampening == 0 ? "" : FormattableString.Invariant($", dampening {dampening}");
        return Direction(
                FormattableString.Invariant($"momentum({momentum}{(nesterov ? ", nesterov" : "")}{damped})"),
                ["velocity"],
                (g, slots, t) =>
                {
                    var v = momentum * slots[0] + (dampening == 0 ? g : (1 - dampening * (t > 1).Cast(g.DType)) * g);
                    return (nesterov ? g + momentum * v : v, [v]);
                }
            ) >> Sgd(learningRate);
    }

    /// <summary>Lion (Chen et al. 2023): Δw = −η sign(β₁ m + (1 − β₁) g), then m ← β₂ m + (1 − β₂) g.</summary>
    /// <exception cref="FunctionalException">η is negative, or a β is not in [0, 1).</exception>
    public static Optimizer Lion(double learningRate = 1e-4, double beta1 = 0.9, double beta2 = 0.99)
    {
        RequireDecay("Lion", "β₁", beta1);
        RequireDecay("Lion", "β₂", beta2);
        return Direction(FormattableString.Invariant($"lion({beta1}, {beta2})"), ["m"], (g, slots, _) =>
            (Sign(Average(beta1, slots[0], g)), [Average(beta2, slots[0], g)])) >> Sgd(learningRate);
    }

    /// <summary>
    /// Muon (Jordan et al. 2024) for matrices <c>[in, out]</c>: v ← μ v + g, and Δw = −η √max(1, out/in) · O with O the matrix g
    /// + μ v made nearly orthogonal by five Newton–Schulz steps X ← a X + (b X Xᵀ + c (X Xᵀ)²) X. Parameters that are not
    /// matrices are left to another optimizer.
    /// </summary>
    /// <param name="learningRate">η.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="others">The optimizer of all other parameters, Adam(3·10⁻⁴) if not given.</param>
    /// <exception cref="FunctionalException">η is negative, or μ is not in [0, 1).</exception>
    public static Optimizer Muon(double learningRate = 0.02, double momentum = 0.95, Optimizer? others = null)
    {
        RequireDecay("Muon", "momentum", momentum);
        var matrices = Direction(FormattableString.Invariant($"muon({momentum})"), ["velocity"], (g, slots, _) =>
        {
            var v = momentum * slots[0] + g;
            return (Math.Sqrt(Math.Max(1, g.Shape[1].Size / (double)g.Shape[0].Size)) * Orthogonalize(g + momentum * v), [v]);
        }) >> Sgd(learningRate);
        return ByGroup(((_, shape) => shape.Rank == 2, matrices), ((_, _) => true, others ?? Adam(3e-4)));
    }

    /// <summary>X₀ = G/‖G‖, of which five steps bring every singular value near 1.</summary>
    static Expr Orthogonalize(Expr g)
    {
        const double a = 3.4445, b = -4.7750, c = 2.0315;
        var isTall = g.Shape[0].Size > g.Shape[1].Size;
        var x = isTall ? Transpose(g) : g;
        x /= Sqrt(Sum(Square(x))) + 1e-7;
        for (var i = 0; i < 5; i++)
        {
            var square = MatMul(x, Transpose(x));
            x = a * x + MatMul(b * square + c * MatMul(square, square), x);
        }
        return isTall ? Transpose(x) : x;
    }

    /// <summary>β m + (1 − β) g.</summary>
    static Expr Average(double beta, Expr m, Expr g) => beta * m + (1 - beta) * g;

    static void RequireDecay(string where, string what, double value) =>
        Require(value is >= 0 and < 1, where, what, value, "from 0 to below 1");

    static void RequireEpsilon(string where, double value) =>
        Require(value >= 0 && double.IsFinite(value), where, "ε", value, "a number, 0 or more");

    static void Require(bool holds, string where, string what, double value, string range)
    {
        if (!holds) throw new FunctionalException(FormattableString.Invariant($"{where}: {what} {value} is not {range}."));
    }
}
