using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Differentiation
{
    /// <summary>
    /// The expression for every slice of some of its variables: each given variable <c>[…]</c> is replaced by the slices of a value <c>[n, …]</c>, and the results are
    /// stacked, <c>[n, …]</c>. No loop: each op does all slices at once. It nests with itself and with the derivatives; the gradient of one example, mapped, gives per-example gradients.
    /// </summary>
    /// <param name="y">The expression of one slice.</param>
    /// <param name="n">The number of slices, which may be named.</param>
    /// <param name="slices">The variables, and the value whose slices along its first axis each stands for.</param>
    /// <exception cref="ShapeException">A value is not a stack of n values of its variable's type, or an op that takes its slices one by one meets an n that is not known.</exception>
    public static Expr Vmap(this Expr y, Dim n, params (Expr Variable, Expr Values)[] slices) => Vmap([y], n, slices)[0];

    /// <summary>Several expressions for every slice of some of their variables; what they share stays shared.</summary>
    /// <inheritdoc cref="Vmap(Expr, Dim, ValueTuple{Expr, Expr}[])"/>
    public static Expr[] Vmap(IReadOnlyList<Expr> ys, Dim n, params (Expr Variable, Expr Values)[] slices)
    {
        var values = new Dictionary<string, Expr>();
        foreach (var (variable, value) in slices)
        {
            var name = variable.VariableName ?? throw new FunctionalException($"Vmap: {variable} is not a variable. Map over variables.");
            var expected = new TensorType(variable.DType, variable.Shape.Insert(0, n));
            values[name] = value.Type == expected ? value
                : throw new ShapeException($"Vmap: \"{name}\" is {variable.Type} and should be mapped over {expected}; given {value.Type}. Bring the mapped axis to the front with Transpose.");
        }
        var mapped = new Dictionary<Expr, Expr>();
        foreach (var node in Graph.TopologicalOrder([.. ys]))
        {
            if (node.VariableName is { } name)
            {
                if (values.TryGetValue(name, out var value)) mapped[node] = value;
                continue;
            }
            bool[] batched = [.. node.Inputs.Select(mapped.ContainsKey)];
            if (!batched.Contains(true)) continue;
            Expr[] x = [.. node.Inputs.Select(input => mapped.GetValueOrDefault(input, input))];
            mapped[node] = node.Op.Batch(node, x, batched, n) ?? OneByOne(node, x, batched, n);
        }
        return [.. ys.Select(y => mapped.TryGetValue(y, out var all) ? all : Functions.Broadcast(y, y.Shape.Insert(0, n)))];
    }

    /// <summary>An op without a rule of its own, on each slice.</summary>
    static Expr OneByOne(Expr node, Expr[] x, bool[] batched, Dim n) => n.IsKnown
        ? Functions.Stack(0, [.. Enumerable.Range(0, n.Size).Select(slice => new Expr(node.Op, [.. x.Select((value, i) => batched[i] ? Functions.Index(value, 0, slice) : value)]))])
        : throw new ShapeException($"Vmap: {node.Op.Name} takes its slices one by one, and {n} is not known. Map over a number of slices.");
}
