using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Tensors;

public class KeyTests
{
    /// <summary>A seed's numbers are a promise, computed here by another implementation: a change breaks every stored run.</summary>
    [Fact]
    public void Golden_numbers()
    {
        Assert.Equal(0x2839DF42327AED6EUL, Key.Of(1).Value);
        Assert.Equal(0xB8714ADB886BD32EUL, Key.Of(1).Fold(2).Value);
        Assert.Equal(
            [0.03769797086715698f, 0.7043720483779907f, 0.1899266242980957f, 0.33824557065963745f, 0.5800162553787231f],
            Key.Of(1).Uniform([5]).ToArray<float>());
        Assert.Equal(
            [0.15718436086927912, 0.5752943855432936, 0.03512988854604626],
            Key.Of(1).Uniform([3], DType.Float64, stream: 7).ToArray<double>());
        Assert.Equal([4, 7, 5, 8, 2, 3, 9, 1, 6, 0], Key.Of(1).Permutation(10));
    }

    [Property(Arbitrary = [typeof(TensorArbitrary)])]
    public void Numbers_are_in_range_and_the_same_again(Key key, Shape shape, bool isDouble, byte stream)
    {
        var dtype = isDouble ? DType.Float64 : DType.Float32;
        var numbers = key.Uniform(shape, dtype, stream);
        Assert.Equal(shape, numbers.Shape);
        Assert.All(Enumerable.Range(0, numbers.Count), i => Assert.InRange(numbers.GetDouble(i), 0, 1 - 1e-9));
        Assert.True(numbers.BitEquals(key.Uniform(shape, dtype, stream)));
    }

    /// <summary>Element i is a function of (key, stream, i) alone: more numbers do not change the first.</summary>
    [Property(Arbitrary = [typeof(TensorArbitrary)])]
    public void A_longer_draw_begins_like_a_shorter_one(Key key, byte length, byte more) =>
        Assert.Equal(key.Uniform([length]).ToArray<float>(), key.Uniform([length + more]).ToArray<float>()[..length]);

    [Fact]
    public void Keys_streams_and_folds_differ()
    {
        Key[] keys = [Key.Of(1), Key.Of(2), Key.Of(-1), .. Enumerable.Range(-2, 100).Select(i => Key.Of(1).Fold(i))];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.NotEqual(Key.Of(1).Uniform([4]).ToArray<float>(), Key.Of(1).Uniform([4], stream: 1).ToArray<float>());
        Assert.Equal(Key.Of(1).Value, (ulong)Key.Of(1).ToTensor().As<long>().Span[0]);
    }

    /// <summary>Mean ½ and variance 1/12, within five standard errors of 100,000 numbers; neighbours do not correlate.</summary>
    [Theory, InlineData(DType.Float32), InlineData(DType.Float64)]
    public void Numbers_are_uniform(DType dtype)
    {
        const int n = 100_000;
        var x = Key.Of(3).Uniform([n], dtype).Cast(DType.Float64).ToArray<double>();
        Assert.Equal(0.5, x.Average(), 5 / Math.Sqrt(12.0 * n));
        Assert.Equal(1 / 12.0, x.Average(v => (v - 0.5) * (v - 0.5)), 5 * 0.075 / Math.Sqrt(n));
        Assert.Equal(0, x.Zip(x.Skip(1), (a, b) => (a - 0.5) * (b - 0.5)).Average(), 5 / 12.0 / Math.Sqrt(n));
    }

    [Property(Arbitrary = [typeof(TensorArbitrary)])]
    public void A_permutation_has_each_number_once(Key key, byte n) => Assert.Equal(Enumerable.Range(0, n), key.Permutation(n).Order());

    /// <summary>All 24 orders of four things, within five standard deviations of their 1,000 each among 24,000 keys.</summary>
    [Fact]
    public void Every_order_is_equally_likely()
    {
        var counts = Enumerable.Range(0, 24_000).Select(i => string.Concat(Key.Of(i).Permutation(4))).CountBy(order => order).ToArray();
        Assert.Equal(24, counts.Length);
        Assert.All(counts, c => Assert.InRange(c.Value, 1000 - 5 * 31, 1000 + 5 * 31));
    }

    [Fact]
    public void Whole_numbers_have_no_uniform_distribution() =>
        Assert.Contains("Use float32 or float64", Assert.Throws<DTypeException>(() => Key.Of(1).Uniform([2], DType.Int64)).Message);
}
