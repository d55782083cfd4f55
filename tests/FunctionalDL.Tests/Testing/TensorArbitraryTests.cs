using FsCheck;
using FsCheck.Fluent;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Testing;

public class TensorArbitraryTests
{
    static IReadOnlyList<T> Sample<T>(Arbitrary<T> arbitrary) => arbitrary.Generator.Sample(500, new Rnd(1, 3), 100);

    [Fact]
    public void Every_dtype_empty_shapes_scalars_and_special_values_occur()
    {
        var tensors = Sample(TensorArbitrary.Tensors());
        Assert.Equal(Enum.GetValues<DType>(), tensors.Select(t => t.DType).Distinct().Order());
        Assert.Contains(tensors, t => t.Count == 0);
        Assert.Contains(tensors, t => t.Shape.Rank == 0);
        Assert.Contains(tensors, t => Enumerable.Range(0, t.Count).Any(i => double.IsNaN(t.GetDouble(i))));
        Assert.DoesNotContain(
            Sample(TensorArbitrary.Of(DType.Float32)),
            t => Enumerable.Range(0, t.Count).Any(i => !(Math.Abs(t.GetDouble(i)) <= 2)));
    }

    [Fact]
    public void Everything_shrinks_to_an_end()
    {
        Assert.All(Sample(TensorArbitrary.Tensors()).Take(50), t => Assert.True(Ends(TensorArbitrary.Tensors(), t)));
        Assert.All(Sample(TensorArbitrary.Shapes()).Take(50), s => Assert.True(Ends(TensorArbitrary.Shapes(), s)));
        Assert.All(Sample(TensorArbitrary.Dims()).Take(50), d => Assert.True(Ends(TensorArbitrary.Dims(), d)));
        Assert.All(Sample(Composition.Arbitrary()).Take(50), c => Assert.True(Ends(Composition.Arbitrary(), c)));
    }

    static bool Ends<T>(Arbitrary<T> arbitrary, T value)
    {
        for (var step = 0; step < 1000; step++)
        {
            T[] smaller = [.. arbitrary.Shrinker(value)];
            if (smaller.Length == 0) return true;
            value = smaller[^1];
        }
        return false;
    }
}
