using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Differentiation
{
    /// <summary>y and its gradient ∂y/∂x for each x, as expressions that share what they have in common.</summary>
    /// <inheritdoc cref="Gradient(Expr, IReadOnlyList{Expr})"/>
    public static (Expr Value, Expr[] Gradient) ValueAndGradient(this Expr y, IReadOnlyList<Expr> xs) => (y, Gradient(y, xs));

    /// <summary>Forward mode: the Jacobian–vector product Σ ∂y/∂xᵢ · tᵢ, the derivative of y as every xᵢ moves along its tangent tᵢ. It has the type of y.</summary>
    /// <exception cref="ShapeException">A tangent is not of the type of its x.</exception>
    /// <exception cref="DTypeException">y or an x is not a float.</exception>
    public static Expr Jvp(this Expr y, IReadOnlyList<Expr> xs, IReadOnlyList<Expr> tangents)
    {
        if (xs.Count != tangents.Count) throw new ShapeException($"Jvp: {xs.Count} variables and {tangents.Count} tangents. Give one for each.");
        foreach (var e in xs.Prepend(y))
            if (!e.DType.IsFloat()) throw new DTypeException($"Jvp: {e.Type} has no derivative. Cast it to a float first.");
        foreach (var (x, t) in xs.Zip(tangents))
            if (x.Type != t.Type) throw new ShapeException($"Jvp: the tangent of {x.Type} is {t.Type}. Give a tangent of that type.");

        var moving = new Dictionary<Expr, Expr>();
        var named = new Dictionary<string, Expr>();
        foreach (var (x, t) in xs.Zip(tangents))
            if (x.VariableName is { } name) named[name] = t;
            else moving[x] = t;
        foreach (var node in Graph.TopologicalOrder([y]))
        {
            if (moving.ContainsKey(node)) continue;
            if (node.VariableName is { } name)
            {
                if (named.TryGetValue(name, out var tangent)) moving[node] = tangent;
            }
            else if (node.Inputs.Any(moving.ContainsKey) && node.Op.Jvp(node, [.. node.Inputs.Select(x => moving.GetValueOrDefault(x))]) is { } tangent)
            {
                moving[node] = tangent;
            }
        }
        var result = moving.TryGetValue(y, out var derivative) ? derivative : Functions.ZerosLike(y);
        return SizedLikeOp.Tie(result, Graph.Variables([y, .. xs]));
    }

    /// <summary>
    /// All derivatives ∂yᵢ/∂xⱼ: <c>[y…, x…]</c>. Column by column in forward mode where x has fewer elements than y, otherwise row by row in reverse mode; all of
    /// them at once, without a copy of the graph for each.
    /// </summary>
    /// <exception cref="ShapeException">The shapes of y and x are not all numbers.</exception>
    /// <exception cref="DTypeException">y or x is not a float.</exception>
    public static Expr Jacobian(this Expr y, Expr x)
    {
        if (!y.Shape.IsKnown || !x.Shape.IsKnown)
            throw new ShapeException($"Jacobian: of {y.Type} with respect to {x.Type}: its size would not be known. Fix the named sizes, or take Vmap of the Jacobian of one example.");
        return x.Shape.ElementCount < y.Shape.ElementCount ? ForwardJacobian(y, x) : ReverseJacobian(y, x);
    }

    /// <summary>The Jacobian by forward mode: one tangent for each element of x.</summary>
    internal static Expr ForwardJacobian(Expr y, Expr x)
    {
        var tangent = Expr.Variable("∂x", x.Shape, x.DType);
        var columns = OverBasis(Jvp(y, [x], [tangent]), tangent, x);
        return Functions.Reshape(Functions.Transpose(columns, [.. Enumerable.Range(1, y.Rank), 0]), y.Shape.Concat(x.Shape));
    }

    /// <summary>The Jacobian by reverse mode: one outgoing gradient for each element of y.</summary>
    internal static Expr ReverseJacobian(Expr y, Expr x)
    {
        var g = Expr.Variable("∂y", y.Shape, y.DType);
        return Functions.Reshape(OverBasis(Vjp(y, [x], g)[0], g, y), y.Shape.Concat(x.Shape));
    }

    /// <summary>The value of an expression of a direction for every direction that has a single 1.</summary>
    static Expr OverBasis(Expr derivative, Expr direction, Expr like)
    {
        var n = like.Shape.ElementCount;
        var basis = Functions.Reshape(Functions.OneHot(Functions.Range(n), n, like.DType), like.Shape.Insert(0, n));
        return derivative.Vmap(n, (direction, basis));
    }

    /// <summary>The second derivatives ∂²y/∂xᵢ∂xⱼ of a scalar, <c>[x…, x…]</c>: the forward-mode Jacobian of the reverse-mode gradient.</summary>
    /// <exception cref="ShapeException">y is not a scalar, or the shape of x is not all numbers.</exception>
    public static Expr Hessian(this Expr y, Expr x) => x.Shape.IsKnown ? ForwardJacobian(Gradient(y, x), x)
        : throw new ShapeException($"Hessian: with respect to {x.Type}: its size would not be known. Fix the named sizes, or use HessianVectorProduct.");

    /// <summary>∂²y/∂x² · v of a scalar y, at the cost of a few gradients and without the Hessian: the derivative of the gradient along v.</summary>
    /// <exception cref="ShapeException">y is not a scalar, or v is not of the type of x.</exception>
    public static Expr HessianVectorProduct(this Expr y, Expr x, Expr v) => Jvp(Gradient(y, x), [x], [v]);
}
