using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>The largest or smallest element. Its derivative is [x = y], shared equally where several elements are the extreme one.</summary>
abstract record ReduceExtremum(Axes Axes) : ReduceOp(Axes)
{
    internal override Expr? Vjp(int i, Expr y, Expr g) => Spread(g, y.Inputs[0].Shape) * Shares(y);

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[0] is { } tangent ? new(new SumOp(Axes), tangent * Shares(y)) : null;

    /// <summary>∂y/∂x: 1 over the number of extreme elements at each of them, 0 elsewhere.</summary>
    Expr Shares(Expr y)
    {
        var x = y.Inputs[0];
        var mask = Equal(x, Spread(y, x.Shape)).Cast(x.DType);
        return mask / Spread(new(new SumOp(Axes), mask), x.Shape);
    }

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => Onnx(graph, "Reduce" + Name, x[0]);

    internal sealed override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, double within)
    {
        var all = Expr.Constant(x[0].Cast(DType.Float64));
        var isExtreme = Abs(all - Spread(new(this, all), all.Shape)) <= within;
        var extremes = new Expr(new SumOp(Axes), isExtreme.Cast(DType.Int64)).Evaluate(TensorSet.Empty);
        return Enumerable.Range(0, extremes.Count).Where(i => extremes.GetDouble(i) > 1)
            .Select(i => (i, new NonSmooth(NonSmoothKind.Kink, $"{Name} has a kink where several elements are the extreme one; they share the derivative equally.")));
    }
}
