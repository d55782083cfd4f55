namespace FunctionalDL;

/// <summary>
/// How far rounding alone moves a training step's result, as an optimizer that divides a gradient by its size does where that is 0 but for
/// rounding.
/// </summary>
static class RoundingSpread
{
    const int Trials = 3;

    const double Noise = 1e-6, Spreads = 10;

    /// <summary>Ten times what each output moves by, relative to max(1, |value|), where floats are off by a few roundings.</summary>
    public static double[] Of(Expr[] values, TensorSet given, Key key)
    {
        var expected = Evaluator.Evaluate(values, given);
        var spread = new double[values.Length];
        for (var trial = 0; trial < Trials; trial++)
        {
            var own = key.Fold(-2 - trial);
            var noisy = given.Select((v, i) => KeyValuePair.Create(v.Key, Noisy(v.Value, own.Fold(i))));
            var near = Evaluator.Evaluate(values, TensorSet.Of(noisy));
            for (var i = 0; i < spread.Length; i++)
                if (expected[i].DType.IsFloat()) spread[i] = Math.Max(spread[i], Spreads * Distance(expected[i], near[i]));
        }
        return spread;
    }

    static Tensor Noisy(Tensor value, Key key)
    {
        if (!value.DType.IsFloat()) return value;
        var noise = key.Uniform(value.Shape, DType.Float64).As<double>();
        return Tensor.Of(value.Shape, [.. Enumerable.Range(0, value.Count).Select(i =>
            value.GetDouble(i) * (1 + Noise * (2 * noise.Span[i] - 1)))]).Cast(value.DType);
    }

    /// <summary>The largest distance of two elements that are both finite.</summary>
    static double Distance(Tensor a, Tensor b) => Enumerable.Range(0, a.Count)
        .Select(i => Comparison.Distance(a.GetDouble(i), b.GetDouble(i))).Where(double.IsFinite).DefaultIfEmpty().Max();
}
