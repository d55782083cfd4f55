using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Reductions over rows, over columns or over everything, each a part of a tile group.</summary>
static class ReductionRules
{
    public static IEnumerable<(Type, Rule)> All { get; } =
    [
        (typeof(SumOp), new((to, node) => Lower(to, node, Code.Sum))),
        (typeof(MaxOp), new((to, node) => Lower(to, node, Code.Max), IsExact: true)),
        (typeof(MinOp), new((to, node) => Lower(to, node, Code.Min), IsExact: true)),
    ];

    static View Lower(LoweringContext to, Node node, Code code) => Reduce(to, code, ((ReduceOp)node.Op).Axes, node.X[0], node.Shape);

    public static View Reduce(LoweringContext to, Code code, Axes axes, View x, int[] shape)
    {
        var dtype = x.Storage.DType;
        if (dtype.IsNarrow()) return to.Cast(Reduce(to, code, axes, to.InLanes(x), shape), dtype, shape);
        int[] all = [.. Enumerable.Range(0, x.Sizes.Length)];
        int[] kept = [.. all.Where(axis => !axes.Contains(axis) && x.Sizes[axis] != 1)];
        int[] reduced = [.. axes.Where(axis => x.Sizes[axis] != 1)];
        var isBefore = kept.Length > 0 && reduced.Length > 0 && reduced.Min() < kept.Min();
        var isAfter = kept.Length > 0 && reduced.Length > 0 && reduced.Max() > kept.Max();
        if (isBefore && isAfter)
        {
            // First along rows, where they are, then over what is left of them.
            int[] rows = [.. axes.Where(axis => axis > kept.Max())];
            int[] left = [.. all.Except(rows)];
            var sums = Reduce(to, code, Axes.Create(rows), x, [.. left.Select(axis => x.Sizes[axis])]);
            return Reduce(to, code, Axes.Create([.. axes.Except(rows)]), sums, shape);
        }
        var length = View.CountOf([.. reduced.Select(axis => x.Sizes[axis])]);
        var extent = isBefore && reduced.Max() < kept.Min() ? Extent.Column : Extent.Row;
        if (kept.Length == 0) extent = Extent.All;
        if (extent == Extent.Row && reduced.Length > 0 && kept.Max() > reduced.Min()) x = x.Transpose([.. kept, .. all.Except(kept)]);

        var columns = extent == Extent.Column ? x.Count / length : length;
        var output = to.New(dtype, x.Count / length);
        to.Add(new Pointwise([new(code, dtype, [x], output, extent)], x.Count, columns));
        return View.Of(output, shape);
    }
}
