using FsCheck;
using FsCheck.Xunit;
using static FunctionalDL.Tests.Expressions.Derivatives;

namespace FunctionalDL.Tests.Expressions;

public class ConvolutionTests
{
    /// <summary>
    /// y[b, o, i, j] = Σ x[b, c, i·stride + k·dilation − before, …]·w[o, c, k, l] over the channels of o's group, element by
    /// element.
    /// </summary>
    [Property(MaxTest = 60)]
    public void Convolution_is_its_definition(DoNotSize<int> any)
    {
        var seed = any.Item;
        var random = new Random(seed);
        int Pick(int from, int to) => random.Next(from, to + 1);
        var (groups, batch) = (Pick(1, 3), Pick(0, 2));
        var (inputs, outputs) = (groups * Pick(1, 2), groups * Pick(1, 2));
        int[] kernel = [Pick(1, 3), Pick(1, 3)],
            stride = [Pick(1, 3), Pick(1, 3)],
            dilation = [Pick(1, 2), Pick(1, 2)],
            before = [Pick(0, 2), Pick(0, 2)],
            after = [Pick(0, 2), Pick(0, 2)];
        int[] size =
        [
            .. Enumerable.Range(0, 2).Select(a => Math.Max(1, (kernel[a] - 1) * dilation[a] + 1 - before[a] - after[a] + Pick(0, 4))),
        ];
        var x = Random(Key.Of(seed), [batch, inputs, size[0], size[1]]).As<double>();
        var w = Random(Key.Of(seed + 1), [outputs, inputs / groups, kernel[0], kernel[1]]).As<double>();

        var y = Conv(Expr.Constant(x), Expr.Constant(w), stride, Padding.Of((before[0], after[0]), (before[1], after[1])), dilation, groups)
            .Evaluate()
            .As<double>();

        int[] expected =
        [
            .. Enumerable.Range(0, 2).Select(a => (size[a] + before[a] + after[a] - (kernel[a] - 1) * dilation[a] - 1) / stride[a] + 1),
        ];
        Assert.Equal(Shape.Of(batch, outputs, expected[0], expected[1]), y.Shape);
        for (var b = 0; b < batch; b++)
            for (var o = 0; o < outputs; o++)
                for (var i = 0; i < expected[0]; i++)
                    for (var j = 0; j < expected[1]; j++)
                    {
                        var sum = 0.0;
                        for (var c = 0; c < inputs / groups; c++)
                            for (var k = 0; k < kernel[0]; k++)
                                for (var l = 0; l < kernel[1]; l++)
                                {
                                    var row = i * stride[0] + k * dilation[0] - before[0];
                                    var column = j * stride[1] + l * dilation[1] - before[1];
                                    if (row >= 0 && row < size[0] && column >= 0 && column < size[1])
                                        sum += x[b, o / (outputs / groups) * (inputs / groups) + c, row, column] * w[o, c, k, l];
                                }
                        Assert.Equal(sum, y[b, o, i, j], 1e-12);
                    }
    }

    public static TheoryData<int, int, int, int> Windows =>
        new()
        {
            { 1, 0, 1, 1 },
            { 2, 1, 1, 1 },
            { 1, 2, 2, 1 },
            { 3, 1, 2, 2 },
            { 2, 0, 1, 2 },
        };

    [Theory, MemberData(nameof(Windows))]
    public void Derivatives_of_a_convolution_agree(int stride, int padding, int dilation, int groups)
    {
        var y = Conv(Variable("x", "batch", 2 * groups, 7), Variable("w", 3 * groups, 2, 3), [stride], padding, [dilation], groups);
        Agree(y, Point(y, ("batch", 2)));
    }

    [Theory, MemberData(nameof(Windows))]
    public void Derivatives_of_a_transposed_convolution_agree(int stride, int padding, int dilation, int groups)
    {
        var y = ConvTranspose(
            Variable("x", "batch", 2 * groups, 4),
            Variable("w", 2 * groups, 3, 3),
            [stride],
            padding,
            [dilation],
            groups,
            [stride - 1]);
        Agree(y, Point(y, ("batch", 2)));
    }

    /// <summary>⟨conv(x, w), y⟩ = ⟨x, convᵀ(y, w)⟩ defines the transposed convolution.</summary>
    [Theory, MemberData(nameof(Windows))]
    public void The_transposed_convolution_is_the_transpose(int stride, int padding, int dilation, int groups)
    {
        var (x, w) = (Variable("x", 2, 2 * groups, 7, 6), Variable("w", 3 * groups, 2, 3, 2));
        var forward = Conv(x, w, [stride, stride], padding, [dilation, dilation], groups);
        var y = Variable("y", [.. forward.Shape]);
        int[] left = [.. new[] { (7, 3), (6, 2) }.Select(a => (a.Item1 + 2 * padding - (a.Item2 - 1) * dilation - 1) % stride)];
        var back = ConvTranspose(y, w, [stride, stride], padding, [dilation, dilation], groups, left);

        var at = Point(Sum(forward * y));
        Assert.Equal(x.Shape, back.Shape);
        Assert.Equal(Sum(forward * y).Evaluate(at).ToScalar(), Sum(back * x).Evaluate(at).ToScalar(), 1e-10);
    }

    [Fact]
    public void A_named_time_axis_stays_named()
    {
        var y = Conv(Variable("x", "batch", 2, "time"), Variable("w", 3, 2, 3), padding: Padding.Same);
        Assert.Equal(Shape.Of("batch", 3, "time"), y.Shape);
        Agree(y, Point(y, ("batch", 2), ("time", 4)), order: 1);

        Assert.Equal(
            Shape.Of("batch", 3, Dim.Symbol("time") * 2),
            ConvTranspose(Variable("x", "batch", 2, "time"), Variable("w", 2, 3, 2), [2]).Shape);
        Assert.Equal(
            Shape.Of("batch", 3, "time"),
            Conv(Variable("x", "batch", 2, Dim.Symbol("time") * 2), Variable("w", 3, 2, 2), [2]).Shape);
    }

    [Theory]
    [InlineData(7, 3, 2, 1, 4)]
    [InlineData(8, 3, 2, 1, 4)]
    [InlineData(5, 4, 1, 2, 5)]
    [InlineData(6, 2, 3, 1, 2)]
    [InlineData(6, 1, 3, 1, 2)]
    public void Same_padding_makes_size_over_stride_positions(int size, int kernel, int stride, int dilation, int positions) =>
        Assert.Equal(positions, Conv(Variable("x", 1, 1, size), Variable("w", 1, 1, kernel), [stride], Padding.Same, [dilation]).Shape[2]);

    [Theory]
    [InlineData(3, 2)]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(1, 1)]
    public void Same_padding_of_a_transposed_convolution_multiplies_the_size_by_the_stride(int kernel, int stride) =>
        Assert.Equal(4 * stride, ConvTranspose(Variable("x", 1, 1, 4), Variable("w", 1, 1, kernel), [stride], Padding.Same).Shape[2]);

    [Fact]
    public void An_empty_batch_has_empty_results_and_a_zero_kernel_gradient()
    {
        var y = Sum(Conv(Variable("x", "batch", 1, 3), Variable("w", 1, 1, 2)));
        var at = Point(y, ("batch", 0));
        Assert.Equal(0, y.Evaluate(at).ToScalar());
        Assert.All(y.Gradient(Variable("w", 1, 1, 2)).Evaluate(at).ToArray<double>(), g => Assert.Equal(0, g));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_by_name()
    {
        var (x, w) = (Variable("x", 2, 4, 5), Variable("w", 6, 4, 3));
        Throws("channels", () => Conv(Variable("x", 2, 3, 5), w));
        Throws("groups", () => Conv(x, Variable("w", 5, 2, 3), groups: 2));
        Throws("does not fit", () => Conv(x, Variable("w", 6, 4, 7)));
        Throws("stride", () => Conv(x, w, [0]));
        Throws("spatial", () => Conv(Variable("x", 2, 4), w));
        Throws("not a whole number", () => Conv(Variable("x", 2, 4, "time"), w, [2]));
        Throws("not known", () => Conv(Variable("x", 2, 4, "time"), w, [2], Padding.Same));
        Throws("negative", () => Conv(x, w, padding: Padding.Of((-1, 0))));
        Throws("output padding", () => ConvTranspose(Variable("x", 2, 6, 5), w, [2], outputPadding: [-1]));
        Assert.Throws<DTypeException>(() => Conv(x, w.Cast(DType.Float32)));
    }

    internal static void Throws(string message, Func<Expr> build) =>
        Assert.Contains(message, Assert.ThrowsAny<ShapeException>(build).Message);
}
