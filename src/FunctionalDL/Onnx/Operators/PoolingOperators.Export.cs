using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Poolings over windows and over whole planes.</summary>
static partial class PoolingOperators
{
    public static IReadOnlyList<Pattern> Composites =>
    [
        Pattern.Of<ReshapeOp>("AveragePool", Pattern.Single, y => AveragePool(y.Inputs[0])),
        Pattern.Of<DivideOp>("AveragePool of one channel", Pattern.Single, AveragePool),
        Pattern.Of<DivideOp>("GlobalAveragePool", Pattern.Single, y => y.Inputs[0] is { Op: SumOp sum, Inputs: [var x] }
            ? Global("GlobalAveragePool", x, sum.Axes, Mean) : null),
        Pattern.Of<MaxOp>("GlobalMaxPool", Pattern.Single, y => Global("GlobalMaxPool", y.Inputs[0], ((MaxOp)y.Op).Axes, Max)),
    ];

    static Composite? AveragePool(Expr mean)
    {
        if (mean is not { Op: DivideOp, Inputs: [{ Op: ConvOp { Window: var window }, Inputs: [var planes, _] }, _] }) return null;
        var x = planes.Op is ReshapeOp ? planes.Inputs[0] : planes;
        var padding = Padding.Of([.. window.Before.Zip(window.After)]);
        if (x.Rank != window.Rank + 2 || window.Dilations.Any(n => n != 1)) return null;
        return Composite.Of(
            "AveragePool",
            Functions.AveragePool(x, [.. window.Sizes], [.. window.Strides], padding),
            [x],
            ("kernel_shape", window.Sizes.ToLongs()),
            ("strides", window.Strides.ToLongs()),
            ("pads", window.Before.Concat(window.After).Select(n => (long)n).ToArray()),
            ("count_include_pad", 0L));
    }

    /// <summary>Over images and volumes; a mean over the last of three axes may be anything.</summary>
    static Composite? Global(string op, Expr x, Axes axes, Func<Expr, int[], Expr> reduce)
    {
        if (x.Rank < 4 || !axes.SequenceEqual(x.Spatial()) || !x.HasElements(axes)) return null;
        return new(reduce(x, x.Spatial()), [x], (graph, names) => graph.Node("Flatten", [graph.Node(op, names)], ("axis", 1L)));
    }
}
