namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀, with the sizes of its named dimensions taken from x₁: <c>[…], any → […]</c>. The derivative of a linear function does not depend on its variable, but
/// has its shape; this keeps the variable whose value says what that is.
/// </summary>
sealed record SizedLikeOp : Op
{
    public override string Name => "SizedLike";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0];

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0];

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0 ? g : null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[0];

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => batched[0] ? new(this, x) : Functions.Broadcast(new(this, x), y.Shape.Insert(0, n));

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => x[0];

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => x[0];

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
