namespace FunctionalDL.Tests.Training;

public class LbfgsTests
{
    /// <summary>Rosenbrock's valley in 2 to 20 dimensions: Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)², 0 at (1, …, 1).</summary>
    [Theory]
    [InlineData(2, 60)]
    [InlineData(20, 250)]
    public void Rosenbrocks_valley_is_walked_to_its_end(int n, int evaluations)
    {
        var x = Expr.Variable("x", [n], DType.Float64);
        var (first, next) = (Slice(x, 0, 0, n - 1), Slice(x, 0, 1, n));
        var result = new Lbfgs { Iterations = 500 }.Minimize(Sum(100 * Square(next - Square(first)) + Square(1 - first)),
            TensorSet.Of(("x", Enumerable.Range(0, n).Select(i => i % 2 == 0 ? -1.2 : 1.0).ToArray())));

        Assert.All(result.Parameters["x"].ToArray<double>(), w => Assert.Equal(1, w, 1e-6));
        Assert.InRange(result.LargestGradient, 0, 1e-8);
        Assert.InRange(result.Evaluations, 1, evaluations);
    }

    [Fact]
    public void Least_squares_is_solved_as_in_closed_form()
    {
        var (x, y) = (Key.Of(1).Uniform([40, 5], DType.Float64), Key.Of(2).Uniform([40, 2], DType.Float64));
        var model = Model.Input(DType.Float64, 5).Dense(2, bias: false).Fit(new(x, y), Loss.MeanSquaredError, new Lbfgs { Tolerance = 1e-12 });

        var closed = x.ToMatrix<double>().QR().Solve(y.ToMatrix<double>());
        for (var i = 0; i < 10; i++) Assert.Equal(closed[i / 2, i % 2], model.Parameters["dense1.weight"].GetDouble(i), 1e-9);
    }

    [Fact]
    public void A_function_that_is_not_finite_at_the_start_is_an_error() =>
        Assert.Contains("where it begins", Assert.Throws<FunctionalException>(() => new Lbfgs().Minimize(Log(Expr.Variable("x")), TensorSet.Of(("x", 0.0)))).Message);
}
