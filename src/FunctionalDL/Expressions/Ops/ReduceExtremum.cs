using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// The largest or smallest element. Its derivative is [x = y], shared equally where several elements are the extreme one.
/// </summary>
abstract record ReduceExtremum(Axes Axes) : ReduceOp(Axes)
{
    internal override Expr? Vjp(int i, Expr y, Expr g) => Spread(g, y.Inputs[0].Shape) * Shares(y);

    private protected override Expr? Used(int i, Expr y) => ElementwiseOp.IsSteep(y.Inputs[0]) ? Extremes(y) : null;

    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        if (t[0] is not { } tangent) return null;
        var shares = tangent * Shares(y);
        return new(new SumOp(Axes), ElementwiseOp.IsSteep(y.Inputs[0]) ? Select(Extremes(y), shares, ZerosLike(shares)) : shares);
    }

    /// <summary>Which elements are extreme.</summary>
    Expr Extremes(Expr y) => Equal(y.Inputs[0], Spread(y, y.Inputs[0].Shape));

    /// <summary>∂y/∂x: 1 over the number of extreme elements at each of them, 0 elsewhere.</summary>
    Expr Shares(Expr y)
    {
        var mask = Extremes(y).Cast(y.DType);
        return mask / Spread(new(new SumOp(Axes), mask), y.Inputs[0].Shape);
    }

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        if (y.DType.IsFloat() || Axes.Count == 0) return Onnx(graph, "Reduce" + Name, x[0]);
        var axes = graph.Constant(Tensor.Vector(Axes.ToLongs()));
        return graph.Node("Squeeze", [OnnxExtremum.Of(graph, "Reduce" + Name, x[0], axes), axes]);
    }

    internal sealed override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within)
    {
        var shape = x[0].Shape;
        var elements = Range(shape.ElementCount).Evaluate().Reshape(shape);
        var extreme = new Expr(this, Expr.Constant(x[0])).Evaluate();
        // The elements of each result: its axes last.
        int[] kept = [.. Enumerable.Range(0, shape.Rank).Where(axis => !Axes.Contains(axis))];
        var groups = Transpose(Expr.Constant(elements), [.. kept, .. Axes]).Evaluate().As<long>().Span.ToArray();
        var size = extreme.Count == 0 ? 0 : groups.Length / extreme.Count;
        for (var i = 0; i < extreme.Count; i++)
        {
            var group = groups.AsSpan(i * size, size).ToArray();
            var best = (int)group.FirstOrDefault(j => x[0].GetDouble((int)j) == extreme.GetDouble(i), -1);
            if (
                best >= 0
                && group.Any(j => j != best && Math.Abs(x[0].GetDouble((int)j) - extreme.GetDouble(i)) <= within.Between(best, (int)j)))
                yield return (
                    i,
                    new(
                        NonSmoothKind.Kink,
                        $"{Name} has a kink where several elements are the extreme one; they share the derivative equally."));
        }
    }
}
