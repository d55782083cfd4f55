using System.Globalization;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Models;

public class InitializerTests
{
    /// <summary>Each initializer of a matrix [200, 300], with the mean and the variance it promises.</summary>
    public static TheoryData<string, Initializer, double, double> Moments => new()
    {
        { "Zeros", Initializer.Zeros, 0, 0 },
        { "Ones", Initializer.Ones, 1, 0 },
        { "Constant", Initializer.Constant(-2.5), -2.5, 0 },
        { "Normal", Initializer.Normal(0.3), 0, 0.09 },
        { "Uniform", Initializer.Uniform(0.6), 0, 0.12 },
        { "GlorotUniform", Initializer.GlorotUniform, 0, 2.0 / 500 },
        { "GlorotNormal", Initializer.GlorotNormal, 0, 2.0 / 500 },
        { "HeUniform", Initializer.HeUniform, 0, 2.0 / 200 },
        { "HeNormal", Initializer.HeNormal, 0, 2.0 / 200 },
        { "Orthogonal", Initializer.Orthogonal, 0, 1.0 / 300 },
    };

    [Fact]
    public void Every_initializer_is_here() => Factories.HaveRows<Initializer>(Moments.Select(row => (string)row[0]));

    [Theory]
    [MemberData(nameof(Moments))]
    public void Values_have_the_mean_and_the_variance_promised(string name, Initializer initializer, double mean, double variance)
    {
        var values = initializer.Create(Key.Of(1), [200, 300], DType.Float64).ToArray<double>();
        var actual = (Mean: values.Average(), Variance: values.Average(v => v * v) - values.Average() * values.Average());
        Assert.True(Math.Abs(mean - actual.Mean) < 5 * Math.Sqrt(variance / values.Length) + 1e-15, $"{name}: mean {actual.Mean}");
        Assert.True(Math.Abs(variance - actual.Variance) <= 0.03 * variance + 1e-15, $"{name}: variance {actual.Variance}, not {variance}");

        Assert.True(
            initializer
                .Create(Key.Of(1), [200, 300], DType.Float32)
                .BitEquals(initializer.Create(Key.Of(1), [200, 300], DType.Float64).Cast(DType.Float32)));
    }

    /// <summary>Weights are drawn piece by piece on many threads, and are those that the expression says, bit by bit.</summary>
    [Theory, InlineData(1), InlineData(1023), InlineData(1025), InlineData(50_001)]
    public void Normal_weights_are_the_random_numbers_of_their_key(int count)
    {
        var key = Key.Of(count);
        Assert.True(
            (0.3 * RandomNormal(Expr.Constant(key.ToTensor()), [count], DType.Float64))
                .Evaluate()
                .BitEquals(Initializer.Normal(0.3).Create(key, [count], DType.Float64)));
        var uniform = key.Uniform([count], DType.Float64).As<double>().Map(u => (2 * u - 1) * 0.3);
        Assert.True(uniform.BitEquals(Initializer.Uniform(0.3).Create(key, [count], DType.Float64)));
    }

    [Property]
    public bool Orthogonal_rows_or_columns_are_orthonormal(byte rows, byte columns, byte kernel)
    {
        var (m, n, k) = (rows % 12 + 1, columns % 6 + 1, kernel % 3 + 1);
        var w = Reshape(Expr.Constant(Initializer.Orthogonal.Create(Key.Of(rows), [m, n, k], DType.Float64)), [m, n * k])
            .Evaluate()
            .ToMatrix<double>();
        var product = m <= n * k ? w * w.Transpose() : w.Transpose() * w;
        return (product - MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseIdentity(product.RowCount)).FrobeniusNorm() < 1e-12;
    }

    [Fact]
    public void Names_are_the_same_in_every_culture_and_wrong_settings_are_named()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            Assert.Equal(
                "normal 0.5, uniform 0.5, constant 0.5",
                string.Join(", ", Initializer.Normal(0.5), Initializer.Uniform(0.5), Initializer.Constant(0.5)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.Contains("standard deviation -0.5", Assert.Throws<FunctionalException>(() => Initializer.Normal(-0.5)).Message);
        Assert.Contains("bound NaN", Assert.Throws<FunctionalException>(() => Initializer.Uniform(double.NaN)).Message);
        Assert.Contains(
            "matrices and kernels, not [4]",
            Assert.Throws<FunctionalException>(() => Initializer.Orthogonal.Create(Key.Of(1), [4], DType.Float32)).Message);
    }
}
