namespace FunctionalDL.Tests.Calculus;

public class GradientCheckTests
{
    static readonly Expr X = Expr.Variable("x", [5]);
    static readonly TensorSet At = TensorSet.Of(("x", new float[] { -2, -0.5f, 0, 0.5f, 3 }));

    [Fact]
    public void A_right_gradient_passes_to_eight_digits()
    {
        var result = GradientCheck.Check(Sum(Sin(Square(X)) * Tanh(X)), [X], At);

        Assert.InRange(result.WorstError, 0, 1e-8);
        Assert.Equal((5, 0), (result.Checked, result.Skipped));
    }

    /// <summary>The gradient sees x · stop(x) as linear, the function is x².</summary>
    [Fact]
    public void A_wrong_gradient_is_found_and_located()
    {
        var result = GradientCheck.Check(Sum(X * StopGradient(X)), [X], At);

        Assert.InRange(result.WorstError, 0.4, 0.6);
        Assert.Equal("x", result.Variable);
    }

    [Fact]
    public void Kinks_are_skipped_and_counted()
    {
        var result = GradientCheck.Check(Sum(Relu(X) + Abs(X)), [X], At);

        Assert.Equal((4, 1), (result.Checked, result.Skipped));
        Assert.InRange(result.WorstError, 0, 1e-8);
    }

    /// <summary>A kink is skipped for what moves across it alone, and is named; one that lies between the points of the quotient counts too.</summary>
    [Fact]
    public void What_is_skipped_is_said()
    {
        var y = Expr.Variable("y", []);
        var result = GradientCheck.Check(Sum(Abs(X)) + Sum(Square(X)) * y + Relu(y - 1.0 / (1 << 17)), [X, y], At.With("y", 0f));

        Assert.Equal((4, 2), (result.Checked, result.Skipped));
        Assert.Equal(["abs(x)", "max(y − 7.62939453125e−06, 0)"], result.Kinks.Select(k => k.Print().Split('\n')[^1]).Order());
    }

    /// <summary>The steps of a loop have kinks of their own.</summary>
    [Fact]
    public void Kinks_inside_loops_are_skipped()
    {
        var x = Expr.Variable("x", [4, 1], DType.Float64);
        var loop = Scan([Expr.Constant(Tensor.Of([1], [0.5]))], [x], (h, e) => [Relu(h[0] + e[0])]);
        var result = GradientCheck.Check(Sum(loop.Steps[0]), [x], TensorSet.Of(("x", Tensor.Of([4, 1], [1.0, -1.5, 2, 3]))));

        // The second step ends at 0 just so: neither the first nor the second element can be moved.
        Assert.Equal((2, 2), (result.Checked, result.Skipped));
        Assert.InRange(result.WorstError, 0, 1e-8);
    }

    [Fact]
    public void A_function_with_kinks_alone_cannot_be_checked() =>
        Assert.Contains("another point", Assert.Throws<FunctionalException>(() => GradientCheck.Check(Sum(Abs(X)), [X], TensorSet.Of(("x", new float[5])))).Message);
}
