using FunctionalDL.Testing;
using FunctionalDL.Tests.Onnx;
using static FunctionalDL.Tests.Expressions.StructuralCase;

namespace FunctionalDL.Tests.Expressions;

public class SamplingTests
{
    static readonly Tensor Values = Numbers(1, 2, 3, 4, 5);
    static readonly Expr X = Expr.Variable("x", ["n", 3, 4, 5]);

    public static TheoryData<SampleMode, SamplePadding, bool> Forms
    {
        get
        {
            var data = new TheoryData<SampleMode, SamplePadding, bool>();
            foreach (var mode in Enum.GetValues<SampleMode>())
                foreach (var padding in Enum.GetValues<SamplePadding>())
                    foreach (var alignCorners in new[] { false, true }) data.Add(mode, padding, alignCorners);
            return data;
        }
    }

    static (string, object)[] Attributes(SampleMode mode, SamplePadding padding, bool alignCorners) =>
    [
        ("mode", mode.ToString().ToLowerInvariant()), ("padding_mode", padding.ToString().ToLowerInvariant()),
        ("align_corners", alignCorners ? 1L : 0L),
    ];

    [Theory, MemberData(nameof(Forms))]
    public void Samples_are_GridSample(SampleMode mode, SamplePadding padding, bool alignCorners)
    {
        var grid = (Expr.Constant(Numbers(2, 2, 3, 4, 2)) * 2.3).Evaluate();
        var expected = OneNode.Run("GridSample", 20, 1, [Values, grid], Attributes(mode, padding, alignCorners))[0];
        var y = GridSample(X, Expr.Variable("grid", ["n", 3, 4, 2]), mode, padding, alignCorners);
        Same("samples", y, TensorSet.Of(("x", Values), ("grid", grid)), expected, 1e-4);
        var wide = TensorSet.Of(("x", Values.Cast(DType.Float64)), ("grid", grid.Cast(DType.Float64)));
        Derivatives.Agree(y.WithPrecision(DType.Float64), wide, order: 1);
    }

    [Theory]
    [InlineData(SampleMode.Linear, SamplePadding.Zeros, false), InlineData(SampleMode.Linear, SamplePadding.Border, true)]
    [InlineData(SampleMode.Nearest, SamplePadding.Reflection, false), InlineData(SampleMode.Linear, SamplePadding.Reflection, true)]
    public void Samples_of_volumes_are_GridSample(SampleMode mode, SamplePadding padding, bool alignCorners)
    {
        var (volume, grid) = (Numbers(3, 2, 2, 3, 4, 2), (Expr.Constant(Numbers(2, 2, 2, 2, 3, 3)) * 1.7).Evaluate());
        var expected = OneNode.Run("GridSample", 20, 1, [volume, grid], Attributes(mode, padding, alignCorners))[0];
        var y = GridSample(Expr.Variable("x", volume.Shape), Expr.Variable("grid", grid.Shape), mode, padding, alignCorners);
        Same("samples", y, TensorSet.Of(("x", volume), ("grid", grid)), expected, 1e-4);
    }

    [Fact]
    public void Far_away_there_is_nothing()
    {
        var grid = Tensor.Of([1, 4, 1], [1e30f, -1e30f, float.PositiveInfinity, -3]);
        var x = Tensor.Of([1, 1, 3], [1f, 2, 3]);
        foreach (var mode in Enum.GetValues<SampleMode>())
            Assert.Equal([0f, 0, 0, 0], GridSample(Expr.Constant(x), Expr.Constant(grid), mode).Evaluate().ToArray<float>());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Affine_grids_are_AffineGrid(bool alignCorners)
    {
        foreach (var size in new[] { Shape.Of(2, 3, 4, 5), Shape.Of(2, 3, 2, 4, 3) })
        {
            var axes = size.Rank - 2;
            var theta = Numbers(4, 2, axes, axes + 1);
            var expected = OneNode.Run(
                "AffineGrid",
                20,
                1,
                [theta, Tensor.Vector([.. size.ToSizes().Select(n => (long)n)])],
                ("align_corners", alignCorners ? 1L : 0L))[0];
            var grid = AffineGrid(Expr.Variable("t", ["n", axes, axes + 1]), size.With(0, "n"), alignCorners);
            Holds("grid", grid, TensorSet.Of(("t", theta)), expected);
        }
        var middle = AffineGrid(Expr.Constant(Tensor.Of([1, 1, 2], [1.0, 0])), [1, 1, 1], alignCorners).Evaluate();
        Assert.Equal([0.0], middle.ToArray<double>());
    }

    [Theory, InlineData(1, 1, true), InlineData(2, 1, false), InlineData(1, 2, true), InlineData(2, 2, true)]
    public void Deformed_convolutions_are_DeformConv(int groups, int offsetGroups, bool masked)
    {
        Tensor x = Numbers(1, 2, 4, 5, 6), w = Numbers(2, 4, 4 / groups, 3, 2);
        // By the shape rule: (5 + 2 − 3)/2 + 1 rows and 6 + 0 − 3 + 1 columns, the window's columns 2 apart.
        Tensor offset = Numbers(3, 2, offsetGroups * 12, 3, 4), mask = Numbers(4, 2, offsetGroups * 6, 3, 4);
        (string, object)[] attributes =
        [
            ("strides", new[] { 2L, 1 }), ("pads", new[] { 1L, 0, 1, 0 }), ("dilations", new[] { 1L, 2 }), ("group", (long)groups),
            ("offset_group", (long)offsetGroups),
        ];
        var expected = OneNode.Run("DeformConv", 19, 1, masked ? [x, w, offset, null, mask] : [x, w, offset], attributes)[0];
        Expr Of(string name, Tensor value) => Expr.Variable(name, value.Shape);
        var y = DeformableConv(
            Expr.Variable("x", ["n", 4, 5, 6]), Of("w", w), Expr.Variable("o", offset.Shape.With(0, "n")),
            masked ? Expr.Variable("m", mask.Shape.With(0, "n")) : null, [2, 1], Padding.Of((1, 1), (0, 0)), [1, 2], groups, offsetGroups);
        var at = TensorSet.Of(("x", x), ("w", w), ("o", offset), ("m", mask));
        Same("deformed", y, at, expected, 1e-4);
        Derivatives.Agree(y.WithPrecision(DType.Float64), at.Map((_, v) => v.Cast(DType.Float64)), order: 1);
        // Without offsets it is a convolution.
        var straight = y.Substitute(("o", Broadcast(Expr.Constant(0f), Expr.Variable("o", offset.Shape.With(0, "n")).Shape)));
        var plain = Conv(Expr.Constant(x), Expr.Constant(w), [2, 1], Padding.Of((1, 1), (0, 0)), [1, 2], groups).Evaluate();
        if (!masked) Laws.SameValue("straight", plain, straight.Evaluate(at), 1e-5);
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        var w = Expr.Variable("w", [4, 3, 3, 3]);
        static string Error(Func<Expr> make) => Assert.ThrowsAny<FunctionalException>(make).Message;
        Assert.Contains("one for each", Error(() => GridSample(X, Expr.Variable("g", ["n", 3, 4, 3]))));
        Assert.Contains("one dtype of floats", Error(() => GridSample(X, Expr.Variable("g", ["n", 3, 4, 2], DType.Float64))));
        Assert.Contains("AffineGrid", Error(() => AffineGrid(Expr.Variable("t", [2, 2, 2]), [2, 3, 4, 5])));
        Assert.Contains("Give [n, 18, 2, 3]", Error(() => DeformableConv(X, w, Expr.Variable("o", ["n", 18, 2, 2]))));
        Assert.Contains("groups divide", Error(() => DeformableConv(X, w, Expr.Variable("o", ["n", 18, 2, 3]), groups: 2)));
    }
}
