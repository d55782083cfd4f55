namespace FunctionalDL.Testing;

/// <summary>A random expression and values for its variables.</summary>
/// <param name="Output">The expression.</param>
/// <param name="Values">A value for each of its variables, and perhaps for others.</param>
public sealed record ExpressionCase(Expr Output, TensorSet Values)
{
    /// <summary>The program the case came from, by which it shrinks.</summary>
    internal ExpressionProgram? Program { get; init; }

    /// <summary>The float variables the expression depends on.</summary>
    public IReadOnlyList<Expr> FloatVariables => [.. Graph.Variables(Output).Where(v => v.DType.IsFloat())];

    /// <summary>The expression and the values, as a failing property shows them.</summary>
    public override string ToString() => $"{Output}\nwith {string.Join("\n     ", Values.Select(v => $"{v.Key} = {v.Value}"))}";
}
