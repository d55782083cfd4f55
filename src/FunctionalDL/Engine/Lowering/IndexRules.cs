using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Ops with indices in data, which are checked before they are used.</summary>
static class IndexRules
{
    public static IEnumerable<(Type, Rule)> All { get; } =
    [
        (typeof(GatherOp), new(Gather, TakesEmpty: true, IsExact: true, ChecksIndices: true)),
        (typeof(ScatterAddOp), new(ScatterAdd, TakesEmpty: true, ChecksIndices: true)),
        (typeof(ScatterMaximumOp), new(ScatterMaximum, TakesEmpty: true, ChecksIndices: true)),
        (typeof(OneHotOp), new(OneHot, TakesEmpty: true, IsExact: true, ChecksIndices: true)),
        (typeof(ArgMaxOp), new(ArgMax)),
        (typeof(CumulativeSumOp), new(CumulativeSum)),
    ];

    static View Gather(LoweringContext to, Node node)
    {
        var (x, indices) = (to.Dense(node.X[0]), to.Indices(node.X[1]));
        return to.Add(node.Type.DType, node.Shape, output => new GatherStep(x, indices, ((GatherOp)node.Op).Axis, output));
    }

    static View? ScatterAdd(LoweringContext to, Node node) =>
        Scatter(to, node, node.X[0], node.X[1], null, ((ScatterAddOp)node.Op).Axis);

    static View? ScatterMaximum(LoweringContext to, Node node) => Scatter(to, node, node.X[1], node.X[2], node.X[0], 0);

    static View? Scatter(LoweringContext to, Node node, View at, View given, View? before, int axis)
    {
        var dtype = node.Type.DType;
        if (dtype.IsNarrow() && node.Type.Shape.ElementCount == 0) return null;
        var (indices, updates) = (to.Indices(at), to.Dense(to.InLanes(given)));
        var start = before is null ? null : to.Dense(to.InLanes(before));
        var result = to.Add(dtype.Lane(), node.Shape, output =>
            new ScatterStep(node.Op.Name, indices, updates, start, View.Of(output, node.Shape), axis));
        return dtype.IsNarrow() ? to.Cast(result, dtype, node.Shape) : result;
    }

    /// <summary>[index = 0, 1, …, depth − 1], compared in lanes of the result where they hold every index exactly.</summary>
    static View OneHot(LoweringContext to, Node node)
    {
        var (dtype, shape, depth) = (node.Type.DType, node.Shape, node.Shape[^1]);
        var given = to.Indices(node.X[0]);
        var indices = to.Add(DType.Int64, [.. given.Sizes, 1], output => new CheckedIndicesStep(given, depth, "OneHot", output));
        if (indices.Count == 0 || depth == 0) return to.Constants.Zeros(dtype, shape);
        var lane = dtype.IsFloat() && depth < 1 << 24 ? dtype.Lane() : DType.Int64;
        var range = to.Constants.Add(Tensor.Vector([.. Enumerable.Range(0, depth).Select(i => (long)i)]).Cast(lane), [depth]);
        var values = lane == DType.Int64 ? indices : to.Cast(indices, lane, indices.Sizes);
        var equal = to.Elementwise(Code.Equal, lane, [values.Broadcast(shape), range.Broadcast(shape)], DType.Bool, shape);
        return dtype == DType.Bool ? equal : to.Cast(equal, dtype, shape);
    }

    static View ArgMax(LoweringContext to, Node node)
    {
        var x = to.Dense(to.InLanes(node.X[0]));
        return to.Add(DType.Int64, node.Shape, output => new ArgMaxStep(x, ((ArgMaxOp)node.Op).Axis, output));
    }

    static View CumulativeSum(LoweringContext to, Node node)
    {
        var (dtype, x) = (node.Type.DType, to.Dense(to.InLanes(node.X[0])));
        var sums = to.Add(dtype.Lane(), node.Shape, output => new CumulativeSumStep(x, (CumulativeSumOp)node.Op, output));
        return dtype.IsNarrow() ? to.Cast(sums, dtype, node.Shape) : sums;
    }
}
