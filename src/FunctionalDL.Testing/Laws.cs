namespace FunctionalDL.Testing;

/// <summary>
/// Laws that hold for every expression, and so for yours: call them from a property over random cases, or with a case made of a function
/// of your own. Each returns where the law holds and throws where it does not, naming the values that differ.
/// </summary>
/// <example><code>Laws.GradientMatchesDifferences(new(MyActivation(x), TensorSet.Of(("x", values))));</code></example>
/// <exception cref="LawException">The law does not hold.</exception>
public static partial class Laws
{
    /// <summary>
    /// Another evaluator, such as a compiled function, gives the same dtype, shape and, up to the case's tolerance, elements as the
    /// reference.
    /// </summary>
    public static void AgreesWithReference(ExpressionCase c, Func<IReadOnlyList<Expr>, Func<TensorSet, Tensor[]>> evaluator) =>
        SameValue("evaluators", c.Evaluate(), evaluator([c.Output])(c.Values)[0], c.Tolerance);

    /// <summary>
    /// The gradient of L = Σ g·y, with y the value and g random, matches central differences in float64 (<see cref="GradientCheck"/>).
    /// Elements at kinks, and those of which no difference quotient is exact enough, are left out; a case without float variables has
    /// nothing to check.
    /// </summary>
    public static void GradientMatchesDifferences(ExpressionCase c, double tolerance = 1e-6)
    {
        var exact = c.WithPrecision(DType.Float64);
        Match(Weighted(exact.Output, exact.Values, exact.Sizes), exact.FloatVariables, tolerance);
    }

    /// <summary>
    /// The gradient of the gradient matches central differences: that of Σ hᵢ·∂L/∂xᵢ for L = Σ g·sin y, with y the value and
    /// g, hᵢ random.
    /// </summary>
    public static void SecondGradientMatchesDifferences(ExpressionCase c, double tolerance = 1e-6)
    {
        var exact = c.WithPrecision(DType.Float64);
        var (loss, values) = Weighted(Sin(exact.Output), exact.Values, exact.Sizes);
        var total = (Scalar: Expr.Constant(0.0), Values: values);
        foreach (var gradient in loss.Gradient(exact.FloatVariables))
        {
            var (share, with) = Weighted(gradient, total.Values, exact.Sizes);
            total = (total.Scalar + share, with);
        }
        Match(total, exact.FloatVariables, tolerance);
    }

    /// <summary>The vector–Jacobian product is linear in the vector: Vjp(a·g + h) = a·Vjp(g) + Vjp(h), for random g and h.</summary>
    public static void VjpIsLinear(ExpressionCase c)
    {
        var exact = c.WithPrecision(DType.Float64);
        var (y, x) = (exact.Output, exact.FloatVariables);
        if (x.Count == 0) return;
        var (g, withG) = New("g", y, exact.Values, exact.Sizes);
        var (h, values) = New("h", y, withG, exact.Sizes);
        Expr[] together = y.Vjp(x, 3 * g + h), apart = [.. y.Vjp(x, g).Zip(y.Vjp(x, h), (vg, vh) => 3 * vg + vh)];
        foreach (var (expected, actual) in Evaluator.Evaluate(apart, values).Zip(Evaluator.Evaluate(together, values)))
            SameValue("a·Vjp(g) + Vjp(h) and Vjp(a·g + h)", expected, actual, 1e-9);
    }

    /// <summary>
    /// Two tensors have one dtype, one shape, and the same elements: integers and truth values exactly, floats with |a − b| ≤
    /// tolerance · max(1, |a|); NaN agrees with NaN alone, and an infinite value with itself.
    /// </summary>
    /// <param name="what">What is compared, for the message.</param>
    /// <param name="expected">The value to be met.</param>
    /// <param name="actual">The value in question.</param>
    /// <param name="tolerance">The largest error of a float, relative to max(1, |expected|).</param>
    public static void SameValue(string what, Tensor expected, Tensor actual, double tolerance)
    {
        if (expected.DType != actual.DType || expected.Shape != actual.Shape)
            throw new LawException($"Laws: {what} differ: {expected.Describe()} is expected, {actual.Describe()} was given.");
        if (expected.BitEquals(actual)) return;
        for (var i = 0; i < expected.Count; i++)
            if (Difference(expected, actual, i, tolerance) is { } difference)
                throw new LawException($"Laws: {what} differ at element {i} of {expected.Describe()}: {difference}.");
    }

    static string? Difference(Tensor expected, Tensor actual, int i, double tolerance)
    {
        if (expected.DType.IsInteger())
            return (expected.In<long>().Span[i], actual.In<long>().Span[i]) is var (m, n) && m == n
                ? null
                : $"{m} is expected, {n} was given";
        var (a, b) = (expected.GetDouble(i), actual.GetDouble(i));
        if (a.Equals(b)) return null;
        if (!expected.DType.IsFloat()) return $"{a != 0} is expected, {b != 0} was given";
        return double.IsFinite(a) && Math.Abs(a - b) <= tolerance * Math.Max(1, Math.Abs(a)) ? null
            : FormattableString.Invariant($"{a:R} is expected, {b:R} was given, allowed is {tolerance}");
    }

    static void Match((Expr Scalar, TensorSet Values) f, IReadOnlyList<Expr> x, double tolerance)
    {
        if (x.All(v => f.Values[v.VariableName!].Count == 0)) return;
        var result = GradientCheck.Check(f.Scalar, x, f.Values, new() { Samples = 5, Tolerance = tolerance });
        if (result.Verdict == GradientVerdict.Disagrees)
            throw new LawException($"Laws: the gradient differs from finite differences: {result}.");
    }

    /// <summary>Σ g·y with g a new variable that holds random weights.</summary>
    static (Expr Scalar, TensorSet Values) Weighted(Expr y, TensorSet values, Sizes sizes)
    {
        var (g, with) = New("g", y, values, sizes);
        return (Sum(g * y), with);
    }

    /// <summary>
    /// A variable of the type of another expression, of a name not yet taken, and the values with random ones for it in [−½, ½).
    /// </summary>
    static (Expr Variable, TensorSet Values) New(string name, Expr like, TensorSet values, Sizes sizes)
    {
        while (values.ContainsKey(name)) name += "'";
        var weights = Key.Of(values.Count).Uniform(like.Shape.Resolve(sizes), DType.Float64).As<double>().Map(u => u - 0.5);
        return (Expr.Variable(name, like.Shape, like.DType), values.With(name, weights));
    }
}
