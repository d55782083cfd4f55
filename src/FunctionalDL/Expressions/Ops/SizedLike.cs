namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀, with the sizes of its named dimensions taken from x₁: <c>[…], any → […]</c>. The derivative of a linear function does not depend on its variable, but
/// has its shape; this keeps the variable whose value says what that is.
/// </summary>
sealed record SizedLikeOp : TiedOp
{
    public override string Name => "SizedLike";

    /// <summary>The expression, tied to those of the given variables that it takes sizes from without depending on them.</summary>
    public static Expr Tie(Expr expression, IReadOnlyList<Expr> variables)
    {
        var order = Graph.TopologicalOrder(expression);
        var missing = order.SelectMany(node => node.Op is SizeOfOp size ? size.Dim.Symbols : node.Shape.SelectMany(d => d.Symbols))
            .Except(order.Where(node => node.VariableName is not null).SelectMany(Named)).ToHashSet();
        foreach (var variable in variables)
            if (Named(variable).Any(missing.Contains))
            {
                expression = new(new SizedLikeOp(), expression, variable);
                missing.ExceptWith(Named(variable));
            }
        return expression;
    }

    static IEnumerable<string> Named(Expr variable) => variable.Shape.Select(d => d.Name).OfType<string>();
}
