namespace FunctionalDL.Testing;

public static partial class Laws
{
    /// <summary>
    /// Forward and reverse mode are transposes of one another: ⟨v, Jvp u⟩ = ⟨Vjp v, u⟩ for random u and v, in float64.
    /// </summary>
    public static void ForwardIsTheTransposeOfReverse(ExpressionCase c)
    {
        var exact = c.WithPrecision(DType.Float64);
        var (y, xs) = (exact.Output, exact.FloatVariables);
        if (xs.Count == 0) return;
        var (v, values) = New("v", y, exact.Values, exact.Sizes);
        var u = new Expr[xs.Count];
        for (var i = 0; i < u.Length; i++) (u[i], values) = New("u", xs[i], values, exact.Sizes);
        var forward = Sum(v * y.Jvp(xs, u));
        var reverse = y.Vjp(xs, v).Zip(u, (g, t) => Sum(g * t)).Aggregate((a, b) => a + b);
        SameValue("⟨v, Jvp u⟩ and ⟨Vjp v, u⟩", forward.Evaluate(values), reverse.Evaluate(values), 1e-9);
    }

    /// <summary>
    /// f mapped over three slices of its float variables, and of the first of them alone, is f of each slice; and so is its gradient.
    /// </summary>
    public static void VmapIsALoop(ExpressionCase c)
    {
        if (c.FloatVariables.Count > 0) VmapIsALoop(c, [.. c.FloatVariables]);
        if (c.FloatVariables.Count > 1) VmapIsALoop(c, [c.FloatVariables[0]]);
    }

    static void VmapIsALoop(ExpressionCase c, Expr[] over)
    {
        const int n = 3;
        TensorSet Slice(int i) => over.Aggregate(c.Values, (set, x) => set.With(x.VariableName!, Near(c.Values[x.VariableName!], i)));
        TensorSet[] slices = [.. Enumerable.Range(0, n).Select(Slice)];
        Expr[] stacks = [.. over.Select(x => Expr.Variable("s" + x.VariableName, x.Shape.Insert(0, n), x.DType))];
        Tensor Stack(Expr x) => Stacked(slices.Select(s => s[x.VariableName!]));
        var values = over.Zip(stacks).Aggregate(c.Values, (set, v) => set.With(v.Second.VariableName!, Stack(v.First)));

        List<Expr> outputs = [c.Output];
        if (c.Output.DType.IsFloat()) outputs.AddRange(Sum(c.Output).Gradient(over));
        var mapped = Evaluator.Evaluate(Differentiation.Vmap(outputs, [.. over.Zip(stacks)]), values);
        Tensor[][] looped = [.. slices.Select(s => Evaluator.Evaluate(outputs, s))];
        for (var i = 0; i < outputs.Count; i++)
            SameValue("a loop and Vmap", Stacked(looped.Select(values => values[i])), mapped[i], 100 * c.Tolerance);

        // Close to the case's own values, so that it stays as well conditioned as those are.
        static Tensor Near(Tensor value, int slice) =>
            (Expr.Constant(value.Cast(DType.Float64)) * (1 + slice * 1e-3)).Evaluate().Cast(value.DType);
    }

    static Tensor Stacked(IEnumerable<Tensor> values) => Functions.Stack(0, [.. values.Select(Expr.Constant)]).Evaluate();
}
