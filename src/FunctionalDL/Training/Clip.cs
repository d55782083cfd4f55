using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>Keeps gradients from being large; the first part of a chain: <c>Clip.GlobalNorm(1) &gt;&gt; Optimizer.Adam()</c>.</summary>
public static class Clip
{
    /// <summary>Each element of a gradient cut to ±limit.</summary>
    /// <exception cref="FunctionalException">The limit is not a number above 0.</exception>
    public static Optimizer Value(double limit) =>
        Optimizer.Of(Named("value", limit), g => Minimum(Maximum(g, -limit), limit), OptimizerRole.Transform);

    /// <summary>
    /// All gradients scaled by min(1, limit/‖g‖), with ‖g‖ the norm of all of them together (Pascanu, Mikolov, Bengio 2013). It is
    /// computed as m · √Σ (g/m)² with m the largest |g|, so that no square overflows; gradients within the limit stay as they are, to
    /// the bit.
    /// </summary>
    /// <exception cref="FunctionalException">The limit is not a number above 0.</exception>
    public static Optimizer GlobalNorm(double limit) => Optimizer.Of(Named("norm", limit), _ => TensorSet.Empty, input =>
    {
        if (input.Gradients.Count == 0) return new(input.Gradients, input.State);
        var largest = input.Gradients.Values.Select(g => Max(Abs(g))).Aggregate(Maximum);
        var unit = Select((largest > 0) & (largest < double.PositiveInfinity), largest, Full(largest, 1));
        var length = Sqrt(input.Gradients.Values.Select(g => Sum(Square(g / unit))).Aggregate(Add));
        var isLong = unit * length > limit;
        return new(input.Gradients.ToOrdered((_, g) => Select(isLong, g / unit * (limit / length), g)), input.State);
    }, OptimizerRole.Transform);

    static string Named(string what, double limit) => limit > 0 && double.IsFinite(limit)
        ? FormattableString.Invariant($"clip {what}({limit})")
        : throw new FunctionalException(FormattableString.Invariant($"Clip: limit {limit} is not a number above 0."));
}
