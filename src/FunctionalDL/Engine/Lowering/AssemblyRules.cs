using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Arrays put together from others.</summary>
static class AssemblyRules
{
    public static IEnumerable<(Type, Rule)> All { get; } =
    [
        (typeof(ConcatOp), new(Concat, TakesEmpty: true, IsExact: true)),
        (typeof(PadOp), new(Pad, TakesEmpty: true, IsExact: true)),
    ];

    static View Concat(LoweringContext to, Node node)
    {
        var (axis, x, whole) = (((ConcatOp)node.Op).Axis, node.X, to.New(node.Type.DType, node.Shape));
        var places = new View[x.Length];
        for (int i = 0, start = 0; i < x.Length; start += x[i].Sizes[axis], i++)
            places[i] = whole.Slice(axis, start, x[i].Sizes[axis], 1);
        if (!places.All(p => p.Count == places[0].Count && p.Count > 0))
        {
            to.Add(new AssembleStep(x, places, whole.Storage));
            return whole;
        }
        // Pieces of one size can be written where they are made.
        var (_, columns, inner) = places[0].Around(axis);
        TileOp Piece(View from, View place) =>
            new(Code.Identity, to.Lane(from.Storage), [from], to.Storages.New(from.Storage.DType, place.Count, place), Extent.Full);
        to.Add(new Pointwise([.. x.Zip(places, Piece)], places[0].Count, columns * inner));
        to.SetLane(whole.Storage, to.Lane(x[0].Storage));
        return whole;
    }

    static View? Pad(LoweringContext to, Node node)
    {
        var (op, x) = ((PadOp)node.Op, node.X[0]);
        var before = to.Size(op.Before);
        if (before < 0 || before + (x.Sizes[op.Axis] - 1L) * (op.Between + 1L) >= node.Shape[op.Axis]) return null;
        var whole = to.New(node.Type.DType, node.Shape);
        var place = whole.Slice(op.Axis, before, x.Sizes[op.Axis], op.Between + 1);
        to.Add(new AssembleStep([x], [place], whole.Storage, op.Value));
        return whole;
    }
}
