using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Convolutions.</summary>
static partial class ConvolutionOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.One("Conv", node => Biased(Convolved(node, node[0], node[1]), node.Optional(2))),
        OnnxOperator.One("ConvTranspose", node => Biased(Transposed(node), node.Optional(2))),
        OnnxOperator.One("DeformConv", Deformed),
        OnnxOperator.One("Col2Im", Folded),
    ];

    /// <summary>The convolution of a node's attributes.</summary>
    internal static Expr Convolved(OnnxNode node, Expr x, Expr kernel)
    {
        if (node.OptionalInts("kernel_shape") is { } sizes && !kernel.Shape.Slice(2, kernel.Rank).SequenceEqual(sizes.Select(Dim.Of)))
            throw new OnnxNodeException($"kernel_shape is [{string.Join(", ", sizes)}] for a kernel {kernel.Shape}.");
        return Conv(x, kernel, WindowAttributes.Ints(node, "strides"), WindowAttributes.PaddingOf(node, kernel.Rank - 2),
            WindowAttributes.Ints(node, "dilations"), node.Int32("group", 1));
    }

    static Expr Transposed(OnnxNode node)
    {
        var groups = node.Int32("group", 1);
        var shape = node.OptionalInts("output_shape");
        // Older files give the batch and the channels, too.
        Shape? sizes = shape is null ? null : [.. shape.TakeLast(node[1].Rank - 2).Select(Dim.Of)];
        var padding = sizes is null || node.String("auto_pad", "NOTSET") != "NOTSET"
            ? WindowAttributes.PaddingOf(node, node[1].Rank - 2) : null;
        return ConvTranspose(node[0], node[1], WindowAttributes.Ints(node, "strides"), padding, WindowAttributes.Ints(node, "dilations"),
            groups, WindowAttributes.Ints(node, "output_padding"), sizes);
    }

    static Expr Folded(OnnxNode node)
    {
        int[] block = [.. node.Numbers(2, "the block's shape").Select(n => OnnxNode.Narrow(n, "the block"))];
        return Fold(node[0], [.. node.Dims(1, "the image's shape")], block, WindowAttributes.Ints(node, "strides"),
            WindowAttributes.PaddingOf(node, block.Length), WindowAttributes.Ints(node, "dilations"));
    }

    static Expr Deformed(OnnxNode node)
    {
        var y = DeformableConv(node[0], node[1], node[2], node.Optional(4), WindowAttributes.Ints(node, "strides"),
            WindowAttributes.PaddingOf(node, node[1].Rank - 2), WindowAttributes.Ints(node, "dilations"),
            node.Int32("group", 1), node.Int32("offset_group", 1));
        return Biased(y, node.Optional(3));
    }

    static Expr Biased(Expr y, Expr? bias) => bias is null ? y : y + ByChannel(bias, y);
}
