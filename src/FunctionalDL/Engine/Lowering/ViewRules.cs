using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Structure becomes views: nothing is moved.</summary>
static class ViewRules
{
    public static IEnumerable<(Type, Rule)> All { get; } =
    [
        (typeof(StopGradientOp), View((_, node) => node.X[0])),
        (typeof(SizedLikeOp), View((_, node) => node.X[0])),
        (typeof(CustomGradientOp), View((_, node) => node.X[0])),
        (typeof(RematerializeOp), View((_, node) => node.X[0])),
        (typeof(BroadcastOp), View((_, node) => node.X[0].Broadcast(node.Shape))),
        (typeof(TransposeOp), View((_, node) => node.X[0].Transpose(((TransposeOp)node.Op).Order))),
        (typeof(ReshapeOp), View((to, node) => node.X[0].Reshape(node.Shape) ?? to.Dense(node.X[0]).Reshape(node.Shape)!)),
        (typeof(SliceOp), View(Slice)),
    ];

    static Rule View(Func<LoweringContext, Node, View?> lower) => new(lower, TakesEmpty: true, IsExact: true);

    static View? Slice(LoweringContext to, Node node)
    {
        var op = (SliceOp)node.Op;
        var (x, start, size) = (node.X[0], to.Size(op.Start), node.Shape[op.Axis]);
        return start + (size - 1L) * op.Step < x.Sizes[op.Axis] ? x.Slice(op.Axis, start, size, op.Step) : null;
    }
}
