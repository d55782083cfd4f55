using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Optimizer
{
    /// <summary>Plain descent, Δw = −η g, with learning rate η.</summary>
    /// <exception cref="FunctionalException">η is negative or not a number.</exception>
    public static Optimizer Sgd(double learningRate) => Of($"sgd({learningRate})", Descend(learningRate));

    /// <summary>Descent with momentum (Polyak 1964): v ← μ v + g, Δw = −η v; with Nesterov's look-ahead Δw = −η (g + μ v).</summary>
    /// <exception cref="FunctionalException">η is negative, or μ is not in [0, 1).</exception>
    public static Optimizer Momentum(double learningRate, double momentum = 0.9, bool nesterov = false)
    {
        Require(momentum is >= 0 and < 1, "Momentum", "momentum", momentum, "from 0 to below 1");
        return PerParameter("momentum", ["velocity"], (g, slots, _) =>
        {
            var v = momentum * slots[0] + g;
            return (nesterov ? g + momentum * v : v, [v]);
        }) >> Of($"scale(-{learningRate})", Descend(learningRate));
    }

    /// <summary>
    /// Adam (Kingma, Ba 2015): m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², Δw = −η m̂ / (√v̂ + ε), with m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) at step t.
    /// </summary>
    /// <exception cref="FunctionalException">η or ε is negative, or a β is not in [0, 1).</exception>
    public static Optimizer Adam(double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        Require(beta1 is >= 0 and < 1, "Adam", "β₁", beta1, "from 0 to below 1");
        Require(beta2 is >= 0 and < 1, "Adam", "β₂", beta2, "from 0 to below 1");
        Require(epsilon >= 0, "Adam", "ε", epsilon, "0 or more");
        return PerParameter("adam", ["m", "v"], (g, slots, t) =>
        {
            var m = beta1 * slots[0] + (1 - beta1) * g;
            var v = beta2 * slots[1] + (1 - beta2) * Square(g);
            var (first, second) = (BiasCorrection(beta1, t, g.DType), BiasCorrection(beta2, t, g.DType));
            return (m / first / (Sqrt(v / second) + epsilon), [m, v]);
        }) >> Of($"scale(-{learningRate})", Descend(learningRate));
    }

    /// <summary>1 − βᵗ, computed in float64 so that its first values keep their precision.</summary>
    static Expr BiasCorrection(double beta, Expr t, DType dtype) =>
        (1 - Power(Expr.Constant(beta, DType.Float64), t.Cast(DType.Float64))).Cast(dtype);

    static Func<Expr, Expr> Descend(double learningRate)
    {
        Require(learningRate >= 0 && double.IsFinite(learningRate), "Optimizer", "learning rate", learningRate, "a number, 0 or more");
        return g => -learningRate * g;
    }

    /// <summary>
    /// An optimizer that treats each parameter by itself: a rule from its gradient, its slots (zeros at first, of its shape) and the step number t = 1, 2, … (an int64
    /// scalar) to its update and its next slots.
    /// </summary>
    public static Optimizer PerParameter(string name, IReadOnlyList<string> slots, Func<Expr, Expr[], Expr, (Expr Update, Expr[] Slots)> rule) => Of(name,
        parameters => TensorSet.Of(slots.SelectMany(slot => parameters.Select(p => KeyValuePair.Create($"{slot}.{p.Key}", Tensor.Zeros(p.Value.DType, p.Value.Shape))))
            .Append(KeyValuePair.Create<string, Tensor>("step", 0L))),
        input =>
        {
            var t = input.State["step"] + 1;
            var state = input.State.ToOrdered((_, old) => old);
            state["step"] = t;
            var updates = new OrderedDictionary<string, Expr>();
            foreach (var (parameter, g) in input.Gradients)
            {
                var (update, next) = rule(g, [.. slots.Select(slot => input.State[$"{slot}.{parameter}"])], t);
                updates[parameter] = update;
                foreach (var (slot, value) in slots.Zip(next)) state[$"{slot}.{parameter}"] = value;
            }
            return new(updates, state);
        });

    static void Require(bool holds, string where, string what, double value, string range)
    {
        if (!holds) throw new FunctionalException($"{where}: {what} {value} is not {range}.");
    }
}
