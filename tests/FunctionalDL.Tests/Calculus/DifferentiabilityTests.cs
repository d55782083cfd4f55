namespace FunctionalDL.Tests.Calculus;

public class DifferentiabilityTests
{
    [Theory]
    [InlineData("relu(x)", 0, NonSmoothKind.Kink)]
    [InlineData("relu(sin(x))", 0, NonSmoothKind.Kink)]
    [InlineData("abs(x − 1)", 1, NonSmoothKind.Kink)]
    [InlineData("max(x, 2x)", 0, NonSmoothKind.Kink)]
    [InlineData("min(x, 1)", 1, NonSmoothKind.Kink)]
    [InlineData("sign(x)", 0, NonSmoothKind.Jump)]
    [InlineData("select(x < 1, x, 5)", 1, NonSmoothKind.Jump)]
    [InlineData("1/x", 0, NonSmoothKind.Pole)]
    [InlineData("tan(x)·0 + 1/(x − 3)", 3, NonSmoothKind.Pole)]
    [InlineData("ln(x)", 0, NonSmoothKind.Pole)]
    [InlineData("ln(x)", -1, NonSmoothKind.OutsideDomain)]
    [InlineData("log1p(x)", -1, NonSmoothKind.Pole)]
    [InlineData("sqrt(x)", 0, NonSmoothKind.Pole)]
    [InlineData("sqrt(x)", -1, NonSmoothKind.OutsideDomain)]
    [InlineData("x^0.5", 0, NonSmoothKind.Pole)]
    [InlineData("x^0.5", -1, NonSmoothKind.OutsideDomain)]
    [InlineData("x^−1", 0, NonSmoothKind.Pole)]
    [InlineData("(x − 1)^x", 1, NonSmoothKind.OutsideDomain)]
    [InlineData("x^1.5", 0, NonSmoothKind.OutsideDomain)]
    [InlineData("x^(3/2)", 0, NonSmoothKind.OutsideDomain)]
    [InlineData("x^(1/2)", 0, NonSmoothKind.Pole)]
    [InlineData("x + ln(−1)", 1, NonSmoothKind.OutsideDomain)]
    [InlineData("x + 1/0", 1, NonSmoothKind.Pole)]
    [InlineData("exp(1000·x)", 1, NonSmoothKind.OutsideDomain)]
    public void Kinks_jumps_poles_and_edges_are_named(string text, double x, NonSmoothKind kind)
    {
        var point = Assert.Single(Differentiability.Check(Expr.Parse(text), TensorSet.Of(("x", x))));
        Assert.Equal(kind, point.Kind);
    }

    [Theory]
    [InlineData("relu(x)", 1e-9)]
    [InlineData("x³ + x² + x^1", 0)]
    [InlineData("x^−2", -1)]
    [InlineData("2^x", -3)]
    [InlineData("stopgradient(relu(x)) + x", 0)]
    [InlineData("x + relu(0)", 0)]
    [InlineData("sin(x)/cos(x)", 0)]
    [InlineData("x^(4/2)", 0)]
    [InlineData("x^(3/2)", 1)]
    [InlineData("x + exp(−1/0)", 1)]
    public void Elsewhere_nothing_is(string text, double x) =>
        Assert.Empty(Differentiability.Check(Expr.Parse(text), TensorSet.Of(("x", x))));

    [Fact]
    public void Nearness_counts_where_asked() =>
        Assert.Single(Differentiability.Check(Expr.Parse("relu(x)"), TensorSet.Of(("x", 1e-9)), within: 1e-6));

    [Fact]
    public void Elements_and_ties_are_counted()
    {
        var x = Expr.Variable("x", ["n", 2], DType.Float64);
        var values = TensorSet.Of(("x", new[,] { { 0.0, 1 }, { 2, 2 }, { 0, -1 } }));

        var kink = Assert.Single(Differentiability.Check(Relu(x), values));
        Assert.Equal((0, 2), (kink.Element, kink.Count));
        Assert.Contains("element 0 and 1 more", kink.ToString());

        var tie = Assert.Single(Differentiability.Check(Max(x, 1), values));
        Assert.Equal((1, 1), (tie.Element, tie.Count));
        Assert.Empty(Differentiability.Check(Softmax(x), values));
    }

    [Fact]
    public void Windows_with_two_largest_elements_are_counted()
    {
        var x = Expr.Variable("x", [1, 1, 2, 4], DType.Float64);
        var tie = Assert.Single(
            Differentiability.Check(MaxPool(x, [2, 2]), TensorSet.Of(("x", Tensor.Of([1, 1, 2, 4], [1.0, 2, 5, 4, 0, 0, 5, 3])))));
        Assert.Equal((1, 1), (tie.Element, tie.Count));
    }

    /// <summary>What depends on where the largest element is jumps where two are: its place, and the gradient of a pooling.</summary>
    [Fact]
    public void Places_of_largest_elements_jump_where_there_are_two()
    {
        var x = Expr.Variable("x", [1, 1, 4], DType.Float64);
        var (tied, clear) = (
            TensorSet.Of(("x", Tensor.Of([1, 1, 4], [1.0, 2, 5, 5]))),
            TensorSet.Of(("x", Tensor.Of([1, 1, 4], [1.0, 2, 5, 4]))));
        foreach (var (y, element) in new[] { (ArgMax(x, -1), 0), (Sum(Square(MaxPool(x, [2]))).Gradient(x), 2) })
        {
            var jump = Assert.Single(Differentiability.Check(y, tied), p => p.Kind == NonSmoothKind.Jump);
            Assert.Equal((element, 1), (jump.Element, jump.Count));
            Assert.Empty(Differentiability.Check(y, clear));
        }
    }

    /// <summary>The explanation tells the truth: what it says the library takes is what the gradient is.</summary>
    [Theory]
    [InlineData("relu(x)", 0)]
    [InlineData("abs(x)", 0)]
    [InlineData("sign(x)", 0)]
    [InlineData("max(3x, 2x)", 2)]
    [InlineData("min(3x, 2x)", 2)]
    public void The_derivative_taken_is_the_one_described(string text, double slope) =>
        Assert.Equal(slope, Expr.Parse(text).Gradient(Expr.Variable("x")).Evaluate(("x", 0.0)).ToScalar());
}
