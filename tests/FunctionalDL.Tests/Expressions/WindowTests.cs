using FunctionalDL.Tests.Onnx;
using static FunctionalDL.Tests.Expressions.StructuralCase;

namespace FunctionalDL.Tests.Expressions;

/// <summary>Pooling, columns and transposed convolutions in all their forms: ONNX's operators are the oracle.</summary>
public class WindowTests
{
    static readonly Tensor Images = Numbers(1, 2, 2, 7, 6);
    static readonly Expr X = Expr.Variable("x", ["n", 2, 7, 6]);

    static TensorSet At => TensorSet.Of(("x", Images));

    static long[] Longs(params int[] values) => [.. values.Select(n => (long)n)];

    public static TheoryData<int[], int[], int[], int[], bool> Forms => new()
    {
        { [2, 2], [2, 2], [0, 0, 0, 0], [1, 1], true },
        { [3, 2], [2, 3], [1, 0, 1, 1], [1, 1], true },
        { [3, 3], [3, 2], [1, 1, 0, 0], [1, 1], true },
        { [2, 2], [1, 1], [0, 0, 0, 0], [2, 3], false },
        { [2, 2], [3, 2], [1, 1, 1, 1], [2, 2], true },
        { [2, 3], [4, 4], [0, 0, 0, 0], [1, 1], true },
    };

    static (string, object)[] Attributes(int[] window, int[] strides, int[] pads, int[] dilations, bool ceiling) =>
    [
        ("kernel_shape", Longs(window)), ("strides", Longs(strides)), ("pads", Longs(pads)), ("dilations", Longs(dilations)),
        ("ceil_mode", ceiling ? 1L : 0L),
    ];

    static Padding Pads(int[] pads) => Padding.Of((pads[0], pads[2]), (pads[1], pads[3]));

    [Theory, MemberData(nameof(Forms))]
    public void Maxima_are_MaxPool(int[] window, int[] strides, int[] pads, int[] dilations, bool ceiling)
    {
        var expected = OneNode.Run("MaxPool", 12, 1, [Images], Attributes(window, strides, pads, dilations, ceiling))[0];
        Holds("maxima", MaxPool(X, window, strides, Pads(pads), dilations, ceiling), At, expected, order: 1);
    }

    [Theory, MemberData(nameof(Forms))]
    public void Norms_are_LpPool(int[] window, int[] strides, int[] pads, int[] dilations, bool ceiling)
    {
        foreach (var p in new[] { 1, 2, 3 })
        {
            var attributes = Attributes(window, strides, pads, dilations, ceiling).Append(("p", (long)p)).ToArray();
            var expected = OneNode.Run("LpPool", 18, 1, [Images], attributes)[0];
            Holds($"p = {p}", LpPool(X, window, p, strides, Pads(pads), dilations, ceiling), At, expected, order: 1);
        }
    }

    /// <summary>By the definition: of the elements under a window those that count, over their number.</summary>
    [Theory, MemberData(nameof(Forms))]
    public void Means_are_their_definition(int[] window, int[] strides, int[] pads, int[] dilations, bool ceiling)
    {
        foreach (var countPadding in new[] { false, true })
        {
            var y = AveragePool(X, window, strides, Pads(pads), dilations, ceiling, countPadding);
            var shape = OneNode.Run("MaxPool", 12, 1, [Images], Attributes(window, strides, pads, dilations, ceiling))[0].Shape;
            Holds($"counting {countPadding}", y, At, Means(window, strides, pads, dilations, countPadding, shape), order: 1);
        }
    }

    static Tensor Means(int[] window, int[] strides, int[] pads, int[] dilations, bool countPadding, Shape shape)
    {
        var x = Images.As<float>();
        IEnumerable<int> Under(int axis, int p) =>
            Enumerable.Range(0, window[axis])
                .Select(k => p * strides[axis] + k * dilations[axis] - pads[axis])
                .Where(i => countPadding ? i < x.Shape[axis + 2].Size + pads[axis + 2] : i >= 0 && i < x.Shape[axis + 2].Size);
        float Mean(int plane, int p, int q)
        {
            var under = (from i in Under(0, p) from j in Under(1, q) select (i, j)).ToArray();
            var real = under.Where(at => at.i >= 0 && at.j >= 0 && at.i < x.Shape[2].Size && at.j < x.Shape[3].Size);
            return (float)(real.Sum(at => (double)x[plane / 2, plane % 2, at.i, at.j]) / under.Length);
        }
        var (rows, columns) = (shape[2].Size, shape[3].Size);
        return Tensor.Of(
            shape,
            [
                .. from plane in Enumerable.Range(0, 4)
                   from p in Enumerable.Range(0, rows)
                   from q in Enumerable.Range(0, columns)
                   select Mean(plane, p, q),
            ]);
    }

    [Fact]
    public void Means_are_AveragePool()
    {
        foreach (var (auto, padding) in new[] { ("SAME_UPPER", Padding.Same), ("SAME_LOWER", Padding.SameLower) })
            foreach (var countPadding in new[] { 0L, 1 })
            {
                (string, object)[] attributes =
                    [("kernel_shape", Longs(2, 4)), ("strides", Longs(2, 1)), ("auto_pad", auto), ("count_include_pad", countPadding)];
                var expected = OneNode.Run("AveragePool", 11, 1, [Images], attributes)[0];
                var y = AveragePool(X, [2, 4], [2, 1], padding, countPadding: countPadding == 1);
                Holds(auto, y, At, expected, order: 1);
            }
        var plain = OneNode.Run("AveragePool", 19, 1, [Images], Attributes([3, 2], [2, 2], [1, 0, 1, 1], [2, 2], false))[0];
        Holds("dilated", AveragePool(X, [3, 2], [2, 2], Padding.Of((1, 1), (0, 1)), [2, 2]), At, plain, order: 1);
    }

    [Fact]
    public void Unpooling_puts_maxima_back()
    {
        var (values, places) = MaxPoolWithPlaces(X, [2, 3], [2, 2]);
        var found = OneNode.Run("MaxPool", 12, 2, [Images], ("kernel_shape", Longs(2, 3)), ("strides", Longs(2, 2)));
        var expected = OneNode.Run(
            "MaxUnpool",
            11,
            1,
            [found[0], found[1], Tensor.Vector(2L, 2, 7, 6)],
            ("kernel_shape", Longs(2, 3)),
            ("strides", Longs(2, 2)))[0];
        Holds("unpooled", MaxUnpool(values, places, [7, 6]), At, expected, order: 1);
        Assert.Throws<ShapeException>(() => MaxUnpool(values, places, [7]));
    }

    public static TheoryData<int[], int[], int[], int[]> Columns => new()
    {
        { [2, 3], [1, 1], [0, 0, 0, 0], [1, 1] },
        { [3, 2], [2, 3], [1, 0, 2, 1], [1, 2] },
        { [1, 1], [2, 2], [0, 0, 0, 0], [1, 1] },
    };

    [Theory, MemberData(nameof(Columns))]
    public void Columns_are_what_lies_under_windows_and_folding_is_Col2Im(int[] window, int[] strides, int[] pads, int[] dilations)
    {
        var y = Unfold(X, window, strides, Pads(pads), dilations);
        // A convolution is a product with the columns.
        var kernel = Numbers(5, 3, 2, window[0], window[1]);
        var product = MatMul(Reshape(Expr.Constant(kernel), [3, 2 * window[0] * window[1]]), y);
        var convolved = Conv(X, Expr.Constant(kernel), strides, Pads(pads), dilations).Evaluate(At);
        Holds("columns", product, At, convolved.Reshape([2, 3, convolved.Count / 6]), tolerance: 1e-4);

        var columns = Numbers(6, [.. y.Evaluate(At).Shape]);
        var expected = OneNode.Run(
            "Col2Im",
            18,
            1,
            [columns, Tensor.Vector(7L, 6), Tensor.Vector(Longs(window))],
            ("strides", Longs(strides)),
            ("pads", Longs(pads)),
            ("dilations", Longs(dilations)))[0];
        var folded = Fold(Expr.Variable("c", columns.Shape.With(0, "n")), [7, 6], window, strides, Pads(pads), dilations);
        Holds("folded", folded, TensorSet.Of(("c", columns)), expected, tolerance: 1e-4);
    }

    [Fact]
    public void Columns_over_an_axis_with_a_name()
    {
        var y = Unfold(Expr.Variable("x", [2, 2, "h", 6]), [3, 2], padding: 1);
        Assert.Equal(Unfold(X, [3, 2], padding: 1).Evaluate(At).ToArray<float>(), y.Evaluate(At).ToArray<float>());
        Assert.Contains("Give one for each", Assert.Throws<ShapeException>(() => Fold(y, [7, 6], [3, 2])).Message);
        Assert.Contains("channels·k", Assert.Throws<ShapeException>(() => Fold(y, [7, 6], [4, 2])).Message);
    }

    public static TheoryData<string, int[], int[]?, int[], int, int[]?, int[]?> Transposes => new()
    {
        { "NOTSET", [2, 3], [1, 0, 2, 1], [1, 2], 1, null, null },
        { "NOTSET", [2, 2], [1, 1, 1, 1], [1, 1], 2, [1, 0], null },
        { "SAME_UPPER", [2, 2], null, [1, 1], 1, null, null },
        { "SAME_LOWER", [2, 2], null, [2, 1], 1, null, null },
        { "SAME_UPPER", [3, 2], null, [1, 1], 1, null, [9, 6] },
        { "NOTSET", [3, 2], null, [1, 1], 1, null, [9, 6] },
        { "NOTSET", [3, 2], null, [1, 2], 2, [1, 1], [8, 7] },
    };

    [Theory, MemberData(nameof(Transposes))]
    public void Transposed_convolutions_are_ConvTranspose(
        string auto, int[] strides, int[]? pads, int[] dilations, int groups, int[]? outputPadding, int[]? outputShape)
    {
        var (kernel, x) = (Numbers(2, 4, 3, 3, 2), Numbers(3, 2, 4, 3, 3));
        List<(string, object)> attributes = [("strides", Longs(strides)), ("dilations", Longs(dilations)), ("group", (long)groups)];
        if (pads is not null) attributes.Add(("pads", Longs(pads)));
        if (auto != "NOTSET") attributes.Add(("auto_pad", auto));
        if (outputPadding is not null) attributes.Add(("output_padding", Longs(outputPadding)));
        if (outputShape is not null) attributes.Add(("output_shape", Longs(outputShape)));
        var expected = OneNode.Run("ConvTranspose", 11, 1, [x, kernel], [.. attributes])[0];
        var given = pads is null ? null : Pads(pads);
        var padding = auto switch { "SAME_UPPER" => Padding.Same, "SAME_LOWER" => Padding.SameLower, _ => given };
        var y = ConvTranspose(
            Expr.Variable("x", ["n", 4, 3, 3]),
            Expr.Variable("w", kernel.Shape),
            strides,
            padding,
            dilations,
            groups,
            outputPadding,
            outputShape is null ? null : Shape.Of([.. outputShape.Select(n => (Dim)n)]));
        Same("transposed", y, TensorSet.Of(("x", x), ("w", kernel)), expected, 1e-4);
        var wide = TensorSet.Of(("x", x.Cast(DType.Float64)), ("w", kernel.Cast(DType.Float64)));
        Derivatives.Agree(y.WithPrecision(DType.Float64), wide);
    }

    /// <summary>What OnnxRuntime refuses: more at the end than a stride, which less is cut off for, and what nothing reaches.</summary>
    [Fact]
    public void Beyond_what_is_reached_there_are_zeros()
    {
        var (x, w) = (Expr.Constant(Numbers(3, 2, 4, 3, 3)), Expr.Constant(Numbers(2, 4, 3, 3, 2)));
        void Equal(Expr expected, Expr y) => Same("beyond", y, TensorSet.Empty, expected.Evaluate());
        Equal(
            Pad(ConvTranspose(x, w, [1, 2], Padding.Of((0, 0), (2, 0)), [2, 3], 2), 3, 0, 2),
            ConvTranspose(x, w, [1, 2], Padding.Of((0, 1), (2, 0)), [2, 3], 2, outputPadding: [1, 2]));
        var plain = ConvTranspose(x, w, [2, 2]);
        Assert.Equal(Shape.Of(2, 3, 7, 6), plain.Shape);
        Equal(Pad(Pad(plain, 2, 0, 1), 3, 0, 2), ConvTranspose(x, w, [2, 2], outputShape: [8, 8]));
        Equal(Pad(Pad(ConvTranspose(x, w, [4, 4]), 2, 0, 1), 3, 0, 2), ConvTranspose(x, w, [4, 4], Padding.Same));
    }

    [Fact]
    public void Transposed_convolutions_over_one_axis_and_three()
    {
        foreach (var axes in new[] { 1, 3 })
        {
            Dim[] sizes = [.. Enumerable.Repeat((Dim)3, axes)], windows = [.. Enumerable.Repeat((Dim)2, axes)];
            Tensor x = Numbers(1, [2, 2, .. sizes]), w = Numbers(2, [2, 3, .. windows]);
            var strides = Enumerable.Repeat(2, axes).ToArray();
            var more = strides.Select(_ => 1).ToArray();
            var y = ConvTranspose(Expr.Variable("x", x.Shape), Expr.Variable("w", w.Shape), strides, outputPadding: more);
            var expected = OneNode.Run(
                "ConvTranspose", 11, 1, [x, w], ("strides", Longs(strides)), ("output_padding", strides.Select(_ => 1L).ToArray()))[0];
            Same($"{axes} axes", y, TensorSet.Of(("x", x), ("w", w)), expected, 1e-4);
        }
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        var w = Expr.Variable("w", [2, 3, 2, 2]);
        static string Error(Func<Expr> make) => Assert.Throws<ShapeException>(make).Message;
        Assert.Contains("Give one of them", Error(() => ConvTranspose(X, w, padding: 1, outputShape: [9, 9])));
        Assert.Contains("one size for each", Error(() => ConvTranspose(X, w, outputShape: [9])));
        Assert.Contains("from 0 to below", Error(() => ConvTranspose(X, w, outputPadding: [-1, 0])));
        Assert.Contains("the stride or the dilation", Error(() => ConvTranspose(X, w, [2, 2], outputPadding: [2, 0])));
        Assert.Contains("Fix the size", Error(() => MaxPool(Expr.Variable("x", [1, 1, "h"]), [2], ceiling: true)));
        Assert.Contains("does not fit", Error(() => Unfold(X, [9, 1])));
    }
}
