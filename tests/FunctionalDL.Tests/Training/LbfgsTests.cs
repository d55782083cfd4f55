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
        var model = Model
            .Input(DType.Float64, 5)
            .Dense(2, bias: false)
            .Fit(new(x, y), Loss.MeanSquaredError, new Lbfgs { Tolerance = 1e-12 });

        var closed = x.ToMatrix<double>().QR().Solve(y.ToMatrix<double>());
        for (var i = 0; i < 10; i++) Assert.Equal(closed[i / 2, i % 2], model.Parameters["dense1.weight"].GetDouble(i), 1e-9);
    }

    static LbfgsResult Minimize(Func<Expr, Expr> f, double start, Lbfgs? method = null) =>
        (method ?? new()).Minimize(f(Expr.Variable("x")), TensorSet.Of(("x", start)));

    /// <summary>A step's first length is a guess about the function's scale, which may be wrong by any factor.</summary>
    [Theory]
    [InlineData(1e-30)]
    [InlineData(1e-8)]
    [InlineData(1e8)]
    [InlineData(1e30)]
    [InlineData(1e150)]
    public void The_scale_of_a_function_does_not_matter(double scale)
    {
        var result = Minimize(
            x => scale * Square(x - 3) + scale * Square(Square(x - 3)),
            1e-3,
            new() { Tolerance = 0, RelativeTolerance = 1e-10 });

        Assert.Equal(3, result.Parameters["x"].ToScalar(), 1e-6);
        Assert.Equal(LbfgsStop.Gradient, result.Stop);
        Assert.InRange(result.Evaluations, 2, 60);
    }

    /// <summary>Nor that of the parameters against each other: as in NIST's Pontius, squares of 3·10⁶ beside 1.</summary>
    [Fact]
    public void Badly_scaled_parameters_are_moved()
    {
        var x = Enumerable.Range(1, 40).Select(i => 75_000.0 * i).ToArray();
        var y = x.Select(t => 6.7e-4 + 7.3e-7 * t - 3.2e-15 * t * t).ToArray();
        var xs = Expr.Constant(Tensor.Vector(x));
        var function = Sum(
            Square(Expr.Variable("b0") + Expr.Variable("b1") * xs + Expr.Variable("b2") * Square(xs) - Expr.Constant(Tensor.Vector(y))));
        var start = TensorSet.Of(("b0", 0.0), ("b1", 0.0), ("b2", 0.0));
        var result = new Lbfgs { Iterations = 1000 }.Minimize(function, start);

        Assert.InRange(result.Value, 0, function.Evaluate(start).ToScalar() / 100);
        Assert.InRange(result.Iterations, 1, 1000);
    }

    /// <summary>Whole steps lead to where the logarithm is not defined.</summary>
    [Fact]
    public void A_region_that_is_not_finite_is_stepped_back_from()
    {
        var result = Minimize(x => Square(x) - 1e-3 * Log(x), 1);

        Assert.Equal(Math.Sqrt(5e-4), result.Parameters["x"].ToScalar(), 1e-7);
        Assert.Equal(LbfgsStop.Gradient, result.Stop);
    }

    [Fact]
    public void The_result_says_why_it_ended()
    {
        using var source = new CancellationTokenSource();
        static Expr Valley(Expr x) => Square(Square(x)) + Square(x - 2);
        Assert.Equal(
            (LbfgsStop.Iterations, 2),
            Minimize(Valley, -50, new() { Iterations = 2 }) is var few ? (few.Stop, few.Iterations) : default);
        Assert.Equal(LbfgsStop.Value, Minimize(Valley, -50, new() { ValueTolerance = 1e-3 }).Stop);
        Assert.Equal(
            (LbfgsStop.Cancelled, 1),
            Minimize(Valley, -50, new() { Progress = (_, _) => source.Cancel(), Cancellation = source.Token }) is var cut
                ? (cut.Stop, cut.Iterations)
                : default);
        Assert.Equal((LbfgsStop.Gradient, 0), Minimize(Square, 0) is var done ? (done.Stop, done.Iterations) : default);

        // Beside the edge a lower value is found nowhere: at 0 the slope is infinite, and below the root is not defined.
        Assert.Equal(LbfgsStop.NotFinite, Minimize(Sqrt, double.Epsilon).Stop);
        // In float32 the gradient does not come within 10⁻³⁰ of 0 beside a value of 1.
        var single = new Lbfgs { Tolerance = 1e-30 }.Minimize(
            1 + Sum(Square(Expr.Variable("x", [2]) - Expr.Constant(Tensor.Vector(1 / 3f, 0.7f)) * 1.1f)),
            TensorSet.Of(("x", new[] { 5f, 9 })));
        Assert.True(single.Stop is LbfgsStop.NoLowerPoint or LbfgsStop.Gradient, $"{single}");
        Assert.Contains("all iterations are used", $"{few}");
    }

    [Fact]
    public void A_models_fit_hands_the_result_on()
    {
        var (x, y) = (Key.Of(1).Uniform([40, 5], DType.Float64), Key.Of(2).Uniform([40, 2], DType.Float64));
        Model.Input(DType.Float64, 5).Dense(2).Fit(new(x, y), Loss.MeanSquaredError, new Lbfgs { Iterations = 1 }, out var result);
        Assert.Equal((1, LbfgsStop.Iterations), (result.Iterations, result.Stop));
    }

    [Fact]
    public void A_gradient_that_is_not_finite_at_the_start_is_an_error() =>
        Assert.Contains("the gradient is not finite", Assert.Throws<FunctionalException>(() => Minimize(Sqrt, 0)).Message);

    [Fact]
    public void A_tolerance_is_a_number() =>
        Assert.Contains(
            "tolerances",
            Assert.Throws<FunctionalException>(() => Minimize(Square, 1, new() { ValueTolerance = double.NaN })).Message);

    [Fact]
    public void A_function_that_is_not_finite_at_the_start_is_an_error() =>
        Assert.Contains(
            "where it begins",
            Assert.Throws<FunctionalException>(() => new Lbfgs().Minimize(Log(Expr.Variable("x")), TensorSet.Of(("x", 0.0)))).Message);
}
