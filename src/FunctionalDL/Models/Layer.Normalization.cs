using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>
    /// (x − mean)/√(variance + ε) · scale + shift for each channel, over the batch and all places: <c>[batch, channels, s…] →
    /// […]</c> (Ioffe, Szegedy 2015). Training uses the batch's mean and population variance and keeps running ones, which prediction
    /// uses. Where a batch has one value alone for a channel its variance is 0 and nothing can be learned: training refuses such a batch.
    /// </summary>
    /// <param name="momentum">How much of the running statistics a step keeps.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="FunctionalException">The momentum is outside 0 to 1, or ε is not above 0.</exception>
    public static Layer BatchNorm(double momentum = 0.9, double epsilon = 1e-5)
    {
        CheckEpsilon("BatchNorm", epsilon);
        if (!(momentum is >= 0 and <= 1))
            throw new FunctionalException(FormattableString.Invariant($"BatchNorm: momentum {momentum} is outside 0 to 1. 0.9 is usual."));
        return Of(
            "batchnorm",
            (scope, x) =>
            {
                Shape channels =
                    x.Rank >= 2
                        ? [x.Shape[1]]
                        : throw new ShapeException(
                            "BatchNorm: takes [batch, channels, s…], given " + $"{x.Shape}. Give each example an axis of channels.");
                var (mean, variance) = (
                    scope.Statistic("mean", channels, Initializer.Zeros),
                    scope.Statistic("variance", channels, Initializer.Ones));
                if (scope.IsTraining)
                {
                    scope.NormalizesOver(x.Shape.Remove(1).Elements);
                    int[] others = [.. Enumerable.Range(0, x.Rank).Where(axis => axis != 1)];
                    var (runningMean, runningVariance) = (mean, variance);
                    mean = Mean(x, others);
                    variance = Mean(Square(x - ByChannel(mean, x)), others);
                    scope.Update(runningMean, momentum * runningMean + (1 - momentum) * mean);
                    scope.Update(runningVariance, momentum * runningVariance + (1 - momentum) * variance);
                }
                var (scale, shift) = ScaleAndShift(scope, channels);
                return Functions.BatchNorm(x, scale, shift, mean, variance, epsilon);
            });
    }

    /// <summary>
    /// (x − mean)/√(variance + ε) · scale + shift over the last axis of each example: <c>[batch, …, n] → […]</c> (Ba, Kiros,
    /// Hinton 2016).
    /// </summary>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="FunctionalException">ε is not above 0.</exception>
    public static Layer LayerNorm(double epsilon = 1e-5)
    {
        CheckEpsilon("LayerNorm", epsilon);
        return Of(
            "layernorm",
            (scope, x) =>
            {
                var (scale, shift) = ScaleAndShift(scope, [Several("LayerNorm", x, x.Shape[^1]).Shape[^1]]);
                return Functions.LayerNorm(x, -1, scale, shift, epsilon);
            });
    }

    /// <summary>x/√(mean x² + ε) · scale over the last axis: <c>[batch, …, n] → […]</c> (Zhang, Sennrich 2019).</summary>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="FunctionalException">ε is not above 0.</exception>
    public static Layer RmsNorm(double epsilon = 1e-6)
    {
        CheckEpsilon("RmsNorm", epsilon);
        return Of(
            "rmsnorm",
            (scope, x) =>
            {
                var width = Several("RmsNorm", x, x.Shape[^1]).Shape[^1];
                return Functions.RmsNorm(x, -1, scope.Parameter("scale", [width], Initializer.Ones), epsilon);
            });
    }

    /// <summary>
    /// (x − mean)/√(variance + ε) over each group of channels of an example, then scale and shift for each channel:
    /// <c>[batch, channels, s…] → […]</c> (Wu, He 2018).
    /// </summary>
    /// <param name="groups">The number of groups, a divisor of the number of channels.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="FunctionalException">There are fewer than 1 groups, or ε is not above 0.</exception>
    public static Layer GroupNorm(int groups, double epsilon = 1e-5)
    {
        CheckEpsilon("GroupNorm", epsilon);
        Positive("GroupNorm", ("groups", groups));
        return Of(
            "groupnorm",
            (scope, x) =>
            {
                if (x.Rank < 2 || x.Shape[1].DivideExactly(groups) is not { } each)
                    throw new ShapeException(
                        $"GroupNorm: {groups} groups do not divide the channels of {x.Shape}. The input is [batch, " + "channels, s…].");
                Several("GroupNorm", x, each * x.Shape.Slice(2, x.Rank).Elements);
                var (scale, shift) = ScaleAndShift(scope, [x.Shape[1]]);
                return Functions.GroupNorm(x, groups, scale, shift, epsilon);
            });
    }

    /// <summary>
    /// (x − mean)/√(variance + ε) over the places of each channel of an example, then scale and shift for each channel:
    /// <c>[batch, channels, s…] → […]</c> (Ulyanov, Vedaldi, Lempitsky 2016).
    /// </summary>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="FunctionalException">ε is not above 0.</exception>
    public static Layer InstanceNorm(double epsilon = 1e-5)
    {
        CheckEpsilon("InstanceNorm", epsilon);
        return Of(
            "instancenorm",
            (scope, x) =>
            {
                if (x.Rank < 3) throw new ShapeException($"InstanceNorm: takes [batch, channels, s…], given {x.Shape}. Give it places.");
                Several("InstanceNorm", x, x.Shape.Slice(2, x.Rank).Elements);
                var (scale, shift) = ScaleAndShift(scope, [x.Shape[1]]);
                return Functions.InstanceNorm(x, scale, shift, epsilon);
            });
    }

    /// <summary>
    /// x/(bias + α/size · Σ x²)^β, with the sum over neighbouring channels around each: <c>[batch, channels, s…] → […]</c>
    /// (Krizhevsky, Sutskever, Hinton 2012).
    /// </summary>
    /// <param name="size">The number of channels that are summed, fewer at the ends.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β.</param>
    /// <param name="bias">What keeps the divisor from 0.</param>
    /// <exception cref="FunctionalException">The size is below 1.</exception>
    public static Layer LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double bias = 1)
    {
        Positive("LocalResponseNorm", ("size", size));
        return Of("localresponsenorm", x => Functions.LocalResponseNorm(x, size, alpha, beta, bias));
    }

    /// <summary>A factor and what is added, for each channel or feature.</summary>
    static (Expr Scale, Expr Shift) ScaleAndShift(LayerScope scope, Shape shape) => (
        scope.Parameter("scale", shape, Initializer.Ones),
        scope.Parameter("shift", shape, Initializer.Zeros));

    /// <summary>x, where more than one value of it is normalized together: one alone would become the same whatever it is.</summary>
    static Expr Several(string layer, Expr x, Dim together) => together != 1 ? x
        : throw new ShapeException($"{layer}: it normalizes {x.Shape} by 1 value alone, which would become the same whatever it is. Give "
            + "it more features or fewer groups, or leave it out.");

    static void CheckEpsilon(string layer, double epsilon)
    {
        if (!(epsilon > 0))
            throw new FunctionalException(
                FormattableString.Invariant($"{layer}: ε is {epsilon}. Give a small number above 0, such as 1e-5."));
    }
}
