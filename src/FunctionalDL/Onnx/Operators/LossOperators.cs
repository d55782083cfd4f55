using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Losses.</summary>
static class LossOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.One("NegativeLogLikelihoodLoss", node => Reduced(node, node[0])),
        OnnxOperator.Several("SoftmaxCrossEntropyLoss", node =>
        {
            var logarithms = LogSoftmax(node[0], 1);
            return [Reduced(node, logarithms), logarithms];
        }),
    ];

    /// <summary>−w·log p of each target, or their sum, or their mean, which is weighted.</summary>
    static Expr Reduced(OnnxNode node, Expr logarithms)
    {
        long? ignored = node.HasAttribute("ignore_index") ? node.Int("ignore_index") : null;
        var (losses, weights) = NegativeLogLikelihood(logarithms, node[1], node.Optional(2), ignored);
        return node.String("reduction", "mean") switch
        {
            "none" => losses,
            "sum" => Sum(losses),
            "mean" => Sum(losses) / Sum(weights),
            var other => throw new OnnxNodeException($"reduction is \"{other}\", and has to be none, sum or mean."),
        };
    }
}
