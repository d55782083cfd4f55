using FunctionalDL.Ops;
using F = FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Reductions: sums, means and extremes over axes, which are removed or stay with size 1.</summary>
static partial class ReductionOperators
{
    public static IReadOnlyList<Pattern> Composites =>
    [
        Pattern.Of<ReshapeOp>("ReduceLogSumExp", Pattern.Reals, y => LogSumExp(y.Inputs[0], keeps: false)),
        Pattern.Of<AddOp>("ReduceLogSumExp that keeps the axis", Pattern.Reals, y => LogSumExp(y, keeps: true)),
        Pattern.Of<ReshapeOp>("ReduceMean that keeps the axes", Pattern.Reals, y => Mean(y.Inputs[0], y.Shape)),
        Pattern.Of<ReshapeOp>("a reduction that keeps the axes", Pattern.Any, y => y.Inputs[0].Op is ReduceOp
            ? Kept("Reduce" + y.Inputs[0].Op.Name, y.Inputs[0], y.Shape) : null),
        Pattern.Of<DivideOp>("ReduceMean", Pattern.Reals, y => Mean(y, null)),
        Pattern.Of<SqrtOp>("ReduceL2", Pattern.Single, L2),
    ];

    static Composite? LogSumExp(Expr y, bool keeps)
    {
        if (y is not { Op: AddOp, Inputs: [var peak, { Op: LogOp }] }
            || peak.Inner() is not { Op: MaxOp { Axes: [var axis] }, Inputs: [var x] } || !x.HasElements([axis])) return null;
        return Reduction("ReduceLogSumExp", keeps ? F.LogSumExpKeep(x, axis) : F.LogSumExp(x, axis), x, [axis], keeps);
    }

    static Composite? Mean(Expr y, Shape? kept)
    {
        if (y is not { Op: DivideOp, Inputs: [{ Op: SumOp sum, Inputs: [var x] }, _] } || sum.Axes.Count == 0) return null;
        // OnnxRuntime's mean of no elements is 0, and no NaN.
        if (!x.HasElements(sum.Axes)) return null;
        var mean = F.Mean(x, [.. sum.Axes]);
        if (kept is null) return Reduction("ReduceMean", mean, x, sum.Axes, keeps: false);
        return kept == KeptShape(x, sum.Axes) ? Reduction("ReduceMean", F.Reshape(mean, kept), x, sum.Axes, keeps: true) : null;
    }

    static Composite? Kept(string op, Expr reduced, Shape kept)
    {
        var (x, axes) = (reduced.Inputs[0], ((ReduceOp)reduced.Op).Axes);
        return axes.Count > 0 && kept == KeptShape(x, axes) && x.Rank > reduced.Rank
            ? Reduction(op, F.Reshape(reduced, kept), x, axes, keeps: true)
            : null;
    }

    /// <summary>√Σ x², squares that overflow and all.</summary>
    static Composite? L2(Expr y)
    {
        var total = y.Inputs[0];
        var sum = total.Op is ReshapeOp ? total.Inputs[0] : total;
        if (sum is not { Op: SumOp { Axes: { Count: > 0 } axes }, Inputs: [{ Op: PowerOp, Inputs: [var x, _] }] }) return null;
        var norm = F.Sum(F.Square(x), [.. axes]);
        if (total.Op is not ReshapeOp) return Reduction("ReduceL2", F.Sqrt(norm), x, axes, keeps: false);
        return total.Shape == KeptShape(x, axes) ? Reduction("ReduceL2", F.Sqrt(F.Reshape(norm, total.Shape)), x, axes, keeps: true) : null;
    }

    static Composite Reduction(string op, Expr function, Expr x, Axes axes, bool keeps) => new(function, [x], (graph, names) =>
        graph.Node(op, [names[0], graph.Constant(Tensor.Vector(axes.ToLongs()))], ("keepdims", keeps ? 1L : 0L)));

    static Shape KeptShape(Expr x, Axes axes) => [.. x.Shape.Select((size, axis) => axes.Contains(axis) ? 1 : size)];
}
