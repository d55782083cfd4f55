using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// The condition of the chain rule, checked at a point: f1 ∘ … ∘ fn is differentiable where each fi is differentiable at its
/// immediate input. The condition is sufficient and not necessary: |x|² is differentiable at 0. What is known of the function as a whole
/// is in a
/// <see cref="Report"/>.
/// </summary>
public static class Differentiability
{
    /// <summary>
    /// Every node whose input lies at a kink, a jump, a pole or outside the function's domain, and what the library takes as its
    /// derivative there; and, where the value is not finite, every node it comes from. Empty where the chain rule holds. Nodes the
    /// derivative does not pass, behind
    /// <see cref="Functions.StopGradient"/>, are left out.
    /// </summary>
    /// <param name="y">The function, of any shape.</param>
    /// <param name="at">The values of its variables.</param>
    /// <param name="within">
    /// How far from such a place an input still counts as lying there: the step of a difference quotient, for instance.
    /// </param>
    /// <exception cref="FunctionalException">A variable has no value.</exception>
    public static IReadOnlyList<NonSmoothPoint> Check(Expr y, TensorSet at, double within = 0)
    {
        if (Graph.TopologicalOrder(y).Any(node => node.Op is ScanOp)) y = Unrolled(y, at);
        var order = Graph.TopologicalOrder(y);
        var dependent = Graph.Dependents(order, Graph.Variables(y).Where(v => v.DType.IsFloat()));
        var passed = new HashSet<Expr> { y };
        foreach (var node in order.Reverse().Where(node => passed.Contains(node) && node.Op is not StopGradientOp))
            passed.UnionWith(node.Inputs);

        Expr[] nodes = [.. order.Where(node => passed.Contains(node) && dependent.Contains(node) && !node.Inputs.IsEmpty)];
        var parts = nodes.SelectMany(node => node.Inputs).Append(y).Distinct().ToArray();
        var values = parts.Zip(Evaluator.Evaluate(parts, at)).ToDictionary();
        var points = new List<NonSmoothPoint>();
        foreach (var node in nodes)
        {
            Expr[] inputs = [.. node.Inputs.Select(x => dependent.Contains(x) ? x : Numbered(x, values[x]))];
            if (Point(node, node.WithInputs(inputs), [.. node.Inputs.Select(x => values[x])], within) is { } point) points.Add(point);
        }
        return IsFinite(values[y]) ? points : [.. points, .. WithoutValue(order, at).ExceptBy(points.Select(p => p.Node), p => p.Node)];
    }

    /// <summary>
    /// Where the chain rule's condition fails, and what is known of the function as a whole from its values around the point.
    /// </summary>
    /// <param name="y">The function; of a scalar the slopes are looked at, along each of its variables that is one number.</param>
    /// <param name="at">The values of its variables.</param>
    /// <exception cref="FunctionalException">A variable has no value.</exception>
    public static DifferentiabilityReport Report(Expr y, TensorSet at)
    {
        var places = Check(y, at);
        if (places.Count == 0 || y.Rank != 0 || !y.DType.IsFloat()) return new(places, []);
        var exact = y.WithPrecision(DType.Float64);
        var point = at.Map((_, value) => value.DType.IsFloat() ? value.Cast(DType.Float64) : value);
        Expr[] numbers = [.. Graph.Variables(exact).Where(v => v.DType.IsFloat() && v.Rank == 0)];
        var gradients = numbers.Length == 0 ? [] : Evaluator.Evaluate(exact.Gradient(numbers), point);
        return new(places, [.. numbers.Zip(gradients, (x, gradient) => Along(exact, x.VariableName!, point, gradient.ToScalar()))])
        {
            HasValue = double.IsFinite(exact.Evaluate(point).ToScalar()),
        };
    }

    static PartialSlopes Along(Expr y, string x, TensorSet point, double gradient) =>
        new(x, Slopes.Of(value => y.Evaluate(point.With(x, value)).ToScalar(), point[x].ToScalar()), gradient);

    static NonSmoothPoint? Point(Expr node, Expr withNumbers, Tensor[] x, double within)
    {
        var places = node.Op.NonSmoothAt(withNumbers, x, within).ToArray();
        return places.Length == 0 ? null : new(node, places[0].Why.Kind, places[0].Why.Explanation, places[0].Element, places.Length);
    }

    /// <summary>A number that is written as a formula, such as 3/2, is a number to the rules too.</summary>
    static Expr Numbered(Expr x, Tensor value)
    {
        var number = x.Op is BroadcastOp ? x.Inputs[0] : x;
        if (number.Rank != 0 || number.ConstantValue is not null || value.Count == 0) return x;
        var constant = Expr.Constant(Tensor.Full(x.DType, Shape.Scalar, value.GetDouble(0)));
        return number == x ? constant : x.WithInputs([constant]);
    }

    /// <summary>The nodes that make values which are not finite from finite ones.</summary>
    static IEnumerable<NonSmoothPoint> WithoutValue(IReadOnlyList<Expr> order, TensorSet at)
    {
        var values = order.Zip(Evaluator.Evaluate([.. order], at)).ToDictionary();
        foreach (var node in order.Where(node => !IsFinite(values[node]) && node.Inputs.All(x => IsFinite(values[x]))))
        {
            Tensor[] x = [.. node.Inputs.Select(e => values[e])];
            var at0 = Enumerable.Range(0, values[node].Count).First(i => !double.IsFinite(values[node].GetDouble(i)));
            yield return Point(node, node, x, 0) ?? new(node, NonSmoothKind.OutsideDomain, "It has no finite value here.", at0, 1);
        }
    }

    static bool IsFinite(Tensor value) =>
        !value.DType.IsFloat() || Enumerable.Range(0, value.Count).All(i => double.IsFinite(value.GetDouble(i)));

    /// <summary>The function at the sizes of a point with the steps of its loops written out, so that each step's kinks are seen.</summary>
    static Expr Unrolled(Expr y, TensorSet at) => ScanOp.Unroll([y.ForSizes(Evaluator.Bind(Graph.Variables(y), at))])[0];
}
