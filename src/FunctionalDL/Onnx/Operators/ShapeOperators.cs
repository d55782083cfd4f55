using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Shapes, and the elements moved but not changed.</summary>
static partial class ShapeOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        new("Shape", node => [Sizes(node)]),
        new("Size", node => [OnnxValue.Of([node[0].Shape.Elements], isScalar: true)]),
        OnnxOperator.One("Constant", Constant),
        OnnxOperator.One("ConstantOfShape", node => Broadcast(
            Expr.Constant(node.HasAttribute("value") ? node.TensorAttribute("value").Reshape(Shape.Scalar) : Tensor.Scalar(0f)),
            [.. node.Dims(0, "the shape")])),
        OnnxOperator.One("Reshape", node =>
            Reshape(node[0], NewShape(node[0].Shape, node.Dims(1, "the shape"), node.Flag("allowzero")))) with { Since = 5 },
        OnnxOperator.One("Flatten", Flatten),
        OnnxOperator.One("Expand", node => Expanded(node[0], [.. node.Dims(1, "the shape")])),
        OnnxOperator.One("Squeeze", Squeezed),
        OnnxOperator.One("Unsqueeze", Unsqueezed),
        OnnxOperator.One("Transpose", node => Transpose(node[0],
            WindowAttributes.Ints(node, "perm") ?? [.. Enumerable.Range(0, node[0].Rank).Reverse()])),
        OnnxOperator.One("Concat", node => Concat(node[0].Shape.Axis(node.Int32("axis"), "Concat"), node.All())) with { Since = 4 },
        OnnxOperator.Several("Split", SplitOf),
        OnnxOperator.One("Slice", Sliced),
        OnnxOperator.One("Tile", node => Tile(node[0], [.. node.Dims(1, "repeats")])) with { Since = 6 },
        OnnxOperator.One("Range", RangeOf),
        OnnxOperator.One("Trilu", node => Trilu(node, node.Has(1) ? node.Number32(1, "k") : 0)),
        OnnxOperator.One("DepthToSpace", node =>
            DepthToSpace(node[0], node.Int32("blocksize"), columnFirst: node.String("mode", "DCR") == "CRD")),
        OnnxOperator.One("SpaceToDepth", node => SpaceToDepth(node[0], node.Int32("blocksize"))),
        OnnxOperator.One("EyeLike", EyeLike),
        OnnxOperator.One("ReverseSequence", ReverseSequence),
    ];

    static OnnxValue Sizes(OnnxNode node)
    {
        var shape = node.Value(0).Type.Shape;
        var places = Slicing.Places(shape.Rank, node.Int("start", 0), node.Int("end", shape.Rank), 1);
        return OnnxValue.Of([.. places.Select(i => shape[i])], isScalar: false);
    }

    static Expr Constant(OnnxNode node)
    {
        if (node.HasAttribute("value")) return Expr.Constant(node.TensorAttribute("value"));
        if (node.HasAttribute("value_float")) return Expr.Constant(Tensor.Scalar((float)node.Float("value_float", 0)));
        if (node.HasAttribute("value_floats"))
            return Expr.Constant(Tensor.Vector([.. node.Floats("value_floats").Select(f => (float)f)]));
        if (node.HasAttribute("value_int")) return Expr.Constant(Tensor.Scalar(node.Int("value_int")));
        if (node.HasAttribute("value_ints")) return Expr.Constant(Tensor.Vector(node.Ints("value_ints")));
        throw OnnxNodeException.Unsupported("a constant of strings or sparse values has no form here.");
    }

    /// <summary>A shape in which −1 is what is left, and 0 the size that the axis had.</summary>
    internal static Shape NewShape(Shape from, ImmutableArray<Dim> to, bool allowZero)
    {
        Dim[] dims = [.. to.Select((d, i) => d == 0 && !allowZero ? Old(from, i) : d)];
        var unknown = Array.FindIndex(dims, d => d == -1);
        if (unknown < 0) return [.. dims];
        var others = dims.Where((_, i) => i != unknown).Aggregate((Dim)1, (product, d) => product * d);
        dims[unknown] = others == 0 ? 0 : from.Elements.DivideExactly(others)
            ?? throw new OnnxNodeException($"{from} is to be reshaped to [{string.Join(", ", to)}], and {from.Elements} is not a multiple "
                + $"of {others} for all sizes. Give sizes for named dimensions: OnnxImportOptions.Sizes.");
        return [.. dims];
    }

    static Dim Old(Shape from, int axis) => axis < from.Rank ? from[axis]
        : throw new OnnxNodeException($"a size of axis {axis} is to be kept, which {from} does not have.");

    static Expr Flatten(OnnxNode node)
    {
        var x = node[0];
        var axis = node.Int32("axis", 1);
        if (axis < 0) axis += x.Rank;
        if (axis < 0 || axis > x.Rank) throw new OnnxNodeException($"axis {node.Int("axis", 1)} is not one of {x.Shape}.");
        return Reshape(x, [x.Shape.Slice(0, axis).Elements, x.Shape.Slice(axis, x.Rank).Elements]);
    }

    static Expr Expanded(Expr x, Shape shape) => Broadcast(x, Shape.Broadcast(x.Shape, shape)
        ?? throw new OnnxNodeException($"{x.Shape} does not broadcast to {shape}."));

    static Expr Squeezed(OnnxNode node)
    {
        var x = node[0];
        var axes = node.NumbersOf("axes", 1, "axes") ?? [.. Enumerable.Range(0, x.Rank).Where(i => x.Shape[i] == 1).Select(i => (long)i)];
        int[] at = [.. axes.Select(a => x.Shape.Axis(OnnxNode.Narrow(a, "axes"), "Squeeze"))];
        if (at.FirstOrDefault(a => x.Shape[a] != 1, -1) is >= 0 and var wide)
            throw new OnnxNodeException($"axis {wide} of {x.Shape} is to be removed, and is not of size 1.");
        return Reshape(x, [.. x.Shape.Where((_, i) => !at.Contains(i))]);
    }

    static Expr Unsqueezed(OnnxNode node)
    {
        var (x, axes) = (node[0], node.NumbersOf("axes", 1, "axes") ?? throw new OnnxNodeException("axes are missing."));
        var rank = x.Rank + axes.Length;
        int[] at = [.. axes.Select(a => OnnxNode.Narrow(a < 0 ? a + rank : a, "axes"))];
        if (at.Any(a => a < 0 || a >= rank) || at.Distinct().Count() != at.Length)
            throw new OnnxNodeException($"axes [{string.Join(", ", axes)}] cannot be put into {x.Shape}.");
        var old = new Queue<Dim>(x.Shape);
        return Reshape(x, [.. Enumerable.Range(0, rank).Select(i => at.Contains(i) ? 1 : old.Dequeue())]);
    }

    static Expr[] SplitOf(OnnxNode node)
    {
        var (x, parts) = (node[0], node.OutputCount);
        var axis = x.Shape.Axis(node.Int32("axis", 0), "Split");
        if (node.NumbersOf("split", 1, "split") is { } sizes) return Split(x, axis, [.. sizes.Select(Dim.Of)]);
        var n = x.Shape[axis];
        if (n.DivideExactly(parts) is { } equal) return Split(x, axis, [.. Enumerable.Repeat(equal, parts)]);
        if (!n.IsKnown) throw new OnnxNodeException($"{n} elements are to be split into {parts} parts, which leaves a rest for some sizes. "
            + "Give the size: OnnxImportOptions.Sizes.");
        var size = (n.Size + parts - 1) / parts;
        return Split(x, axis, [.. Enumerable.Range(0, parts).Select(i => (Dim)Math.Clamp(n.Size - i * size, 0, size))]);
    }

    static Expr Sliced(OnnxNode node)
    {
        const int asInputs = 10;
        var x = node[0];
        ImmutableArray<Dim> Bounds(int i, string name) =>
            node.Opset < asInputs ? [.. node.Ints(name).Select(Dim.Of)] : node.Dims(i, name);
        var (starts, ends) = (Bounds(1, "starts"), Bounds(2, "ends"));
        var axes = node.NumbersOf("axes", 3, "axes") ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        var steps = node.Has(4) ? node.Numbers(4, "steps") : [.. axes.Select(_ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw new OnnxNodeException($"{starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps.Length} steps differ.");
        for (var i = 0; i < axes.Length; i++)
            x = Sliced(x, x.Shape.Axis(OnnxNode.Narrow(axes[i], "axes"), "Slice"), starts[i], ends[i], steps[i]);
        return x;
    }

    static Expr Sliced(Expr x, int axis, Dim start, Dim end, long step)
    {
        var n = x.Shape[axis];
        if (n.IsKnown && start.IsKnown && end.IsKnown)
            return Picked(x, axis, [.. Slicing.Places(n.Size, Number(start), Number(end), step)]);
        if (step == -1 && Number(start) is -1 or > int.MaxValue && Number(end) < int.MinValue) return Reverse(x, axis);
        if (step != 1) throw new OnnxNodeException($"{start} to {end} of {n} by steps of {step} is not a number of elements for all sizes. "
            + "Give the size: OnnxImportOptions.Sizes.");
        var from = Place(start, n);
        return SliceFrom(x, axis, from, Place(end, n) - from);
    }

    static long Number(Dim d) => d.IsKnown ? d.Polynomial().Sum(term => term.Coefficient) : 0;

    /// <summary>A place counted from the start: one below 0 is counted from the end, and one beyond all sizes is the end.</summary>
    static Dim Place(Dim place, Dim n)
    {
        if (!place.IsKnown) return place.Polynomial().All(term => term.Coefficient < 0) ? n + place : place;
        if (Number(place) >= int.MaxValue) return n;
        return Number(place) < 0 ? n + place : place;
    }

    static Expr Picked(Expr x, int axis, int[] places)
    {
        if (places.Length == 0) return Slice(x, axis, 0, 0);
        var step = places.Length > 1 ? places[1] - places[0] : 1;
        if (step > 0) return Slice(x, axis, places[0], places[^1] + 1, step);
        return Reverse(Slice(x, axis, places[^1], places[0] + 1, -step), axis);
    }

    static Expr RangeOf(OnnxNode node)
    {
        var dtype = node.Value(0).Type.DType;
        if (Enumerable.Range(0, 3).All(i => node.Value(i).Tensor is not null))
        {
            var (first, end, by) = (node.Real(0, "start"), node.Real(1, "limit"), node.Real(2, "delta"));
            var count = Math.Max(0, Math.Ceiling((end - first) / by));
            if (!(count <= int.MaxValue)) throw new OnnxNodeException($"a range from {first} to {end} by {by} is longer than any array.");
            return Expr.Constant(first, dtype) + Expr.Constant(by, dtype) * Functions.Range((int)count, dtype);
        }
        var (start, limit, delta) = (node.Dims(0, "start")[0], node.Dims(1, "limit")[0], node.Dims(2, "delta")[0]);
        var n = (limit - start).DivideExactly(delta)
            ?? throw new OnnxNodeException($"{start} to {limit} by {delta} is not a number of elements for all sizes. "
                + "Give the size: OnnxImportOptions.Sizes.");
        var steps = Functions.Range(n, dtype);
        Expr Of(Dim d) => OnnxValue.Of([d], isScalar: true, dtype).Expression;
        return start == 0 && delta == 1 ? steps : Of(start) + Of(delta) * steps;
    }

    static Expr Trilu(OnnxNode node, int diagonal)
    {
        if (node[0].DType == DType.Bool) return (node.Flag("upper", true) ? Triu(node[0].Cast(DType.UInt8), diagonal)
            : Tril(node[0].Cast(DType.UInt8), diagonal)).Cast(DType.Bool);
        return node.Flag("upper", true) ? Triu(node[0], diagonal) : Tril(node[0], diagonal);
    }

    static Expr EyeLike(OnnxNode node)
    {
        var x = node[0];
        var dtype = node.DTypeAttribute("dtype", x.DType);
        var (rows, columns) = (ExpandDims(Functions.Range(x.Shape[0]), 1), ExpandDims(Functions.Range(x.Shape[1]), 0));
        return Equal(columns, rows + node.Int("k", 0)).Cast(dtype);
    }

    /// <summary>Each sequence of a batch turned round up to its length.</summary>
    static Expr ReverseSequence(OnnxNode node)
    {
        var (batch, time) = (node.Int32("batch_axis", 1), node.Int32("time_axis", 0));
        if ((batch, time) is not ((0, 1) or (1, 0)))
            throw new OnnxNodeException($"batch axis {batch} and time axis {time} have to be 0 and 1 in either order.");
        var x = time == 0 ? node[0] : Transpose(node[0], [1, 0, .. Enumerable.Range(2, node[0].Rank - 2)]);
        var (places, lengths) = (ExpandDims(Functions.Range(x.Shape[0]), 1), ExpandDims(node[1].Cast(DType.Int64), 0));
        var from = Select(places < lengths, lengths - 1 - places, places);
        var indices = Broadcast(Reshape(from, from.Shape.Concat([.. Enumerable.Repeat((Dim)1, x.Rank - 2)])), x.Shape);
        var turned = GatherAlong(x, indices, 0);
        return time == 0 ? turned : Transpose(turned, [1, 0, .. Enumerable.Range(2, x.Rank - 2)]);
    }
}
