using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Max pooling, its gradient and its tangent.</summary>
static class MaxPoolRules
{
    public static IEnumerable<(Type, Rule)> All { get; } =
    [
        (typeof(MaxPoolOp), new(Largest)),
        (typeof(MaxPoolTangentOp), new((to, node) => Move(to, node, MaxPoolStep.Mode.Take))),
        (typeof(MaxPoolGradientOp), new((to, node) => Move(to, node, MaxPoolStep.Mode.Put))),
    ];

    static View Largest(LoweringContext to, Node node)
    {
        var (x, window) = (node.X[0], ((MaxPoolingOp)node.Op).Window);
        var axes = ConvolutionRules.Forward(window, x, node.Shape, View.RowMajor(node.Shape));
        var sliding = new Sliding(node.Op.Name, axes, Tuning.PoolElements, 1);
        return to.Add(node.Type.DType, node.Shape, output => MaxPoolStep.Of(sliding, x, null, x, MaxPoolStep.Mode.Value, output));
    }

    /// <summary>Other values from the places of the largest elements, or values put back there.</summary>
    static View Move(LoweringContext to, Node node, MaxPoolStep.Mode mode)
    {
        var (x, largest, values) = (to.Dense(node.X[0]), to.Dense(node.X[1]), to.Dense(node.X[2]));
        var axes = ConvolutionRules.Forward(((MaxPoolingOp)node.Op).Window, x, largest.Sizes, largest.Strides);
        var sliding = new Sliding(node.Op.Name, axes, Tuning.PoolElements, 1);
        return to.Add(node.Type.DType, node.Shape, output => MaxPoolStep.Of(sliding, x, largest, values, mode, output));
    }
}
