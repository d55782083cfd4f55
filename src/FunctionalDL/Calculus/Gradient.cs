using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// Reverse-mode differentiation by the chain rule. The result is again an expression, so it can be evaluated, compiled, printed, exported
/// and differentiated once more.
/// </summary>
public static partial class Differentiation
{
    /// <summary>∂y/∂x of a scalar y, of the shape of x; zeros where y does not depend on x.</summary>
    /// <exception cref="ShapeException"><paramref name="y"/> is not a scalar.</exception>
    /// <exception cref="DTypeException"><paramref name="y"/> or <paramref name="x"/> is not a float.</exception>
    public static Expr Gradient(this Expr y, Expr x) => Gradient(y, [x])[0];

    /// <summary>∂y/∂x for each x; what the gradients share is shared.</summary>
    /// <inheritdoc cref="Gradient(Expr, Expr)"/>
    public static Expr[] Gradient(this Expr y, IReadOnlyList<Expr> xs)
    {
        if (y.Rank != 0)
            throw new ShapeException($"Gradient: {y.Type} is not a scalar. Reduce it first (Sum, Mean), take a Jacobian, or give the outgoing gradient to Vjp.");
        return Vjp(y, xs, Functions.Full(y, 1));
    }

    /// <summary>The vector–Jacobian product gᵀ · ∂y/∂x for each x: the gradient of ⟨g, y⟩ with g held fixed.</summary>
    /// <exception cref="ShapeException"><paramref name="g"/> is not of the type of <paramref name="y"/>.</exception>
    /// <exception cref="DTypeException"><paramref name="y"/> or an x is not a float.</exception>
    public static Expr[] Vjp(this Expr y, IReadOnlyList<Expr> xs, Expr g)
    {
        foreach (var e in xs.Prepend(y))
            if (!e.DType.IsFloat()) throw new DTypeException($"Gradient: {e.Type} has no derivative. Cast it to a float first.");
        if (g.Type != y.Type) throw new ShapeException($"Vjp: the outgoing gradient is {g.Type}, the function's value {y.Type}. Give a gradient of that type.");

        var order = Graph.TopologicalOrder([y]);
        var active = Graph.Dependents(order, xs);
        var gradients = new Dictionary<Expr, Expr> { [y] = g };
        for (var n = order.Count - 1; n >= 0; n--)
        {
            var node = order[n];
            if (!active.Contains(node) || !gradients.TryGetValue(node, out var gradient)) continue;
            for (var i = 0; i < node.Inputs.Length; i++)
            {
                var x = node.Inputs[i];
                if (!active.Contains(x) || !x.DType.IsFloat() || node.Op.Vjp(i, node, gradient) is not { } share) continue;
                gradients[x] = gradients.TryGetValue(x, out var sum) ? sum + share : share;
            }
        }
        var variables = Graph.Variables([y, .. xs]);
        return [.. xs.Select(x => SizedLikeOp.Tie(Collect(x, order, gradients), variables))];
    }

    /// <summary>The gradient that reached x, or the nodes of its name together.</summary>
    static Expr Collect(Expr x, IReadOnlyList<Expr> order, Dictionary<Expr, Expr> gradients)
    {
        var same = x.VariableName is { } name ? order.Where(node => node.VariableName == name) : [x];
        return same.Where(gradients.ContainsKey).Select(node => gradients[node]).Aggregate((Expr?)null, (sum, g) => sum is null ? g : sum + g)
            ?? Functions.ZerosLike(x);
    }
}
