using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Expressions;

/// <summary>Broadcasting and its transpose, the sum over what was repeated.</summary>
[Properties(Arbitrary = [typeof(TensorArbitrary)], MaxTest = 60)]
public class BroadcastingLaws
{
    /// <summary>The leading part of a tensor with some axes of size 1, which broadcasts to the tensor's shape.</summary>
    static Tensor<double> Narrow(Shape shape, int mask, long seed)
    {
        Shape narrow = [.. shape.Select((d, axis) => (mask >> axis & 1) == 0 ? d : 1)];
        return Key.Of(seed).Uniform(narrow, DType.Float64).As<double>();
    }

    [Property]
    public void An_operation_broadcasts_like_its_operands_broadcast_first(Shape shape, int maskX, int maskY)
    {
        Expr x = Expr.Constant(Narrow(shape, maskX, 1)), y = Expr.Constant(Narrow(shape, maskY, 2));
        var both = Shape.Broadcast(x.Shape, y.Shape)!;
        Assert.True((x / (y + 1)).Evaluate().BitEquals((Broadcast(x, both) / (Broadcast(y, both) + 1)).Evaluate()));
    }

    /// <summary>An element of a broadcast is the element of x at the same index, with 0 along the axes of size 1.</summary>
    [Property]
    public void Elements_repeat_along_axes_of_size_1(Shape shape, int mask)
    {
        var x = Narrow(shape, mask, 1);
        var y = Broadcast(Expr.Constant(x), shape).Evaluate();
        foreach (var (index, offset) in FunctionalDL.Ops.Layout.Indices(shape))
            Assert.Equal(x[[.. index.Select((i, axis) => x.Shape[axis] == 1 ? 0 : i)]], y.GetDouble(offset));
    }

    /// <summary>⟨Broadcast(x), y⟩ = ⟨x, SumTo(y)⟩.</summary>
    [Property]
    public void SumTo_is_the_transpose_of_Broadcast(Shape shape, int mask)
    {
        Expr x = Expr.Constant(Narrow(shape, mask, 1)),
            y = Expr.Constant(Narrow(shape, 0, 2));
        Laws.SameValue(
            "⟨Broadcast(x), y⟩ and ⟨x, SumTo(y)⟩",
            Sum(Broadcast(x, shape) * y).Evaluate(),
            Sum(x * SumTo(y, x.Shape)).Evaluate(),
            1e-12);
    }

    [Property]
    public void A_scalar_broadcasts_to_every_shape(Shape shape) =>
        Assert.True(Broadcast(Expr.Constant(2.5), shape).Evaluate().BitEquals(Tensor.Full(DType.Float64, shape, 2.5)));
}
