using FunctionalDL.Ops;

namespace FunctionalDL.Onnx;

/// <summary>What patterns look below a root for.</summary>
static class Leaves
{
    /// <summary>The expression without the broadcasts and reshapes on top of it.</summary>
    public static Expr Inner(this Expr x)
    {
        while (x.Op is BroadcastOp or ReshapeOp or StopGradientOp) x = x.Inputs[0];
        return x;
    }

    /// <summary>The vector of n elements that is repeated, under broadcasts and reshapes; null where there is none.</summary>
    public static Expr? Vector(this Expr x, Dim n)
    {
        while (x.Rank != 1 && x.Op is BroadcastOp or ReshapeOp) x = x.Inputs[0];
        return x.Rank == 1 && x.Shape[0] == n ? x : null;
    }

    /// <summary>A vector with a number for each channel, shaped to broadcast over <c>[batch, channels, s…]</c>.</summary>
    public static Expr ByChannel(this Expr values, Expr x) =>
        Functions.Reshape(values, [values.Shape[0], .. Enumerable.Repeat((Dim)1, x.Rank - 2)]);

    /// <summary>Whether an attribute, a float32, holds a number that is one of the dtype.</summary>
    public static bool IsExact(double number, DType dtype) => dtype == DType.Float32 || (float)number == number;

    /// <summary>Whether there are elements along all of some axes, however large a batch is.</summary>
    public static bool HasElements(this Expr x, IEnumerable<int> axes) => axes.All(axis => x.Shape[axis] is { IsKnown: true, Size: > 0 });

    public static int[] Spatial(this Expr x) => [.. Enumerable.Range(2, Math.Max(0, x.Rank - 2))];
}
