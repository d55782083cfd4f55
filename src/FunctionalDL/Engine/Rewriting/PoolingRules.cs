using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Engine;

/// <summary>
/// Rules that use that the gradient of max pooling is zero but for one element under each window: what can be done with the fewer
/// elements before is done there.
/// </summary>
/// <remarks>
/// They come from cnn-digits, convolution, relu and pooling by 2 × 2, where a quarter of the elements is masked and added up for the bias
/// instead of all; with a window of any size one element in as many as it has.
/// </remarks>
static class PoolingRules
{
    public static Expr[] Apply(IReadOnlyCollection<Expr> outputs) => Graph.Rebuild(outputs, (node, x) => node.Op switch
    {
        MultiplyOp => Masked(x[0], x[1]) ?? Masked(x[1], x[0]),
        SumOp sum => Summed(sum, x[0]),
        _ => null,
    });

    /// <summary>Values put back at the places of the largest elements, but not where those are below a threshold.</summary>
    static Expr? Masked(Expr gradient, Expr mask) =>
        gradient.Op is MaxPoolGradientOp
        && mask is { Op: CastOp, Inputs: [{ Op: LessOp } less] }
        && less.Inputs[1] == gradient.Inputs[0]
        && less.Inputs[0].RepeatedNumber is { } threshold
            ? new(
                gradient.Op,
                gradient.Inputs[0],
                gradient.Inputs[1],
                gradient.Inputs[2] * (gradient.Inputs[1] > threshold).Cast(mask.DType))
            : null;

    /// <summary>The sum of values put back is their own, where every window lies on an element.</summary>
    static Expr? Summed(SumOp sum, Expr gradient) =>
        gradient.Op is MaxPoolGradientOp(var window)
        && window.Before.Concat(window.After).All(n => n == 0)
        && Enumerable.Range(2, window.Rank).All(sum.Axes.Contains)
            ? new(sum, gradient.Inputs[2])
            : null;
}
