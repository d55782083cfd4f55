using FunctionalDL.Tests.Onnx;
using static FunctionalDL.Tests.Expressions.StructuralCase;

namespace FunctionalDL.Tests.Expressions;

public class RearrangingTests
{
    static readonly Tensor Values = Numbers(1, 2, 4, 3);
    static readonly Expr X = Expr.Variable("x", ["n", 4, 3]);

    static TensorSet At => TensorSet.Of(("x", Values));

    [Fact]
    public void Tiles_are_Tile()
    {
        var expected = OneNode.Run("Tile", 13, 1, [Values, Tensor.Vector(1L, 3, 2)])[0];
        Holds("tiles", Tile(X, 1, 3, 2), At, expected);
        var named = Tile(Expr.Variable("x", [2, "m", 3]), "k", 1, 2);
        var with = At.With("k", Numbers(2, 3));
        expected = OneNode.Run("Tile", 13, 1, [Values, Tensor.Vector(3L, 1, 2)])[0];
        Holds("named", named + 0 * Sum(Expr.Variable("k", ["k"])), with, expected);
        Same("none", Tile(X, 1, 0, 1), At, Tensor.Zeros(DType.Float32, [2, 0, 3]));
        Assert.Contains("one number for each of its 3 axes", Assert.Throws<ShapeException>(() => Tile(X, 2)).Message);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(-2), InlineData(7), InlineData(-9)]
    public void Triangles_are_Trilu(int diagonal)
    {
        Holds("lower", Tril(X, diagonal), At, OneNode.Run("Trilu", 14, 1, [Values, (long)diagonal], ("upper", 0L))[0]);
        Holds("upper", Triu(X, diagonal), At, OneNode.Run("Trilu", 14, 1, [Values, (long)diagonal], ("upper", 1L))[0]);
        var wholes = Tensor.Of([2, 2], [1L, 2, 3, 4]);
        Same("wholes", Tril(Expr.Variable("w", [2, 2], DType.Int64)), TensorSet.Of(("w", wholes)), Tensor.Of([2, 2], [1L, 0, 3, 4]), 0);
        Same("truths", Triu(X > -2), At, OneNode.Run("Trilu", 14, 1, [Tensor.Full(DType.Bool, [2, 4, 3], 1)])[0], 0);
        Assert.Throws<ShapeException>(() => Tril(Expr.Variable("v", [3])));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(-1), InlineData(3), InlineData(-5), InlineData(11)]
    public void Rolling_moves_around_the_end(int shift)
    {
        var expected = Tensor.Of(
            [2, 4, 3],
            [.. Enumerable.Range(0, 24).Select(i => Values.As<float>()[i / 12, ((i / 3 % 4 - shift) % 4 + 4) % 4, i % 3])]);
        Holds("known", Roll(X, shift, 1), At, expected);
        Holds("named", Roll(Expr.Variable("x", [2, "m", 3]), shift, -2), At, expected);
        var none = TensorSet.Of(("x", Tensor.Zeros(DType.Float32, [0, 4, 3])));
        foreach (var value in new[] { Roll(X, shift, 0).Evaluate(none), Roll(X, shift, 0).Compile().Run(none)[0] })
            Assert.Equal(Shape.Of(0, 4, 3), value.Shape);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Depth_and_space_are_exchanged(bool columnFirst)
    {
        var (x, value) = (Expr.Variable("x", ["n", 8, 2, "w"]), Numbers(4, 2, 8, 2, 3));
        var expected = OneNode.Run("DepthToSpace", 13, 1, [value], ("blocksize", 2L), ("mode", columnFirst ? "CRD" : "DCR"))[0];
        var y = DepthToSpace(x, 2, columnFirst);
        Holds("space", y, TensorSet.Of(("x", value)), expected);
        if (columnFirst) return;
        var back = SpaceToDepth(Expr.Variable("x", ["n", 2, 4, (Dim)"w" * 2]), 2);
        var images = Expr.Variable("x", ["n", 2, 4, 6]);
        Holds(
            "depth",
            SpaceToDepth(images, 2),
            TensorSet.Of(("x", expected)),
            OneNode.Run("SpaceToDepth", 13, 1, [expected], ("blocksize", 2L))[0]);
        Same("back", SpaceToDepth(y, 2), TensorSet.Of(("x", value)), value, 0);
        Assert.Equal(Shape.Of("n", 8, 2, "w"), back.Shape);
        Assert.Contains("block", Assert.Throws<ShapeException>(() => DepthToSpace(images, 2)).Message);
        Assert.Contains("block", Assert.Throws<ShapeException>(() => SpaceToDepth(images, 4)).Message);
    }
}
