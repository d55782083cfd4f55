using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL;

public static partial class Differentiation
{
    /// <summary>
    /// The expression for every slice of some of its parts: each given part, a variable or any other node <c>[…]</c>, is replaced by the
    /// slices of a value that has one axis more, <c>[n, …]</c>, and the results are stacked, <c>[n, …]</c>. All slices are taken by the
    /// same ops at once; n may be a name. It nests with itself and with the derivatives; the gradient of one example, mapped, gives
    /// per-example gradients.
    /// </summary>
    /// <remarks>
    /// Where an op has no way to take all slices at once (random numbers of many keys, convolutions with a kernel for each slice), they
    /// are taken in turn, by one <see cref="Scan"/>.
    /// </remarks>
    /// <param name="y">The expression of one slice.</param>
    /// <param name="slices">The parts, and the value whose slices each stands for.</param>
    /// <param name="axis">The axis along which the values are sliced.</param>
    /// <param name="resultAxis">The axis along which the results are stacked.</param>
    /// <exception cref="ShapeException">
    /// A value is not a stack of slices of its part's type, or two values have not the same number of slices.
    /// </exception>
    public static Expr Vmap(this Expr y, IReadOnlyList<(Expr Part, Expr Values)> slices, int axis = 0, int resultAxis = 0) =>
        Vmap([y], slices, axis, resultAxis)[0];

    /// <summary>Several expressions for every slice of some of their parts; what they share stays shared.</summary>
    /// <inheritdoc cref="Vmap(Expr, IReadOnlyList{ValueTuple{Expr, Expr}}, int, int)"/>
    public static Expr[] Vmap(
        IReadOnlyCollection<Expr> ys,
        IReadOnlyList<(Expr Part, Expr Values)> slices,
        int axis = 0,
        int resultAxis = 0)
    {
        if (slices.Count == 0)
            throw new FunctionalException("Vmap: there is nothing to map over. Name a part and the value whose slices it stands for.");
        var n = slices[0].Values.Shape[slices[0].Values.Shape.Axis(axis, "Vmap")];
        foreach (var (part, values) in slices)
        {
            var at = values.Shape.Axis(axis, "Vmap");
            if (values.DType != part.DType || values.Shape.Remove(at) != part.Shape || values.Shape[at] != n)
                throw new ShapeException(
                    $"Vmap: {part.VariableName ?? part.Op.Name} is {part.Type}; {n} of them along axis {axis} cannot be {values.Type}. "
                        + "Transpose or cast the values, or choose another axis."
                );
        }

        var given = new NodeMap(slices.Select(s => (s.Part, MoveAxis(s.Values, s.Values.Shape.Axis(axis, "Vmap"), 0))));
        var several = new Results<Expr>();
        var mapped = Graph.Rebuild(ys, (node, x) =>
        {
            if (given.Of(node) is { } value) return value;
            // What is mapped has an axis more and so is another node.
            bool[] batched = [.. node.Inputs.Zip(x, (one, all) => one != all)];
            if (!batched.Contains(true)) return null;
            return node.Op is MultiResultOp
                ? several.Of(node, op => op.BatchAll(op.All(node), x, batched, n) ?? [.. op.All(node).Select(y => InTurn(y, x, batched))])
                : node.Op.Batch(node, x, batched, n) ?? InTurn(node, x, batched);
        });
        return [.. ys.Zip(mapped, (y, all) => all == y ? Broadcast(y, y.Shape.Insert(0, n)) : all)
            .Select(all => MoveAxis(all, 0, all.Shape.Axis(resultAxis, "Vmap")))];
    }

    /// <summary>An op on each slice, one after another: a loop that carries nothing.</summary>
    static Expr InTurn(Expr node, Expr[] x, bool[] batched) => Scan([ZerosLike(node)], [.. x.Where((_, i) => batched[i])], (_, slices) =>
    {
        var next = 0;
        return [new(node.Op, [.. x.Select((e, i) => batched[i] ? slices[next++] : e)])];
    }).Steps[0];

    static Expr MoveAxis(Expr x, int from, int to)
    {
        var order = Enumerable.Range(0, x.Rank).Where(axis => axis != from).ToList();
        order.Insert(to, from);
        return Transpose(x, [.. order]);
    }
}
