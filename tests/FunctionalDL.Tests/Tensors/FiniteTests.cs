namespace FunctionalDL.Tests.Tensors;

public class FiniteTests
{
    /// <summary>At every place of a vector and of what is left over after vectors.</summary>
    [Theory]
    [InlineData(double.NaN), InlineData(double.PositiveInfinity), InlineData(double.NegativeInfinity)]
    public void The_first_element_that_is_no_finite_number_is_found(double bad)
    {
        for (var n = 0; n < 70; n += 23)
            for (var at = 0; at < n; at++)
            {
                double[] values =
                [
                    .. Enumerable
                    .Range(0, n)
                    .Select(i =>
                        i == at || i == at + 5 ? bad
                        : i % 2 == 0 ? double.MaxValue
                        : -0.0),
            ];
                Assert.Equal(at, Tensor.Vector(values).FirstNotFinite());
                Assert.Equal(at, Tensor.Vector([.. values.Select(x => x == double.MaxValue ? float.MaxValue : (float)x)]).FirstNotFinite());
            }
        Assert.Equal(-1, Tensor.Vector([.. Enumerable.Repeat(float.MinValue, 70)]).FirstNotFinite());
        Assert.Equal(-1, Tensor.Vector(long.MaxValue).FirstNotFinite());
        Assert.Equal(-1, Tensor.Vector<double>().FirstNotFinite());
    }
}
