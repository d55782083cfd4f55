using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>About how many operations on numbers it takes to compute expressions.</summary>
static class Work
{
    /// <summary>A product or a convolution counts its multiplications and additions, any other op an operation for each element.</summary>
    public static double Of(IReadOnlyCollection<Expr> outputs, Sizes sizes)
    {
        var total = 0.0;
        var graphs = new Stack<(IReadOnlyCollection<Expr> Outputs, double Times)>([(outputs, 1)]);
        while (graphs.TryPop(out var graph))
        {
            var loops = new HashSet<Application>();
            foreach (var node in Graph.TopologicalOrder(graph.Outputs))
                if (node.Op is not ScanOp scan) total += graph.Times * Of(node, sizes);
                else if (loops.Add(Application.Of(node)))
                    graphs.Push((scan.Body.Outputs, graph.Times * Count(node.Inputs[scan.Body.Carries.Length].Shape.Slice(0, 1), sizes)));
        }
        return total;
    }

    static double Of(Expr node, Sizes sizes)
    {
        double Elements(Expr e) => Count(e.Shape, sizes);
        double Kernel(Expr w) => Count(w.Shape.Remove(0), sizes);
        return node.Op switch
        {
            VariableOp or ConstantOp => 0,
            MatMulOp => 2 * Elements(node) * Count([node.Inputs[0].Shape[^1]], sizes),
            ConvOp => 2 * Elements(node) * Kernel(node.Inputs[1]),
            ConvInputGradientOp => 2 * Elements(node.Inputs[0]) * Kernel(node.Inputs[1]),
            ConvKernelGradientOp => 2 * Elements(node.Inputs[1]) * Kernel(node),
            _ => node.Inputs.Select(Elements).Append(Elements(node)).Max(),
        };
    }

    /// <summary>A product that is beyond whole numbers is still about right.</summary>
    static double Count(Shape shape, Sizes sizes) => shape.Resolve(sizes).Aggregate(1.0, (product, dim) => product * dim.Size);
}
