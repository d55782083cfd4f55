using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Normalizations.</summary>
static partial class NormalizationOperators
{
    const double Epsilon = 1e-5;

    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.Several("BatchNormalization", Batch),
        OnnxOperator.One("InstanceNormalization", node => InstanceNorm(node[0], node[1], node[2], node.Float("epsilon", Epsilon))),
        OnnxOperator.Several("LayerNormalization", Layers),
        OnnxOperator.One("GroupNormalization", Groups),
        OnnxOperator.One("RMSNormalization", node => RmsNorm(
            node[0], node[0].Shape.Axis(node.Int32("axis", -1), node.Operator), node[1], node.Float("epsilon", Epsilon))),
        OnnxOperator.One("LRN", node => LocalResponseNorm(
            node[0], node.Int32("size"), node.Float("alpha", 1e-4), node.Float("beta", 0.75), node.Float("bias", 1))),
        OnnxOperator.One("LpNormalization", node => LpNormalize(node[0], node.Int32("axis", -1), node.Int("p", 2))),
        OnnxOperator.One("MeanVarianceNormalization", node =>
            MeanVarianceNormalize(node[0], WindowAttributes.Ints(node, "axes") ?? [0, 2, 3])),
    ];

    /// <summary>By the running mean and variance, or in training by the batch's own, which move the running ones.</summary>
    static Expr[] Batch(OnnxNode node)
    {
        const int alwaysInference = 7;
        if (node.Opset < alwaysInference && !node.Flag("is_test") || !node.Flag("spatial", true))
            throw OnnxNodeException.Unsupported("the training form of old opsets, and statistics for each element, have no form here.");
        var (x, scale, bias) = (node[0], node[1], node[2]);
        var (running, variance) = (node.Statistic(3), node.Statistic(4));
        var epsilon = node.Float("epsilon", Epsilon);
        var isTraining = node.Flag("training_mode") || node.Scope.IsTraining && node.Scope.Follows(running, variance);
        if (!isTraining) return [BatchNorm(x, scale, bias, running, variance, epsilon)];
        var momentum = node.Float("momentum", 0.9);
        int[] axes = [0, .. Enumerable.Range(2, x.Rank - 2)];
        var mean = Mean(x, axes);
        var spread = Mean(Square(x - ByChannel(mean, x)), axes);
        Expr Moved(Expr from, Expr to) => momentum * from + (1 - momentum) * to.Cast(from.DType);
        var (nextMean, nextVariance) = (Moved(running, mean), Moved(variance, spread));
        if (node.Scope.IsTraining)
        {
            node.Scope.Update(running, nextMean);
            node.Scope.Update(variance, nextVariance);
        }
        return [BatchNorm(x, scale, bias, mean, spread, epsilon), nextMean, nextVariance];
    }

    /// <summary>The normalized value, the mean and one over the deviation, which are computed in float32 at least.</summary>
    static Expr[] Layers(OnnxNode node)
    {
        var x = node[0];
        var axis = x.Shape.Axis(node.Int32("axis", -1), node.Operator);
        var epsilon = node.Float("epsilon", Epsilon);
        var y = LayerNorm(x, axis, node.Optional(1), node.Optional(2), epsilon);
        if (!node.Gives(1) && !node.Gives(2)) return [y];
        int[] axes = [.. Enumerable.Range(axis, x.Rank - axis)];
        Shape kept = [.. x.Shape.Select((d, i) => i >= axis ? 1 : d)];
        var wide = x.DType.IsNarrow() ? x.Cast(DType.Float32) : x;
        var mean = Reshape(Mean(wide, axes), kept);
        var variance = Reshape(Mean(Square(wide - mean), axes), kept);
        return [y, mean, 1 / Sqrt(variance + epsilon)];
    }

    /// <summary>Scale and bias are one for each group before opset 21, and one for each channel from then on.</summary>
    static Expr Groups(OnnxNode node)
    {
        var x = node[0];
        var groups = node.Int32("num_groups");
        Expr Channels(Expr each)
        {
            if (each.Shape[0] == x.Shape[1] || !x.Shape[1].IsKnown) return each;
            var size = x.Shape[1].Size / groups;
            return Reshape(Broadcast(ExpandDims(each, 1), [groups, size]), [x.Shape[1]]);
        }
        return GroupNorm(x, groups, Channels(node[1]), Channels(node[2]), node.Float("epsilon", Epsilon));
    }
}
