using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// The condition of the chain rule, checked at a point: f1 ∘ … ∘ fn is differentiable where each fi is differentiable at its immediate input.
/// </summary>
public static class Differentiability
{
    /// <summary>
    /// Every node whose input lies at a kink, a jump, a pole or outside the function's domain, and what the library takes as its derivative there.
    /// Empty where the chain rule holds. Nodes the derivative does not pass, behind <see cref="Functions.StopGradient"/>, are left out.
    /// </summary>
    /// <param name="y">The function, of any shape.</param>
    /// <param name="at">The values of its variables.</param>
    /// <param name="within">How far from such a place an input still counts as lying there: the step of a difference quotient, for instance.</param>
    /// <exception cref="FunctionalException">A variable has no value.</exception>
    public static IReadOnlyList<NonSmoothPoint> Check(Expr y, TensorSet at, double within = 0)
    {
        if (Graph.TopologicalOrder(y).Any(node => node.Op is ScanOp)) y = Unrolled(y, at);
        var order = Graph.TopologicalOrder(y);
        var dependent = Graph.Dependents(order, Graph.Variables(y).Where(v => v.DType.IsFloat()));
        var passed = new HashSet<Expr> { y };
        foreach (var node in order.Reverse().Where(node => passed.Contains(node) && node.Op is not StopGradientOp)) passed.UnionWith(node.Inputs);

        Expr[] nodes = [.. order.Where(node => passed.Contains(node) && dependent.Contains(node) && !node.Inputs.IsEmpty)];
        var parts = nodes.SelectMany(node => node.Inputs).Distinct().ToArray();
        var values = parts.Zip(Evaluator.Evaluate(parts, at)).ToDictionary();
        var points = new List<NonSmoothPoint>();
        foreach (var node in nodes)
        {
            var places = node.Op.NonSmoothAt(node, [.. node.Inputs.Select(x => values[x])], within).ToArray();
            if (places.Length > 0) points.Add(new(node, places[0].Why.Kind, places[0].Why.Explanation, places[0].Element, places.Length));
        }
        return points;
    }

    /// <summary>The function at the sizes of a point with the steps of its loops written out, so that each step's kinks are seen.</summary>
    static Expr Unrolled(Expr y, TensorSet at) => ScanOp.Unroll([y.ForSizes(Evaluator.Bind(Graph.Variables(y), at))])[0];
}
