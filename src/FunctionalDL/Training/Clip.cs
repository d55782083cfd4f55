using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>Keeps gradients from being large; the first part of a chain: <c>Clip.GlobalNorm(1) &gt;&gt; Optimizer.Adam()</c>.</summary>
public static class Clip
{
    /// <summary>Each element of a gradient cut to ±limit.</summary>
    /// <exception cref="FunctionalException">The limit is not a number above 0.</exception>
    public static Optimizer Value(double limit) => Optimizer.Of(Named("value", limit), g => Minimum(Maximum(g, -limit), limit));

    /// <summary>All gradients scaled by min(1, limit/‖g‖), with ‖g‖ the norm of all of them together (Pascanu, Mikolov, Bengio 2013).</summary>
    /// <exception cref="FunctionalException">The limit is not a number above 0.</exception>
    public static Optimizer GlobalNorm(double limit) => Optimizer.Of(Named("norm", limit), _ => TensorSet.Empty, input =>
    {
        if (input.Gradients.Count == 0) return new(input.Gradients, input.State);
        var norm = Sqrt(input.Gradients.Values.Select(g => Sum(Square(g))).Aggregate(Add));
        var scale = limit / Maximum(norm, limit);
        return new(input.Gradients.ToOrdered((_, g) => scale * g), input.State);
    });

    static string Named(string what, double limit) => limit > 0 && double.IsFinite(limit)
        ? FormattableString.Invariant($"clip {what}({limit})")
        : throw new FunctionalException(FormattableString.Invariant($"Clip: limit {limit} is not a number above 0."));
}
