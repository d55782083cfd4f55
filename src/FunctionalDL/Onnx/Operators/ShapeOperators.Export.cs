using FunctionalDL.Ops;

namespace FunctionalDL.Onnx;

/// <summary>Shapes: the same elements, as they are or in other axes.</summary>
static partial class ShapeOperators
{
    public static IReadOnlyList<Pattern> Composites =>
    [
        Pattern.Of<StopGradientOp>("the value itself", Pattern.Any, y => new(y, [y.Inputs[0]], (_, names) => names[0])),
        Pattern.Of<ReshapeOp>("Squeeze", Pattern.Any, y => OneAxis("Squeeze", y, y.Shape, y.Inputs[0].Shape)),
        Pattern.Of<ReshapeOp>("Unsqueeze", Pattern.Any, y => OneAxis("Unsqueeze", y, y.Inputs[0].Shape, y.Shape)),
        Pattern.Of<ReshapeOp>("Flatten", Pattern.Any, Flatten),
        Pattern.Of<ReshapeOp>("Reshape to a size that follows", Pattern.Any, y =>
            Sizes(y.Inputs[0].Shape, y.Shape) is not null
                ? new(y, [y.Inputs[0]], (graph, names) => graph.Reshaped(names[0], y.Inputs[0].Shape, y.Shape))
                : null),
    ];

    /// <summary>An axis of size 1 that one of two shapes has and the other has not.</summary>
    static Composite? OneAxis(string op, Expr y, Shape without, Shape with)
    {
        if (with.Rank != without.Rank + 1) return null;
        for (var axis = 0; axis < with.Rank; axis++)
        {
            if (with[axis] != 1 || with.Remove(axis) != without) continue;
            var at = Tensor.Vector((long)axis);
            return new(y, [y.Inputs[0]], (graph, names) => graph.Node(op, [names[0], graph.Constant(at)]));
        }
        return null;
    }

    /// <summary>The first axes as one and the others as one.</summary>
    static Composite? Flatten(Expr y)
    {
        var x = y.Inputs[0];
        if (y.Rank != 2 || x.Rank < 3) return null;
        for (var axis = 1; axis < x.Rank; axis++)
            if (x.Shape.Slice(0, axis).Elements == y.Shape[0] && x.Shape.Slice(axis, x.Rank).Elements == y.Shape[1])
                return Composite.Of("Flatten", y, [x], ("axis", (long)axis));
        return null;
    }

    /// <summary>A value in another shape. Where a size follows from the others, none is computed.</summary>
    public static string Reshaped(this IOnnxGraph graph, string x, Shape from, Shape to) => Sizes(from, to) is { } sizes
        ? graph.Node("Reshape", [x, graph.Constant(Tensor.Vector(sizes))])
        : graph.Node("Reshape", [x, graph.Shape(to)], ("allowzero", 1L));

    /// <summary>
    /// The sizes of a shape as Reshape takes them, 0 for the size that the input has there or −1 for the one that follows; null where
    /// these do not say it, or there are no elements, from which no size follows.
    /// </summary>
    static long[]? Sizes(Shape from, Shape to)
    {
        if (to.IsKnown || to.Any(size => size == 0)) return null;
        if (to.Count(size => !size.IsKnown) == 1) return [.. to.Select(size => size.IsKnown ? size.Size : -1L)];
        return to.Select((size, axis) => size.IsKnown || axis < from.Rank && from[axis] == size).All(follows => follows)
            ? [.. to.Select(size => size.IsKnown ? size.Size : 0L)]
            : null;
    }
}
