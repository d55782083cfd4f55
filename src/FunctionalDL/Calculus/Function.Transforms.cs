namespace FunctionalDL;

public sealed partial class Function
{
    IEnumerable<Expr> Named(string prefix, IEnumerable<Expr> like)
    {
        var taken = Graph.Variables([.. Results, .. Variables]).Select(v => v.VariableName!).ToHashSet();
        return [.. like.Select(e => Expr.Variable(FunctionNames.Free(prefix + e.VariableName, taken), e.Shape, e.DType))];
    }

    /// <summary>∂y/∂x of a scalar function for each of its variables x, simplified.</summary>
    /// <exception cref="ShapeException">The function is not scalar: take its Jacobian.</exception>
    public Function Gradient() => new(Variables, Simplifier.Simplify(Body.Gradient(Variables)));

    /// <summary>
    /// The chain rule of the function with respect to its first variable, written out factor by factor, with values where a point is
    /// given.
    /// </summary>
    /// <exception cref="ShapeException">The function is not scalar.</exception>
    public Derivation Derivation(TensorSet? at = null) => Body.Derivation(Variables[0], at);

    /// <summary>The value y of a scalar function and ∂y/∂x for each of its variables x; what they share is computed once.</summary>
    /// <exception cref="ShapeException">The function is not scalar: take its Jacobian.</exception>
    public Function ValueAndGradient() => new(Variables, [Body, .. Body.Gradient(Variables)]);

    /// <summary>All derivatives ∂yᵢ/∂xⱼ for each variable x: <c>[y…, x…]</c>.</summary>
    /// <exception cref="DTypeException">A variable or the value is not a float.</exception>
    public Function Jacobian() => new(Variables, Variables.Select(x => Body.Jacobian(x)));

    /// <summary>
    /// The second derivatives ∂²y/∂uᵢ∂vⱼ of a scalar function, <c>[u…, v…]</c>, for each pair of variables u, v, in the
    /// order u₁v₁, u₁v₂, ….
    /// </summary>
    /// <exception cref="ShapeException">The function is not scalar.</exception>
    public Function Hessian() =>
        new(Variables, Body.Gradient(Variables).SelectMany(g => Variables.Select(x => Differentiation.ForwardJacobian(g, x))));

    /// <summary>
    /// (x…, t…) ↦ Σ ∂y/∂xᵢ · tᵢ, the derivative along tangents, which are variables <c>dx</c> after the function's own.
    /// </summary>
    /// <exception cref="DTypeException">A variable or the value is not a float.</exception>
    public Function Jvp()
    {
        Expr[] tangents = [.. Named("d", Variables)];
        return new(Variables.Concat(tangents), [Body.Jvp(Variables, tangents)]);
    }

    /// <summary>(x…, g) ↦ gᵀ · ∂y/∂x for each variable x; the outgoing gradient <c>g</c> is the last variable.</summary>
    /// <exception cref="DTypeException">A variable or the value is not a float.</exception>
    public Function Vjp()
    {
        Expr[] g = [.. Named("g", [Body])];
        return new(Variables.Concat(g), Body.Vjp(Variables, g[0]));
    }

    /// <summary>The function of n values of each variable, stacked along an axis; its results are stacked likewise.</summary>
    /// <param name="n">The number of values; a name makes it any number.</param>
    /// <param name="axis">Where the variables have the new axis.</param>
    /// <param name="resultAxis">Where the results have it.</param>
    /// <exception cref="ShapeException">A variable or result has no such axis.</exception>
    public Function Vmap(Dim n, int axis = 0, int resultAxis = 0)
    {
        Expr[] stacked =
        [
            .. Variables.Select(v => Expr.Variable(v.VariableName!, v.Shape.Insert(v.Shape.Insert(0, n).Axis(axis, "Vmap"), n), v.DType)),
        ];
        return new(stacked, Differentiation.Vmap(Results, [.. Variables.Zip(stacked)], axis, resultAxis));
    }
}
