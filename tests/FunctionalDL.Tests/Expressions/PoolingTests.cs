using FsCheck;
using FsCheck.Xunit;
using static FunctionalDL.Tests.Expressions.Derivatives;

namespace FunctionalDL.Tests.Expressions;

public class PoolingTests
{
    [Property(MaxTest = 40)]
    public void Pooling_is_its_definition(DoNotSize<int> any)
    {
        var seed = any.Item;
        var random = new Random(seed);
        var (window, stride) = (random.Next(1, 4), random.Next(1, 4));
        var (before, after) = (random.Next(0, window), random.Next(0, window));
        var size = window + random.Next(0, 5);
        var x = Random(Key.Of(seed), [2, 3, size]).As<double>();
        var padding = Padding.Of((before, after));

        var largest = MaxPool(Expr.Constant(x), [window], [stride], padding).Evaluate().As<double>();
        var mean = AveragePool(Expr.Constant(x), [window], [stride], padding).Evaluate().As<double>();

        var positions = (size + before + after - window) / stride + 1;
        Assert.Equal(Shape.Of(2, 3, positions), largest.Shape);
        Assert.Equal(Shape.Of(2, 3, positions), mean.Shape);
        for (var row = 0; row < 6; row++)
            for (var p = 0; p < positions; p++)
            {
                var under = Enumerable
                    .Range(p * stride - before, window)
                    .Where(i => i >= 0 && i < size)
                    .Select(i => x[row / 3, row % 3, i])
                    .ToArray();
                Assert.Equal(under.Max(), largest[row / 3, row % 3, p]);
                Assert.Equal(under.Average(), mean[row / 3, row % 3, p], 1e-12);
            }
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(3, 1, 1)]
    [InlineData(3, 2, 2)]
    [InlineData(1, 3, 0)]
    public void Derivatives_of_pooling_agree(int window, int stride, int padding)
    {
        var x = Variable("x", "batch", 2, 5, 6);
        foreach (
            var y in new[]
            {
                MaxPool(x, [window, window], [stride, stride], padding),
                AveragePool(x, [window, window], [stride, stride], padding),
            })
            Agree(Square(y), Point(y, ("batch", 2)));
    }

    [Fact]
    public void The_gradient_at_a_tie_goes_to_the_first()
    {
        var x = Variable("x", 1, 1, 4);
        var gradient = Sum(MaxPool(x, [4])).Gradient(x);
        double[] At(params double[] values) => gradient.Evaluate(("x", Tensor.Of(Shape.Of(1, 1, 4), values))).ToArray<double>();

        Assert.Equal([0, 1, 0, 0], At(1, 2, 2, 2));
        Assert.Equal([0, 0, 1, 0], At(1, 2, double.NaN, double.NaN));
        Assert.Equal([1, 0, 0, 0], At(double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity));
    }

    [Fact]
    public void An_empty_batch_and_a_window_on_nothing()
    {
        var y = MaxPool(Variable("x", "batch", 1, 1), [2], [1], padding: 1);
        Assert.Equal(Shape.Of(0, 1, 2), y.Evaluate(("x", Tensor.Zeros(DType.Float64, [0, 1, 1]))).Shape);
        Assert.Equal([3.0, 3.0], y.Evaluate(("x", Tensor.Of(Shape.Of(1, 1, 1), [3.0]))).ToArray<double>());
    }

    [Fact]
    public void A_window_on_nothing_has_no_largest_element()
    {
        var y = MaxPool(Variable("x", "batch", 1, 0), [2], [1], padding: 1);
        var none = TensorSet.Of(("x", Tensor.Zeros(DType.Float64, [1, 1, 0])));
        Assert.Contains("no elements under a window", Assert.Throws<TensorException>(() => y.Evaluate(none)).Message);
        Assert.Contains("no elements under a window", Assert.Throws<TensorException>(() => y.Compile().Run(none)).Message);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_by_name()
    {
        var x = Variable("x", 2, 3, 5);
        ConvolutionTests.Throws("does not fit", () => MaxPool(x, [6]));
        ConvolutionTests.Throws("Pad less", () => MaxPool(x, [2], padding: 2));
        ConvolutionTests.Throws("AveragePool: padding [0], [2]", () => AveragePool(x, [2], padding: Padding.Of((0, 2))));
        ConvolutionTests.Throws("spatial", () => AveragePool(x, [2, 2]));
        ConvolutionTests.Throws("1 or more", () => MaxPool(x, [0]));
        Assert.Throws<DTypeException>(() => MaxPool(x.Cast(DType.Int64), [2]));
    }
}
