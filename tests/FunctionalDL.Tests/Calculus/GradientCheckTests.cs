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

    [Fact]
    public void A_function_with_kinks_alone_cannot_be_checked() =>
        Assert.Contains("another point", Assert.Throws<FunctionalException>(() => GradientCheck.Check(Sum(Abs(X)), [X], TensorSet.Of(("x", new float[5])))).Message);
}
