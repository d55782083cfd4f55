using FunctionalDL.Engine;

namespace FunctionalDL.Tests.Engine;

/// <summary>
/// Sizes near and beyond what 32 bits count: planned without that memory, and either with little of it or refused in words.
/// </summary>
public class SizesTests
{
    /// <summary>The copies a thread works on are bands, however large the image.</summary>
    [Theory, InlineData(19_000, 19_000), InlineData(1, 1 << 21), InlineData(1 << 14, 1 << 14)]
    public void Pooling_a_large_plane_needs_little_scratch_memory(int height, int width)
    {
        var x = Expr.Variable("x", [1, 1, height, width]);
        var pooled = MaxPool(x, [1, 2]);
        AssertSmall(Compiler.Compile([pooled], Sizes.None, [0]));
        AssertSmall(Compiler.Compile([Sum(pooled).Gradient(x)], Sizes.None, [0]));
    }

    [Theory, InlineData(1, 1 << 18), InlineData(1 << 12, 1 << 6)]
    public void Convolutions_of_many_channels_need_little_scratch_memory(int height, int width)
    {
        var (x, w) = (Expr.Variable("x", [1, 4096, height, width]), Expr.Variable("w", [16, 4096, 1, 1]));
        var y = Conv(x, w);
        AssertSmall(Compiler.Compile([y], Sizes.None, [0]));
        foreach (var gradient in Sum(Sin(y)).Gradient([x, w])) AssertSmall(Compiler.Compile([gradient], Sizes.None, [0]));
    }

    static void AssertSmall(Plan plan) => Assert.InRange(plan.ScratchBytes, 1, 64 << 20);

    /// <summary>Bands along the only axis, and planes in bands for pooling, are what the evaluator computes.</summary>
    [Fact]
    public void Long_signals_in_bands_agree()
    {
        var (x, w) = (Expr.Variable("x", [1, 64, 5000]), Expr.Variable("w", [3, 64, 3]));
        foreach (var (stride, dilation) in new[] { (1, 1), (2, 1), (3, 2) })
        {
            var y = Conv(x, w, [stride], Padding.Same, [dilation]);
            EngineTests.Agrees(
                [y, .. Sum(Sin(y)).Gradient([x, w])],
                TensorSet.Of(("x", EngineTests.Uniform(1, x.Shape)), ("w", EngineTests.Uniform(2, w.Shape))),
                1e-4);
        }
    }

    /// <summary>A chunk of several bands: the padding after the last is where the one before had elements.</summary>
    [Fact]
    public void Bands_have_padding_of_their_own()
    {
        Expr x = Expr.Variable("x", [2, 1, 700, 300], DType.Float64), w = Expr.Variable("w", [1, 1, 3, 3], DType.Float64);
        var y = Conv(x, w, [8, 8], Padding.Of((1, 5), (1, 5)));
        EngineTests.Agrees(
            [y, .. Sum(Sin(y)).Gradient([x, w])],
            TensorSet.Of(
                ("x", EngineTests.Uniform(1, x.Shape).Cast(DType.Float64)),
                ("w", EngineTests.Uniform(2, w.Shape).Cast(DType.Float64))),
            1e-10);
    }

    [Theory, InlineData(3, 2, 1050, 1001), InlineData(2, 2, 1, 1_100_003)]
    public void Planes_in_bands_pool_as_whole_ones(int window, int stride, int height, int width)
    {
        var x = Expr.Variable("x", [1, 1, height, width], DType.Float64);
        var y = MaxPool(x, [Math.Min(window, height), window], [stride, stride], Padding.Same);
        Assert.True(((MaxPoolStep)Compiler.Compile([y], Sizes.None, [0]).Steps[0]).Sliding.Bands > 1);
        EngineTests.Agrees([y, Sum(Sin(y)).Gradient(x)], TensorSet.Of(("x", EngineTests.Uniform(1, x.Shape).Cast(DType.Float64))), 1e-12);
    }

    [Fact]
    public void Windows_that_reach_too_far_are_refused()
    {
        var (x, w) = (Expr.Variable("x", [1, 1, 8]), Expr.Variable("w", [1, 1, 3]));
        Assert.Contains("dilation 1073741824", Assert.Throws<ShapeException>(() => Conv(x, w, dilations: [1 << 30])).Message);
        var far = Conv(x, Expr.Variable("k", [1, 1, 1]), [1 << 29], Padding.Of((1 << 30, 1 << 29)));
        var error = Assert.Throws<ShapeException>(() => Compiler.Compile([far], Sizes.None, [0]));
        Assert.Contains("Conv: a padded copy", error.Message);
        Assert.Contains("Cut the input", error.Message);
    }

    /// <summary>The copy of one channel could be counted by 32 bits, those of all of a group cannot.</summary>
    [Fact]
    public void Channels_whose_copies_are_too_large_together_are_refused()
    {
        var (x, w) = (Expr.Variable("x", [1, 4, 8]), Expr.Variable("w", [1, 4, 1]));
        var y = Conv(x, w, [1 << 28], Padding.Of((1 << 29, 0)));
        foreach (var (output, op) in new[] { (y, "Conv"), (Sum(Sin(y)).Gradient(w), "ConvKernelGradient") })
        {
            var error = Assert.Throws<ShapeException>(() => Compiler.Compile([output], Sizes.None, [0]));
            Assert.Contains("a padded copy of the least part of 4 channels of [8]", error.Message);
        }
    }

    [Fact]
    public void A_step_that_leads_nowhere_is_a_single_element()
    {
        var x = Expr.Variable("x", [5, 3]);
        EngineTests.Agrees(
            [Slice(x, 0, 4, 5, int.MaxValue) * 2, Slice(x, 1, 0, 3, int.MaxValue)],
            TensorSet.Of(("x", EngineTests.Uniform(1, [5, 3]))),
            0);
    }

    /// <summary>The gradient of more elements than there are would be written beyond its end.</summary>
    [Fact]
    public void Padding_that_is_negative_at_the_actual_sizes_is_refused()
    {
        var (p, x) = (Expr.Variable("p", [8]), Expr.Variable("x", ["n"]));
        var gradient = Sum(SliceFrom(p, 0, 0, "n") * x).Gradient(p);
        TensorSet Values(int n) => TensorSet.Of(("p", EngineTests.Uniform(1, [8])), ("x", EngineTests.Uniform(2, [n])));
        EngineTests.Agrees([gradient], Values(7), 0);
        Assert.Contains("is -1 with n = 9", Assert.Throws<ShapeException>(() => gradient.Evaluate(Values(9))).Message);
        Assert.Contains("is -1 with n = 9", Assert.Throws<ShapeException>(() => gradient.Compile().Run(Values(9))).Message);
    }

    [Fact]
    public void More_elements_than_an_array_has_are_refused()
    {
        Assert.Contains("[65536, 65536] has more than", Assert.Throws<ShapeException>(() => View.CountOf([1 << 16, 1 << 16])).Message);
        Assert.Equal(0, View.CountOf([1 << 16, 1 << 16, 0]));
        Assert.Contains("bytes of memory are needed", Assert.Throws<FunctionalException>(() => new PinnedBuffer(1L << 50)).Message);
        var x = Expr.Variable("x", [1 << 16]);
        Assert.Throws<ShapeException>(() => Compiler.Compile([Reshape(x, [1 << 16, 1]) * x], Sizes.None, [0]));
    }

    /// <summary>Sums of few long rows keep no more partial sums than there are elements.</summary>
    [Fact]
    public void Sums_of_columns_need_no_more_memory_than_what_is_summed()
    {
        var plan = Compiler.Compile([Sum(Exp(Expr.Variable("x", [2, 1 << 29])), 0)], Sizes.None, [0]);
        Assert.InRange(plan.Allocation.Bytes, 0, (1L << 30) * sizeof(double));
    }
}
