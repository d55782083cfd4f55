using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Elements put around a tensor, or cut off.</summary>
static class PaddingOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.One("Pad", Padded) with { Since = 2 }, OnnxOperator.One("CenterCropPad", Centered),
    ];

    static Expr Padded(OnnxNode node)
    {
        const int asInputs = 11;
        var x = node[0];
        var pads = node.Opset < asInputs ? [.. node.Ints("pads").Select(Dim.Of)] : node.Dims(1, "pads");
        var axes = node.Has(3) ? node.Numbers(3, "axes") : [.. Enumerable.Range(0, pads.Length / 2).Select(i => (long)i)];
        if (pads.Length != 2 * axes.Length)
            throw new OnnxNodeException($"{pads.Length} pads for {axes.Length} axes; two for each are needed.");
        var mode = node.String("mode", "constant");
        if (mode is not ("constant" or "reflect" or "edge" or "wrap"))
            throw new OnnxNodeException($"mode is \"{mode}\", and has to be constant, reflect, edge or wrap.");
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = x.Shape.Axis(OnnxNode.Narrow(axes[i], "axes"), "Pad");
            var (before, after) = (pads[i], pads[axes.Length + i]);
            if (mode == "constant") x = Filled(node, x, axis, before, after, asInputs);
            else x = Continued(x, axis, Number(before), Number(after), mode);
        }
        return x;
    }

    static long Number(Dim d) => d.IsKnown ? d.Polynomial().Sum(term => term.Coefficient)
        : throw new OnnxNodeException($"{d} elements are put around by a mode that has to know how many. Give the size: "
            + "OnnxImportOptions.Sizes.");

    static Expr Filled(OnnxNode node, Expr x, int axis, Dim before, Dim after, int asInputs)
    {
        Dim Cut(Dim d) => d.IsNegative ? -1 * d : 0;
        var kept = SliceFrom(x, axis, Cut(before), x.Shape[axis] - Cut(before) - Cut(after));
        Expr value = node.Opset < asInputs ? Expr.Constant(node.Float("value", 0), x.DType)
            : node.Optional(2) ?? Expr.Constant(Tensor.Zeros(x.DType, Shape.Scalar));
        Expr Around(Dim d) => Broadcast(Reshape(value, Shape.Scalar), kept.Shape.With(axis, d.IsNegative ? 0 : d));
        return before == 0 && after == 0 ? x : Concat(axis, Around(before), kept, Around(after));
    }

    /// <summary>What continues the elements on both sides: they turned round, the one at the end, or they again.</summary>
    static Expr Continued(Expr x, int axis, long before, long after, string mode)
    {
        if (before == 0 && after == 0) return x;
        if (!x.Shape[axis].IsKnown) throw new OnnxNodeException($"{x.Shape[axis]} elements are continued by {mode}, which has to know how "
            + "many there are. Give the size: OnnxImportOptions.Sizes.");
        var n = x.Shape[axis].Size;
        var length = before + n + after;
        if (n == 0 || length is < 0 or > int.MaxValue) throw new OnnxNodeException($"{n} elements are to become {length}.");
        var places = Enumerable.Range(0, (int)length).Select(i => Place(i - before, n, mode));
        return Gather(x, Expr.Constant(Tensor.Vector([.. places])), axis);
    }

    static long Place(long i, int n, string mode)
    {
        if (mode == "edge") return Math.Clamp(i, 0, n - 1);
        if (mode == "wrap") return (i % n + n) % n;
        var period = Math.Max(1, 2 * (n - 1));
        var at = (i % period + period) % period;
        return at < n ? at : period - at;
    }

    static Expr Centered(OnnxNode node)
    {
        var (x, sizes) = (node[0], node.Dims(1, "the shape"));
        var axes = node.OptionalInts("axes") ?? [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
        foreach (var (size, given) in sizes.Zip(axes)) x = Centered(x, x.Shape.Axis(OnnxNode.Narrow(given, "axes"), "CenterCropPad"), size);
        return x;
    }

    static Expr Centered(Expr x, int axis, Dim size)
    {
        var n = x.Shape[axis];
        if (!n.IsKnown || !size.IsKnown) throw new OnnxNodeException($"{n} elements are cut or filled to {size}. Give the sizes: "
            + "OnnxImportOptions.Sizes.");
        var more = size.Size - n.Size;
        if (more < 0) return SliceFrom(x, axis, -more / 2, size);
        var (zeros, before) = (Expr.Constant(Tensor.Zeros(x.DType, Shape.Scalar)), more / 2);
        Expr Around(int count) => Broadcast(zeros, x.Shape.With(axis, count));
        return more == 0 ? x : Concat(axis, Around(before), x, Around(more - before));
    }
}
