using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Reductions, and what goes along an axis.</summary>
static partial class ReductionOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        Reduce("ReduceSum", (x, axes) => Sum(x, axes)),
        Reduce("ReduceMean", Average),
        Reduce("ReduceMax", (x, axes) => Extremum(x, axes, Max, double.NegativeInfinity)),
        Reduce("ReduceMin", (x, axes) => Extremum(x, axes, Min, double.PositiveInfinity)),
        Reduce("ReduceProd", (x, axes) => Product(x, axes)),
        Reduce("ReduceL1", (x, axes) => Sum(Abs(x), axes)),
        Reduce("ReduceL2", (x, axes) => InFloats(x, f => Functions.Norm(f, axes))),
        Reduce("ReduceSumSquare", (x, axes) => Sum(x * x, axes)),
        Reduce("ReduceLogSum", (x, axes) => InFloats(x, f => Log(Sum(f, axes)))),
        Reduce("ReduceLogSumExp", (x, axes) => InFloats(x, f => LogSumExpOf(f, axes))),
        OnnxOperator.One("ArgMax", node => Best(node, x => x)),
        OnnxOperator.One("ArgMin", node => Best(node, Reversed)),
        OnnxOperator.Several("TopK", TopKOf),
        OnnxOperator.One("CumSum", node => CumulativeSum(
            node[0], node.Number32(1, "axis"), node.Flag("exclusive"), node.Flag("reverse"))),
        OnnxOperator.One("CumProd", node => CumulativeProduct(
            node[0], node.Number32(1, "axis"), node.Flag("exclusive"), node.Flag("reverse"))),
    ];

    static OnnxOperator Reduce(string name, Func<Expr, int[], Expr> reduce) => OnnxOperator.One(name, node =>
    {
        var x = node[0];
        var given = node.NumbersOf("axes", 1, "axes") ?? [];
        // Without axes these reduce over all, unless they are told to do nothing; then only what is done to each element is.
        if (given.Length == 0 && node.Flag("noop_with_empty_axes")) return reduce(ExpandDims(x, 0), [0]);
        int[] axes = given.Length == 0
            ? [.. Enumerable.Range(0, x.Rank)]
            : [.. given.Select(a => x.Shape.Axis(OnnxNode.Narrow(a, "axes"), name)).Order()];
        var reduced = reduce(x, axes);
        return node.Flag("keepdims", true) ? Reshape(reduced, [.. x.Shape.Select((d, i) => axes.Contains(i) ? 1 : d)]) : reduced;
    });

    static Expr InFloats(Expr x, Func<Expr, Expr> f) => x.DType.IsFloat() ? f(x) : f(x.Cast(DType.Float64)).Cast(x.DType);

    static Expr Average(Expr x, int[] axes)
    {
        if (x.DType.IsFloat()) return Functions.Mean(x, axes);
        return Sum(x, axes) / SizeOf(axes.Aggregate((Dim)1, (n, axis) => n * x.Shape[axis]), x.DType);
    }

    /// <summary>Truth values count as 0 and 1; of no elements the extremum is what changes no other.</summary>
    static Expr Extremum(Expr x, int[] axes, Func<Expr, int[], Expr> of, double none)
    {
        if (x.DType == DType.Bool) return Extremum(x.Cast(DType.UInt8), axes, of, none).Cast(DType.Bool);
        if (axes.Length == 0) return x;
        if (!axes.Any(axis => x.Shape[axis] == 0)) return of(x, axes);
        var nothing = Expr.Constant(Tensor.Scalar(none).Cast(x.DType));
        return Broadcast(nothing, [.. x.Shape.Where((_, i) => !axes.Contains(i))]);
    }

    static Expr LogSumExpOf(Expr x, int[] axes)
    {
        if (axes.Length == 0) return x;
        int[] kept = [.. Enumerable.Range(0, x.Rank).Except(axes)];
        Shape shape = [.. kept.Select(axis => x.Shape[axis])];
        var last = Transpose(x, [.. kept, .. axes]);
        var rows = Reshape(last, shape.Concat([axes.Aggregate((Dim)1, (n, axis) => n * x.Shape[axis])]));
        return rows.Shape[^1] == 0 ? Broadcast(Expr.Constant(double.NegativeInfinity, x.DType), shape) : Functions.LogSumExp(rows);
    }

    /// <summary>What is largest where x is smallest.</summary>
    static Expr Reversed(Expr x) => x.DType.IsFloat() ? -x : -1 - x.Cast(DType.Int64);

    static Expr Best(OnnxNode node, Func<Expr, Expr> order)
    {
        var x = order(node[0]);
        var axis = x.Shape.Axis(node.Int32("axis", 0), node.Operator);
        var best = node.Flag("select_last_index")
            ? SizeOf(x.Shape[axis], DType.Int64) - 1 - ArgMax(Reverse(x, axis), axis)
            : ArgMax(x, axis);
        return node.Flag("keepdims", true) ? ExpandDims(best, axis) : best;
    }

    static Expr[] TopKOf(OnnxNode node)
    {
        const int countAsInput = 10;
        var k = node.Opset >= countAsInput ? node.Dims(1, "k")[0] : Dim.Of(node.Int("k"));
        var (values, indices) = TopK(node[0], k, node.Int32("axis", -1), node.Flag("largest", true));
        return [values, indices];
    }
}
