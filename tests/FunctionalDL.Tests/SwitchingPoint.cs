namespace FunctionalDL.Tests;

/// <summary>
/// A function of one number at a point where its formula changes, or where the textbook form of its derivative is in danger: the value,
/// and the first and second derivative at the point and on both sides of it.
/// </summary>
sealed record SwitchingPoint(string Name, Func<Expr, Expr> Function, double At, double Value, Sided First, Sided Second)
{
    const double Beside = 1e-7, NearlyThere = 1e-5;

    /// <summary>By the evaluator in float64, backwards and forwards, and by the engine in float32.</summary>
    public void Holds()
    {
        var x = Expr.Variable("x");
        var (value, first) = (Function(x), Function(x).Gradient(x));
        var one = Full(x, 1);
        Near("value", Value, value, At, 1e-14);
        foreach (var (way, derivative) in new[] { ("backwards", first), ("forwards", value.Jvp([x], [one])) })
            Near($"first derivative {way}", First, derivative);
        foreach (
            var (way, derivative) in new[]
            {
                ("backwards", first.Gradient(x)),
                ("forwards", first.Jvp([x], [one])),
                ("backwards over forwards", value.Jvp([x], [one]).Gradient(x)),
            })
            Near($"second derivative {way}", Second, derivative);

        Expr[] outputs = [value, first, first.Gradient(x)];
        var singles = Compilation.Compile(Graph.WithPrecision(outputs, DType.Float32)).Run(TensorSet.Of(("x", (float)At)));
        foreach (
            var (what, expected, single) in new[] { "value", "first derivative", "second derivative" }.Zip(
                [Value, First.At, Second.At],
                singles))
            if ((float)At == At)
                Near($"{what} in float32", expected, single.GetDouble(0), 2e-6);
    }

    void Near(string what, Sided expected, Expr y)
    {
        Near(what, expected.At, y, At, 1e-13);
        Near($"{what} to the left", expected.Left, y, At - Beside, NearlyThere);
        Near($"{what} to the right", expected.Right, y, At + Beside, NearlyThere);
    }

    void Near(string what, double expected, Expr y, double at, double tolerance) =>
        Near(what, expected, y.Evaluate(("x", at)).ToScalar(), tolerance);

    void Near(string what, double expected, double actual, double tolerance) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)),
            $"{Name} at {At}: the {what} is {actual:R}, not {expected:R}.");
}

/// <summary>What a derivative is to the left of a point, at it and to its right.</summary>
readonly record struct Sided(double Left, double At, double Right)
{
    public static implicit operator Sided(double everywhere) => new(everywhere, everywhere, everywhere);

    public static implicit operator Sided((double Left, double At, double Right) sides) => new(sides.Left, sides.At, sides.Right);
}
