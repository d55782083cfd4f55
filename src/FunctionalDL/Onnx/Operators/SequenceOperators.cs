using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Lists of tensors, whose lengths are known when the model is read, and values that may be missing.</summary>
static class SequenceOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        new("SequenceConstruct", node => [OnnxValue.Of(node.Values.Select(v => v!), node[0].DType)]),
        new("SequenceEmpty", node => [OnnxValue.Of([], node.DTypeAttribute("dtype", DType.Float32))]),
        new("SequenceAt", node => [List(node)[Place(node, 1, List(node).Length - 1)]]),
        new("SequenceLength", node => [OnnxValue.Of([List(node).Length], isScalar: true)]),
        new("SequenceInsert", node => [OnnxValue.Of(List(node).Insert(
            node.Has(2) ? Place(node, 2, List(node).Length) : List(node).Length, node.Value(1)), node[1].DType)]),
        new("SequenceErase", node => [OnnxValue.Of(List(node).RemoveAt(
            node.Has(1) ? Place(node, 1, List(node).Length - 1) : List(node).Length - 1), DType.Float32)]),
        OnnxOperator.One("ConcatFromSequence", Joined),
        new("SplitToSequence", SplitUp),
        new("Optional", node => [node.Value(0)]),
        new("OptionalGetElement", node => [node.Value(0)]),
        OnnxOperator.One("OptionalHasElement", node => Expr.Constant(Tensor.Scalar(node.Has(0)))),
    ];

    static System.Collections.Immutable.ImmutableArray<OnnxValue> List(OnnxNode node) =>
        node.Value(0).List ?? throw new OnnxNodeException("a tensor stands where a list of tensors has to.");

    static int Place(OnnxNode node, int input, int last)
    {
        var place = node.Number(input, "the place in the list");
        var at = place < 0 ? place + List(node).Length : place;
        return at >= 0 && at <= last ? (int)at
            : throw new OnnxNodeException($"there is no place {place} in a list of {List(node).Length}.");
    }

    static Expr Joined(OnnxNode node)
    {
        Expr[] parts = [.. List(node).Select(v => v.Expression)];
        if (parts.Length == 0) throw new OnnxNodeException("a list of no tensors is to be joined.");
        var axis = node.Int32("axis");
        return node.Flag("new_axis") ? Stack(axis, parts) : Concat(parts[0].Shape.Axis(axis, "ConcatFromSequence"), parts);
    }

    static OnnxValue[] SplitUp(OnnxNode node)
    {
        var x = node[0];
        var axis = x.Shape.Axis(node.Int32("axis", 0), "SplitToSequence");
        if (!x.Shape[axis].IsKnown) throw new OnnxNodeException($"{x.Shape[axis]} elements are a list of unknown length. "
            + "Give the size: OnnxImportOptions.Sizes.");
        var n = x.Shape[axis].Size;
        var isKept = node.Has(1) || node.Flag("keepdims", true);
        Expr[] parts = Split(x, axis, [.. Sizes(node, n).Select(Dim.Of)]);
        return [OnnxValue.Of(parts.Select(p => OnnxValue.Of(isKept ? p : Squeeze(p, axis))), x.DType)];
    }

    static IEnumerable<long> Sizes(OnnxNode node, int n)
    {
        if (!node.Has(1)) return Enumerable.Repeat(1L, n);
        var given = node.Numbers(1, "split");
        if (node.Value(1).Type.Shape.Rank > 0) return given;
        var size = given[0];
        if (size < 1) throw new OnnxNodeException($"parts of {size} elements.");
        return Enumerable.Range(0, (int)((n + size - 1) / size)).Select(i => Math.Min(size, n - i * size));
    }
}
