using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Tensors;

[Properties(Arbitrary = [typeof(TensorArbitrary)])]
public class ShapeTests
{
    /// <summary>A shape with some dimensions 1, which broadcasts to the shape.</summary>
    static Shape Narrowed(Shape shape, int mask) => [.. shape.Select((d, axis) => (mask >> axis & 1) == 0 ? d : 1)];

    [Property]
    public void Broadcasting_is_commutative_idempotent_and_has_the_scalar_as_its_unit(Shape a, Shape b)
    {
        Assert.Equal(Shape.Broadcast(a, b), Shape.Broadcast(b, a));
        Assert.Equal(a, Shape.Broadcast(a, a));
        Assert.Equal(a, Shape.Broadcast(a, Shape.Scalar));
    }

    [Property]
    public void Broadcasting_is_associative(Shape shape, int x, int y, int z)
    {
        Shape a = Narrowed(shape, x), b = Narrowed(shape, y), c = Narrowed(shape, z);
        Assert.Equal(Shape.Broadcast(Shape.Broadcast(a, b)!, c), Shape.Broadcast(a, Shape.Broadcast(b, c)!));
        Assert.True(a.BroadcastsTo(Shape.Broadcast(a, b)!));
        Assert.True(a.BroadcastsTo(shape));
    }

    [Property]
    public void Elements_strides_and_sizes_agree(Shape shape)
    {
        Assert.Equal(shape.ElementCount, shape.Elements.Size);
        Assert.Equal(shape.ElementCount, shape.ToSizes().Aggregate(1, (product, n) => product * n));
        var strides = shape.Strides();
        for (var axis = 0; axis < shape.Rank; axis++) Assert.Equal(shape.Slice(axis + 1, shape.Rank).ElementCount, strides[axis]);
    }

    [Property]
    public void Parts_put_together_are_the_whole(Shape shape, byte cut, byte at)
    {
        var (middle, axis) = (cut % (shape.Rank + 1), at % (shape.Rank + 1));
        Assert.Equal(shape, shape.Slice(0, middle).Concat(shape.Slice(middle, shape.Rank)));
        Assert.Equal(shape, shape.Insert(axis, "n").Remove(axis));
        Assert.Equal(shape.GetHashCode(), Shape.Of([.. shape]).GetHashCode());
        Assert.Equal(shape.Insert(axis, 7), shape.Insert(axis, "n").Resolve(Sizes.None.With("n", 7)));
    }

    [Fact]
    public void NumPy_broadcasts_these()
    {
        Assert.Equal(Shape.Of(2, 3, 4), Shape.Broadcast([3, 1], [2, 1, 4]));
        Assert.Equal(Shape.Of("batch", 3), Shape.Broadcast(["batch", 1], [3]));
        Assert.Equal(Shape.Of(0, 3), Shape.Broadcast([0, 1], [1, 3]));
        Assert.Null(Shape.Broadcast([2], [3]));
        Assert.Null(Shape.Broadcast(["batch"], [3]));
        Assert.Null(Shape.Broadcast(["batch"], ["time"]));
        Assert.False(Shape.Of(2, 3).BroadcastsTo([3]));
    }

    [Fact]
    public void Texts_and_mistakes()
    {
        Assert.Equal("[batch, 784]", Shape.Of("batch", 784).ToString());
        Assert.Equal("[]", Shape.Scalar.ToString());
        Assert.Contains("dimension -1", Assert.Throws<ShapeException>(() => Shape.Of(2, -1)).Message);
        Assert.Contains("no size", Assert.Throws<ShapeException>(() => Shape.Of("batch").ElementCount).Message);
        Assert.Contains("[65536, 65536]", Assert.Throws<ShapeException>(() => Shape.Of(65536, 65536).ElementCount).Message);
        Assert.Contains(
            "[65536, 65536, 65536, 65536]",
            Assert.Throws<ShapeException>(() => Shape.Of(65536, 65536, 65536, 65536).ElementCount).Message);
        Assert.Equal(0, Shape.Of(65536, 65536, 0).ElementCount);
    }

    [Fact]
    public void Sizes_made_of_several_symbols_are_resolved() =>
        Assert.Equal(Shape.Of(6, 5), Shape.Of((Dim)"a" * "b", (Dim)"b" + 2).Resolve(Sizes.None.With("a", 2).With("b", 3)));

    [Fact]
    public void Axes_count_from_either_end()
    {
        Assert.Equal([0, 1, 2, 0, 1, 2], new[] { 0, 1, 2, -3, -2, -1 }.Select(axis => Shape.Of(5, 6, 7).Axis(axis, "Sum")));
        foreach (var axis in new[] { -4, 3 })
        {
            var message = Assert.Throws<ShapeException>(() => Shape.Of(5, 6, 7).Axis(axis, "Sum")).Message;
            Assert.Contains($"axis {axis} is outside [5, 6, 7], whose axes are -3 to 2", message);
        }
        Assert.Contains("whose axes are none", Assert.Throws<ShapeException>(() => Shape.Scalar.Axis(0, "Sum")).Message);
    }
}
