namespace FunctionalDL.Tests.Expressions;

/// <summary>Holds the three ways to a derivative together: central differences, backwards (vjp) and forwards (jvp), in float64.</summary>
static class Derivatives
{
    const double Step = 1e-5;

    /// <summary>
    /// ⟨g, y(x + εt) − y(x − εt)⟩/2ε = ⟨g, ∂y/∂x t⟩ = ⟨∂y/∂xᵀ g, t⟩ in a random direction, and the same of
    /// that number's own derivative, up to an order.
    /// </summary>
    public static void Agree(Expr y, TensorSet at, int order = 2, double tolerance = 1e-6)
    {
        var variables = Graph.Variables(y).Where(v => v.DType.IsFloat()).ToArray();
        var key = Key.Of(order);
        var g = Expr.Variable($"g{order}", y.Shape, y.DType);
        at = at.With(g.VariableName!, Random(key, y.Evaluate(at).Shape));
        Expr[] t = [.. variables.Select(v => Expr.Variable($"t{order}.{v.VariableName}", v.Shape, v.DType))];
        foreach (var (v, i) in variables.Select((v, i) => (v, i)))
            at = at.With(t[i].VariableName!, Random(key.Fold(i), at[v.VariableName!].Shape));

        var backwards = Sum(Stack(0, [.. y.Vjp(variables, g).Zip(t, (share, direction) => Sum(share * direction))]));
        var forwards = Sum(g * y.Jvp(variables, t));
        double Along(double step) =>
            Sum(g * y)
                .Evaluate(
                    at.Map(
                        (name, value) =>
                            variables.Any(v => v.VariableName == name)
                                ? (Expr.Constant(value) + step * Expr.Constant(at[$"t{order}.{name}"])).Evaluate()
                                : value))
                .ToScalar();

        var (numeric, vjp, jvp) = (
            (Along(Step) - Along(-Step)) / (2 * Step),
            backwards.Evaluate(at).ToScalar(),
            forwards.Evaluate(at).ToScalar());
        Close(numeric, vjp, tolerance, $"order {order}: central difference and vjp of {y}");
        Close(jvp, vjp, 1e-9, $"order {order}: jvp and vjp of {y}");
        if (order < 2) return;
        Agree(backwards, at, order - 1, tolerance);
    }

    static void Close(double a, double b, double tolerance, string what) =>
        Assert.True(Math.Abs(a - b) <= tolerance * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b))), $"{what}: {a:R} and {b:R}");

    public static Expr Variable(string name, params Dim[] shape) => Expr.Variable(name, Shape.Of(shape), DType.Float64);

    public static Tensor Random(Key key, Shape shape) => key.Uniform(shape, DType.Float64).As<double>().Map(u => 2 * u - 1);

    /// <summary>Random values for the float64 variables of an expression, with the given sizes for its names.</summary>
    public static TensorSet Point(Expr y, params (string Name, int Size)[] sizes)
    {
        var known = sizes.Aggregate(Sizes.None, (all, s) => all.With(s.Name, s.Size));
        return TensorSet.Of(
            Graph.Variables(y).Select((v, i) => KeyValuePair.Create(v.VariableName!, Random(Key.Of(17).Fold(i), v.Shape.Resolve(known)))));
    }
}
