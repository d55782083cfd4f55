namespace FunctionalDL.Testing;

/// <summary>What holds for functions that choose between branches, whatever is in the branch not taken.</summary>
public static class BranchLaws
{
    const double Tolerance = 1e-9, Gap = 0.05;

    /// <summary>
    /// The branch not taken sends nothing into a gradient: with s(u) a function that is infinite or no number where a condition on u
    /// fails, the gradients, forwards and backwards, first and second, of an expression that takes s(u) where it holds are those of the
    /// same expression with 1 in place of u where it fails. u is the value of the case less a number; functions and expressions are drawn
    /// by the case's size.
    /// </summary>
    /// <exception cref="LawException">The law does not hold.</exception>
    public static void UntakenBranchesSendNothing(ExpressionCase c)
    {
        var exact = c.WithPrecision(DType.Float64);
        var value = exact.Evaluate();
        if (exact.FloatVariables.Count == 0 || value.Count == 0 || !c.Output.DType.IsFloat()) return;
        var random = new Random(Graph.TopologicalOrder(c.Output).Count * 1009 + value.Count);
        var u = exact.Output - Threshold(value);
        var taken = u > 0;
        var steep = Steep[random.Next(Steep.Length)];
        var form = Forms[random.Next(Forms.Length)];
        var asWritten = Derivatives(form(steep, u, u), exact);
        var guarded = Derivatives(form(steep, u, Select(taken, u, Full(u, 1))), exact);
        var (right, given) = (Evaluator.Evaluate(guarded, exact.Values), Evaluator.Evaluate(asWritten, exact.Values));
        // A small element may be what is left of terms as large as the others.
        var tolerance = Tolerance * Math.Max(1, right.Max(Largest));
        foreach (var (expected, actual) in right.Zip(given))
            Laws.SameValue("a gradient with a singular and with a harmless branch not taken", expected, actual, tolerance);
    }

    static double Largest(Tensor values) =>
        Enumerable.Range(0, values.Count).Select(i => Math.Abs(values.GetDouble(i))).Where(double.IsFinite).DefaultIfEmpty().Max();

    /// <summary>Functions of u above 0 that are infinite, or have an infinite slope or none, at 0 or below.</summary>
    static readonly Func<Expr, Expr>[] Steep =
    [
        Log, Sqrt, u => Power(u, 0.5), u => Power(u, -1.5), u => 1 / Relu(u), u => Log(Relu(u)), u => Sqrt(Relu(u)),
        u => Log1P(u - 1), u => Exp(1e5 * Relu(-u)) * u,
        u => u / Relu(u) * Log(u), u => Power(Relu(u), Sin(u)), u => Tanh(Log(Sqrt(u))),
    ];

    /// <summary>
    /// Expressions of a steep function s, of u, and of what s is applied to: u, or what it is guarded to. Each takes s where u > 0.
    /// </summary>
    static readonly Func<Func<Expr, Expr>, Expr, Expr, Expr>[] Forms =
    [
        (s, u, v) => Select(u > 0, s(v), u),
        (s, u, v) => Select(u <= 0, u, Sin(s(v)) * s(v)) + Square(u),
        (s, u, v) => s(v) is var shared ? Select(u > 0, shared, Cos(u)) + Select(u > 0, shared * u, ZerosLike(u)) : u,
        (s, u, v) => Select(u > 0, Select(u > 0.5, s(v), Square(Cos(s(v)))), u),
        (s, u, v) => Select(u > 0, Reshape(Transpose(Reshape(s(v), [1, u.Shape.Elements])), u.Shape) * u, u),
        (s, u, v) => Select(Broadcast(Min(u) > 0, u.Shape), Broadcast(Sum(s(v)) + Max(s(v)), u.Shape), u),
        (s, u, v) => Select(Min(u) > 0, Sum(MatMul(Reshape(s(v), [1, u.Shape.Elements]), Reshape(u, [u.Shape.Elements, 1]))), Sum(u)),
        (s, u, v) => Reshape(u, [u.Shape.Elements, 1]) is var rows && Concat(1, Reshape(v, rows.Shape), Reshape(v, rows.Shape)) is var pairs
            ? Select(rows > 0, ExpandDims(Sum(s(pairs), 1) * Max(Tanh(s(pairs)), 1), 1), rows) : u,
        (s, u, v) => Select(u > 0, Rematerialize(e => s(e) * e, v), u),
        (s, u, v) => Reshape(Select(u > 0, s(v), u), [u.Shape.Elements]) is var series
            ? Scan([Expr.Constant(0.0)], [series], (h, e) => [Tanh(h[0] + e[0])]).Last[0] : u,
    ];

    /// <summary>The gradient of Σ sin y, that gradient's own in a direction, both ways.</summary>
    static Expr[] Derivatives(Expr y, ExpressionCase c)
    {
        Expr[] x = [.. c.FloatVariables], t = [.. x.Select(v => Full(v, 0.5))];
        var along = y.Jvp(x, t);
        var gradient = Sum(Sin(y)).Gradient(x);
        var inner = gradient.Zip(t, (g, direction) => Sum(g * direction)).Aggregate((a, b) => a + b);
        return [along, .. gradient, .. inner.Gradient(x), inner.Jvp(x, t), .. Sum(along).Gradient(x)];
    }

    /// <summary>A number between the values, far enough from each; below all of them where they lie too close.</summary>
    static double Threshold(Tensor value)
    {
        double[] sorted = [.. Enumerable.Range(0, value.Count).Select(value.GetDouble).Order()];
        var gaps = sorted.Zip(sorted.Skip(1)).OrderByDescending(pair => pair.Second - pair.First);
        var (low, high) = gaps.FirstOrDefault((sorted[0], sorted[0]));
        if (high - low > 2 * Gap) return (low + high) / 2;
        return value.Count % 2 == 0 ? sorted[0] - 1 : sorted[^1] + 1;
    }
}
