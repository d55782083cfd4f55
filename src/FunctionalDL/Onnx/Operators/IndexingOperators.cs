using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Elements found by their places, which count from the end where they are below 0.</summary>
static class IndexingOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.One("Gather", node => AlongAxis(node, 0, (x, axis) => Gather(x, Wrapped(node[1], x.Shape[axis]), axis))),
        OnnxOperator.One("GatherElements", node => AlongAxis(node, 0, (x, axis) =>
            GatherAlong(x, Wrapped(node[1], x.Shape[axis]), axis))),
        OnnxOperator.One("GatherND", node =>
        {
            var batch = node.Int32("batch_dims", 0);
            return GatherND(node[0], WrappedTuples(node[1], node[0].Shape, batch), batch);
        }),
        OnnxOperator.One("Scatter", Elements), OnnxOperator.One("ScatterElements", Elements),
        OnnxOperator.One("ScatterND", node => ScatterND(node[0], WrappedTuples(node[1], node[0].Shape, 0), node[2], Reduction(node))),
        OnnxOperator.One("OneHot", OneHotOf),
        OnnxOperator.One("NonZero", node => Expr.Constant(NonZero(node.Known(0, "what is not zero")))),
        OnnxOperator.One("Compress", Compress),
    ];

    static Expr AlongAxis(OnnxNode node, int otherwise, Func<Expr, int, Expr> f) =>
        f(node[0], node[0].Shape.Axis(node.Int32("axis", otherwise), node.Operator));

    /// <summary>Places from the start.</summary>
    internal static Expr Wrapped(Expr places, Dim size)
    {
        if (places.DType.IsUnsigned() || IsFromStart(places)) return places;
        var n = SizeOf(size, places.DType);
        return places.ConstantValue is { } known && size.IsKnown
            ? Expr.Constant(Select(places < 0, places + n, places).Evaluate(TensorSet.Empty).Reshape(known.Shape))
            : Select(places < 0, places + n, places);
    }

    static bool IsFromStart(Expr places) => places.Op is RangeOp or ArgMaxOp
        || places.ConstantValue is { } known && Enumerable.Range(0, known.Count).All(i => known.GetDouble(i) >= 0)
        || places.Op is SelectOp && places.Inputs[0].Op is LessOp && places.Inputs[0].Inputs[0] == places.Inputs[2]
            && places.Inputs[0].Inputs[1].RepeatedNumber == 0;

    static Expr WrappedTuples(Expr places, Shape shape, int batch)
    {
        if (IsFromStart(places) || !places.Shape[^1].IsKnown) return places;
        Expr[] sizes = [.. Enumerable.Range(batch, places.Shape[^1].Size).Select(axis => SizeOf(shape[axis], places.DType))];
        return sizes.Length == 0 ? places : Select(places < 0, places + Stack(0, sizes), places);
    }

    static Expr Elements(OnnxNode node) => AlongAxis(node, 0, (x, axis) =>
        ScatterAlong(x, Wrapped(node[1], x.Shape[axis]), node[2], axis, Reduction(node)));

    static ScatterReduction Reduction(OnnxNode node) => node.String("reduction", "none") switch
    {
        "none" => ScatterReduction.Set,
        "add" => ScatterReduction.Add,
        "mul" => ScatterReduction.Multiply,
        "max" => ScatterReduction.Maximum,
        "min" => ScatterReduction.Minimum,
        var other => throw new OnnxNodeException($"reduction is \"{other}\", and has to be none, add, mul, max or min."),
    };

    /// <summary>A place outside of 0 … depth − 1 is nowhere.</summary>
    static Expr OneHotOf(OnnxNode node)
    {
        var (indices, values) = (node[0].Cast(DType.Int64), node[2]);
        var depth = node.Dims(1, "depth")[0];
        var axis = node.Int32("axis", -1);
        if (axis < 0) axis += indices.Rank + 1;
        if (axis < 0 || axis > indices.Rank) throw new OnnxNodeException($"axis {node.Int("axis", -1)} is not one of the result's.");
        var places = Reshape(Functions.Range(depth), [depth, .. Enumerable.Repeat((Dim)1, indices.Rank - axis)]);
        var at = ExpandDims(Select(indices < 0, indices + SizeOf(depth, DType.Int64), indices), axis);
        return Select(Equal(at, places), Index(values, 0, 1), Index(values, 0, 0));
    }

    static Tensor NonZero(Tensor x)
    {
        int[] found = [.. Enumerable.Range(0, x.Count).Where(i => x.GetDouble(i) != 0)];
        var strides = x.Shape.Strides();
        var sizes = x.Shape.ToSizes();
        var places = new long[sizes.Length * found.Length];
        for (var axis = 0; axis < sizes.Length; axis++)
            for (var i = 0; i < found.Length; i++) places[axis * found.Length + i] = found[i] / strides[axis] % sizes[axis];
        return Tensor.Of([sizes.Length, found.Length], places);
    }

    static Expr Compress(OnnxNode node)
    {
        var condition = node.Known(1, "the condition");
        var places = Expr.Constant(Tensor.Vector(
            [.. Enumerable.Range(0, condition.Count).Where(i => condition.GetDouble(i) != 0).Select(i => (long)i)]));
        if (node.HasAttribute("axis")) return AlongAxis(node, 0, (x, axis) => Gather(x, places, axis));
        return Gather(Reshape(node[0], [node[0].Shape.Elements]), places);
    }
}
