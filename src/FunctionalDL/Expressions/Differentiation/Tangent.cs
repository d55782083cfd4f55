using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Differentiation
{
    /// <summary>
    /// Forward mode: the Jacobian–vector product Σ ∂y/∂xᵢ · tᵢ, the derivative of y as every xᵢ moves along its tangent
    /// tᵢ. It has the type of y.
    /// </summary>
    /// <exception cref="ShapeException">A tangent is not of the type of its x.</exception>
    /// <exception cref="DTypeException">y or an x is not a float.</exception>
    public static Expr Jvp(this Expr y, IReadOnlyList<Expr> xs, IReadOnlyList<Expr> tangents)
    {
        if (xs.Count != tangents.Count)
            throw new ShapeException($"Jvp: {xs.Count} variables and {tangents.Count} tangents. Give one for each.");
        foreach (var e in xs.Prepend(y))
            if (!e.DType.IsFloat()) throw new DTypeException($"Jvp: {e.Type} has no derivative. Cast it to a float first.");
        foreach (var (x, t) in xs.Zip(tangents))
            if (x.Type != t.Type) throw new ShapeException($"Jvp: the tangent of {x.Type} is {t.Type}. Give a tangent of that type.");
        return SizedLikeOp.Tie(Jvp([y], [.. xs.Zip(tangents)])[0], Graph.Variables([y, .. xs]));
    }

    /// <summary>The derivative of each y as every x moves along its tangent; what the functions share is differentiated once.</summary>
    internal static Expr[] Jvp(IReadOnlyCollection<Expr> ys, IReadOnlyList<(Expr X, Expr Tangent)> directions)
    {
        var given = new NodeMap(directions);
        var tangents = new Dictionary<Expr, Expr>();
        var several = new Results<Expr?>();
        foreach (var node in Graph.TopologicalOrder(ys))
        {
            Expr?[] Inputs() => [.. node.Inputs.Select(x => tangents.GetValueOrDefault(x))];
            var tangent = given.Of(node);
            if (tangent is null && node.Inputs.Any(tangents.ContainsKey))
                tangent = node.Op is MultiResultOp
                    ? several.Of(node, op => op.JvpAll(op.All(node), Inputs()))
                    : node.Op.Jvp(node, Inputs());
            if (tangent is not null) tangents[node] = tangent;
        }
        return [.. ys.Select(y => tangents.GetValueOrDefault(y) ?? Functions.ZerosLike(y))];
    }
}
