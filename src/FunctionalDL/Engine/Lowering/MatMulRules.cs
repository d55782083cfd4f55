using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Matrix products.</summary>
static class MatMulRules
{
    public static IEnumerable<(Type, Rule)> All { get; } = [(typeof(MatMulOp), new(Lower))];

    static View? Lower(LoweringContext to, Node node)
    {
        if (!node.Type.DType.IsFloat()) return OfWholes(to, node);
        var (a, b) = (node.X[0], node.X[1]);
        // A single row is multiplied fastest by a constant as it lies in memory.
        var constant = a.Sizes[^2] > 1 ? to.Constants.In(b.Storage) : null;
        var isRepeated = constant is not null || to.IsUnchanging(b.Storage);
        var kernel = MatMulKernel.Of(to.Storages, new(a, transposed: false), new(b, transposed: true), isRepeated);
        if (kernel.PacksBefore)
        {
            if (constant is not null) to.Constants.Add(kernel.PackedB, () => kernel.PackBefore(constant));
            else to.Add(new PackStep(kernel));
        }
        to.Add(kernel);
        return View.Of(kernel.Blocks.Whole, node.Shape);
    }

    static View OfWholes(LoweringContext to, Node node)
    {
        var (a, b, dtype) = (to.Dense(to.InLanes(node.X[0])), to.Dense(to.InLanes(node.X[1])), node.Type.DType);
        var product = to.Add(dtype.Lane(), node.Shape, output => new WholeMatMulStep(a, b, output));
        return dtype.IsNarrow() ? to.Cast(product, dtype, node.Shape) : product;
    }
}
