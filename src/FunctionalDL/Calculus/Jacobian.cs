using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Differentiation
{
    /// <summary>
    /// All derivatives ∂yᵢ/∂xⱼ: <c>[y…, x…]</c>. Column by column in forward mode where x has fewer elements than y, otherwise
    /// row by row in reverse mode; all of them at once, without a copy of the graph for each. Named sizes are taken in reverse mode.
    /// </summary>
    /// <exception cref="DTypeException">y or x is not a float.</exception>
    public static Expr Jacobian(this Expr y, Expr x) =>
        x.Shape.IsKnown && y.Shape.IsKnown && x.Shape.ElementCount < y.Shape.ElementCount ? ForwardJacobian(y, x) : ReverseJacobian(y, x);

    /// <summary>The Jacobian by forward mode: one tangent for each element of x.</summary>
    internal static Expr ForwardJacobian(Expr y, Expr x)
    {
        if (x.Rank == 0) return Jvp(y, [x], [Functions.Full(x, 1)]);
        var t = Placeholder.Like(x);
        var columns = Vmap([Jvp(y, [x], [t])], [(t, Basis(x))], resultAxis: y.Rank)[0];
        return SizedLikeOp.Tie(Functions.Reshape(columns, y.Shape.Concat(x.Shape)), Graph.Variables([y, x]));
    }

    /// <summary>The Jacobian by reverse mode: one outgoing gradient for each element of y.</summary>
    internal static Expr ReverseJacobian(Expr y, Expr x)
    {
        if (y.Rank == 0) return Gradient(y, x);
        var g = Placeholder.Like(y);
        return SizedLikeOp.Tie(
            Functions.Reshape(Vjp(y, [x], g)[0].Vmap([(g, Basis(y))]), y.Shape.Concat(x.Shape)),
            Graph.Variables([y, x]));
    }

    /// <summary>Every direction that has a single 1, along a new first axis: <c>[n, x…]</c> for the n elements of x.</summary>
    static Expr Basis(Expr x)
    {
        var n = x.Shape.Elements;
        return Functions.Reshape(Functions.OneHot(Functions.Range(n), n, x.DType), x.Shape.Insert(0, n));
    }

    /// <summary>
    /// The second derivatives ∂²y/∂xᵢ∂xⱼ of a scalar, <c>[x…, x…]</c>: the forward-mode Jacobian of the reverse-mode
    /// gradient.
    /// </summary>
    /// <exception cref="ShapeException">y is not a scalar.</exception>
    /// <exception cref="DTypeException">y or x is not a float.</exception>
    public static Expr Hessian(this Expr y, Expr x) => ForwardJacobian(Gradient(y, x), x);

    /// <summary>
    /// ∂²y/∂x² · v of a scalar y, at the cost of a few gradients and without the Hessian: the derivative of the gradient along v.
    /// </summary>
    /// <exception cref="ShapeException">y is not a scalar, or v is not of the type of x.</exception>
    /// <exception cref="DTypeException">y or x is not a float.</exception>
    public static Expr HessianVectorProduct(this Expr y, Expr x, Expr v) => Jvp(Gradient(y, x), [x], [v]);
}
