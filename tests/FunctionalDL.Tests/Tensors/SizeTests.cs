namespace FunctionalDL.Tests.Tensors;

/// <summary>Sizes beyond what an array can have are an error that says so, before memory is touched; none wraps around.</summary>
public class SizeTests
{
    const int Most = int.MaxValue;

    static readonly Expr Huge = Expr.Variable("x", [65536, 65536]),
        Row = Expr.Variable("row", [3]),
        Image = Expr.Variable("image", [1, 1, 5, 5]);

    static readonly Dictionary<string, (string Says, Func<object> Make)> Rows = new()
    {
        ["a size"] = ("4294967296", () => Dim.Of(1L << 32).Size),
        ["a sum of sizes"] = ("9223372036854775808", () => Dim.Of(long.MaxValue) + 1),
        ["a product of sizes"] = ("beyond every array", () => Dim.Of(1L << 40) * Dim.Of(1L << 40)),
        ["a product of polynomials"] = ("beyond every array", () => ((Dim)"a" * Most * Most + 1) * ((Dim)"a" * Most + 1)),
        ["a polynomial's value"] = ("beyond every array", () => ((Dim)"a" * "a" * "a").Resolve(Sizes.None.With("a", Most))),
        ["a polynomial's value that is a sum"] = (
            "beyond every array",
            () => ((Dim)"a" * "a" * 2 + (Dim)"a" * 5).Resolve(Sizes.None.With("a", Most))),
        ["a shape's elements"] = ("[65536, 65536] has more than the", () => Shape.Of(65536, 65536).ElementCount),
        ["zeros"] = ("[65536, 65536] has more than the", () => Tensor.Zeros(DType.Float32, Shape.Of(65536, 65536))),
        ["random numbers"] = ("[65536, 65536] has more than the", () => Key.Of(1).Uniform(Shape.Of(65536, 65536))),
        ["a flattened shape"] = ("4294967296", () => Model.Input(65536, 65536).Flatten().Dense(1).Initialize(1)),
        ["a layer's weights"] = ("has more than the", () => Model.Input(1 << 20).Dense(1 << 20).Initialize(1)),
        ["a range"] = ("4294967296", () => Range(Dim.Of(1L << 32)).Evaluate()),
        ["one hot rows"] = ("has more than the", () => OneHot(Expr.Constant(Tensor.Vector(new long[100])), Most).Evaluate()),
        ["a broadcast value"] = ("has more than the", () => Broadcast(Row, [Most, 3]).Evaluate(("row", new[] { 1f, 2, 3 }))),
        ["parts put together"] = (
            "has more than the",
            () => Concat(0, [.. Enumerable.Repeat(Broadcast(Expr.Constant(1, DType.Float32), [Most]), 3)]).Evaluate()),
        ["padding"] = ("beyond", () => Pad(Row, 0, Most, Most).Evaluate(("row", new[] { 1f, 2, 3 }))),
        ["dilation"] = ("beyond", () => Dilate(Row, 0, Most - 1).Evaluate(("row", new[] { 1f, 2, 3 }))),
        ["the most dilation"] = ("Use fewer", () => Dilate(Row, 0, Most)),
        ["a dilated window"] = ("Make them smaller", () => Conv(Image, Expr.Variable("k", [1, 1, 3, 3]), dilations: [Most, 1])),
        ["a slice from a negative start"] = ("cannot be negative", () => SliceFrom(Row, 0, Dim.Of(-1L << 40), 1)),
        ["a mean over too many"] = ("4294967296", () => Mean(Huge)),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Is_an_error_that_says_so(string name)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(Rows[name].Says, Assert.ThrowsAny<FunctionalException>(() => Rows[name].Make()).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(1, Most), InlineData(2, 2), InlineData(3, 1), InlineData(2, Most - 1), InlineData(0, Most)]
    public void A_step_may_be_longer_than_the_axis(int end, int step)
    {
        var x = Tensor.Vector(1.0, 2.0, 3.0);
        var y = Slice(Expr.Variable("x", [3], DType.Float64), 0, 0, end, step);
        double[] expected = [.. Enumerable.Range(0, end).Where(i => i % step == 0).Select(i => x.Span[i])];
        Assert.Equal(expected, y.Evaluate(("x", x)).ToArray<double>());
        Assert.Equal(expected, y.Compile().Run(("x", x))[0].ToArray<double>());
        double[] gradient = [.. Enumerable.Range(0, 3).Select(i => i < end && i % step == 0 ? 1.0 : 0)];
        Assert.Equal(gradient, Sum(y).Gradient(Expr.Variable("x", [3], DType.Float64)).Evaluate(("x", x)).ToArray<double>());
    }

    [Fact]
    public void A_stride_may_be_longer_than_the_axis()
    {
        var x = Key.Of(1).Uniform([1, 1, 5, 5]);
        foreach (var padding in new[] { Padding.Valid, Padding.Same })
        {
            var (stepped, plain) = (MaxPool(Image, [2, 2], [Most, Most], padding), MaxPool(Image, [2, 2], [5, 5], padding));
            Assert.Equal(plain.Evaluate(("image", x)).ToArray<float>(), stepped.Evaluate(("image", x)).ToArray<float>());
        }
    }
}
