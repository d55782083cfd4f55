using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Pooling.</summary>
static partial class PoolingOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.Several("MaxPool", MaxPoolOf),
        OnnxOperator.One("AveragePool", Average),
        OnnxOperator.One("LpPool", node => LpPool(
            node[0], Window(node), node.Int("p", 2), Strides(node), Around(node), WindowAttributes.Ints(node, "dilations"),
            node.Flag("ceil_mode"))) with { Since = 2 },
        OnnxOperator.One("GlobalAveragePool", node => Global(node[0], Mean)),
        OnnxOperator.One("GlobalMaxPool", node => Global(node[0], Max)),
        OnnxOperator.One("GlobalLpPool", node => Global(node[0], (x, axes) => Norm(x, node.Int("p", 2), axes))) with { Since = 2 },
        OnnxOperator.One("MaxUnpool", Unpooled),
    ];

    static int[] Window(OnnxNode node) =>
        WindowAttributes.Ints(node, "kernel_shape") ?? throw new OnnxNodeException("kernel_shape is missing.");

    /// <summary>Pooling steps by 1 unless told otherwise.</summary>
    static int[] Strides(OnnxNode node) => WindowAttributes.Ints(node, "strides") ?? [.. Window(node).Select(_ => 1)];

    static Padding Around(OnnxNode node) => WindowAttributes.PaddingOf(node, node[0].Rank - 2);

    static Expr Average(OnnxNode node)
    {
        var (x, isCeiling, countsPadding) = (node[0], node.Flag("ceil_mode"), node.Flag("count_include_pad"));
        var (window, strides, padding, dilations) = (Window(node), Strides(node), Around(node), WindowAttributes.Ints(node, "dilations"));
        if (!isCeiling || !countsPadding) return Functions.AveragePool(x, window, strides, padding, dilations, isCeiling, countsPadding);
        // The standard's test data count what the last window has beyond the padding, too: it is padding here.
        var reaching = Functions.PoolingWindow("AveragePool", x.Shape, window, strides, padding, dilations, ceiling: true).Reaching;
        for (var i = 0; i < window.Length; i++) x = Pad(x, i + 2, reaching.Before[i], reaching.After[i]);
        return Functions.AveragePool(x, window, strides, Padding.Valid, dilations);
    }

    static Expr Global(Expr x, Func<Expr, int[], Expr> f) =>
        Reshape(f(x, [.. Enumerable.Range(2, x.Rank - 2)]), [x.Shape[0], x.Shape[1], .. Enumerable.Repeat((Dim)1, x.Rank - 2)]);

    static Expr[] MaxPoolOf(OnnxNode node)
    {
        var x = node[0];
        var (strides, padding, dilations) = (Strides(node), Around(node), WindowAttributes.Ints(node, "dilations"));
        Expr Largest(Expr of) => MaxPool(of, Window(node), strides, padding, dilations, node.Flag("ceil_mode"));
        if (!x.DType.IsFloat()) return [Largest(x.Cast(DType.Float64)).Cast(x.DType)];
        if (!node.Gives(1)) return [Largest(x)];
        if (node.Flag("storage_order")) throw OnnxNodeException.Unsupported("places counted column by column have no form here.");
        var (values, places) = MaxPoolWithPlaces(x, Window(node), strides, padding, dilations, node.Flag("ceil_mode"));
        // ONNX counts places in the whole tensor, not in their plane.
        var planes = Reshape(Functions.Range(x.Shape[0] * x.Shape[1]), [x.Shape[0], x.Shape[1], .. Enumerable.Repeat((Dim)1, x.Rank - 2)]);
        return [values, places + planes * SizeOf(x.Shape.Slice(2, x.Rank).Elements, DType.Int64)];
    }

    static Expr Unpooled(OnnxNode node)
    {
        var (x, axes) = (node[0], node[0].Rank - 2);
        var (window, strides) = (Window(node), Strides(node));
        var pads = WindowAttributes.Ints(node, "pads") ?? new int[2 * axes];
        Shape natural = [x.Shape[0], x.Shape[1], .. Enumerable.Range(0, axes).Select(i =>
            (x.Shape[i + 2] - 1) * strides[i] + window[i] - pads[i] - pads[axes + i])];
        var planes = Reshape(Functions.Range(x.Shape[0] * x.Shape[1]), [x.Shape[0], x.Shape[1], .. Enumerable.Repeat((Dim)1, axes)]);
        var spatial = natural.Slice(2, natural.Rank);
        var y = MaxUnpool(x, node[1] - planes * SizeOf(spatial.Elements, DType.Int64), spatial);
        if (!node.Has(2)) return y;
        // The places are those of the natural size, whatever the output's is.
        var shape = node.Dims(2, "the output's shape");
        return Enumerable.Range(2, axes).Aggregate(y, (padded, axis) => Pad(padded, axis, 0, shape[axis] - natural[axis]));
    }
}
