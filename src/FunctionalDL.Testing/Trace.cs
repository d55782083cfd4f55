namespace FunctionalDL.Testing;

/// <summary>
/// The values of a growing set of nodes, computed node by node as they are added, and whether they are tame: moderate numbers that hardly
/// move when the variables move by about one part in a million. That keeps logarithms away from 0 and comparisons away from ties, for any op.
/// </summary>
sealed class Trace(Sizes sizes, ExpressionOptions options)
{
    const double Moved = 1e-6, MayMove = 1e-4, Largest = 50;

    readonly Dictionary<Expr, (Tensor At, Tensor Near)> values = [];

    public Tensor this[Expr node] => values[node].At;

    public void Add(Expr variable, Tensor value) => values[variable] = (value, options.SpecialValues ? value : Nudge(value));

    /// <summary>Adds a node and those it depends on, unless one of them is not allowed or not tame.</summary>
    public bool TryAdd(Expr expression)
    {
        foreach (var node in Graph.TopologicalOrder(expression))
        {
            if (values.ContainsKey(node)) continue;
            if (!options.DTypes.Contains(node.DType) || !options.Allows(node)) return false;
            var type = node.Type.Resolve(sizes);
            var at = node.Op.Evaluate([.. node.Inputs.Select(x => values[x].At)], type, sizes);
            var near = options.SpecialValues ? at : node.Op.Evaluate([.. node.Inputs.Select(x => values[x].Near)], type, sizes);
            if (!options.SpecialValues && !IsTame(at, near)) return false;
            values[node] = (at, near);
        }
        return true;
    }

    /// <summary>Whether a whole case is allowed and tame.</summary>
    /// <exception cref="FunctionalException">A value does not fit its variable, or an op is not defined for a value.</exception>
    public static bool Accepts(ExpressionCase c, ExpressionOptions options)
    {
        if (!options.AllowsOutput(c.Output)) return false;
        var trace = new Trace(Evaluator.Bind(c.Variables, c.Values), options);
        foreach (var node in Graph.TopologicalOrder(c.Output))
            if (node.VariableName is { } name) trace.Add(node, c.Values[name]);
        return trace.TryAdd(c.Output);
    }

    static bool IsTame(Tensor at, Tensor near)
    {
        for (var i = 0; i < at.Count; i++)
        {
            var (a, b) = (at.GetDouble(i), near.GetDouble(i));
            if (!(Math.Abs(a) <= (at.DType.IsFloat() ? Largest : 1L << 20))) return false;
            if (!(Math.Abs(a - b) <= (at.DType.IsFloat() ? MayMove * Math.Max(1, Math.Abs(a)) : 0))) return false;
        }
        return true;
    }

    static Tensor Nudge(Tensor value)
    {
        if (!value.DType.IsFloat()) return value;
        var i = 0;
        return value.Cast(DType.Float64).As<double>().Map(v => v + (i++ * 2654435761L >> 7 & 1) switch { 0 => -Moved, _ => Moved } * Math.Max(1, Math.Abs(v))).Cast(value.DType);
    }
}
