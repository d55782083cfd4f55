using FsCheck;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Expressions.Text;

public class ParsingTests
{
    [Theory]
    [InlineData("1 + 2·3", 7)]
    [InlineData("2^3^2", 512)]
    [InlineData("-2^2", -4)]
    [InlineData("(−2)²", 4)]
    [InlineData("2^-1", 0.5)]
    [InlineData("x⁻¹", 0.5)]
    [InlineData("10 - 4 - 3", 3)]
    [InlineData("12 / 3 / 2", 2)]
    [InlineData("2x", 4)]
    [InlineData("2x² + 3x", 14)]
    [InlineData("(x + 1)(x − 1)", 3)]
    [InlineData("2(x + 1)", 6)]
    [InlineData("2√4", 4)]
    [InlineData("x**2 * 3", 12)]
    [InlineData("1e-1 + 1.5E1 + .5", 15.6)]
    [InlineData("ln(e) + log(e) + sin(π/2) + cos(2pi)", 4)]
    [InlineData("max(1, x) + min(1, x) + abs(−3)", 6)]
    [InlineData("select(x > 1 , 5, 6)", 5)]
    [InlineData("relu(−x) + relu(x)", 2)]
    [InlineData("t = x²; s = t + 1\n s·t", 20)]
    [InlineData("x − −x", 4)]
    [InlineData("x₁ + x1", 14)]
    [InlineData("σ(0) + tanh(0) + softplus(0) − ln(2)", 0.5)]
    public void Text_is_read_as_mathematics_is(string text, double value) =>
        Assert.Equal(value, Expr.Parse(text).Evaluate(("x", 2.0), ("x1", 7.0)).ToScalar(), 1e-14);

    [Theory]
    [InlineData("sin(x", 4, "not closed")]
    [InlineData("x)", 2, "never opened")]
    [InlineData("1 + ", 5, "ends too early")]
    [InlineData("", 1, "ends too early")]
    [InlineData("1/2x", 4, "ambiguous")]
    [InlineData("x^2y", 4, "ambiguous")]
    [InlineData("√x²", 3, "ambiguous")]
    [InlineData("x(1 + 2)", 1, "ambiguous")]
    [InlineData("x y", 3, "without an operator")]
    [InlineData("1 2", 3, "not expected")]
    [InlineData("a $ b", 3, "'$'")]
    [InlineData("sni(x)", 1, "Did you mean sin?")]
    [InlineData("1 + softmax(x)", 5, "no function softmax")]
    [InlineData("sin + 1", 1, "sin(x)")]
    [InlineData("sin(x, y)", 1, "1 argument")]
    [InlineData("−−x", 2, "side by side")]
    [InlineData("x = 1; x = 2; x", 8, "already has a meaning")]
    public void Bad_text_is_answered_with_column_caret_and_repair(string text, int column, string part)
    {
        var e = Assert.Throws<ParseException>(() => Expr.Parse(text));
        Assert.Equal(column, e.Column);
        Assert.Contains(part, e.Message);
        Assert.Contains('\n' + new string(' ', column + 1) + "^\n", e.Message);
    }

    [Fact]
    public void A_column_is_counted_in_its_line()
    {
        var e = Assert.Throws<ParseException>(() => Expr.Parse("t = x²\nt + sni(t)"));
        Assert.Equal((2, 5), (e.Line, e.Column));
    }

    [Fact]
    public void Deep_nesting_is_an_error_and_long_sums_are_none()
    {
        Assert.Contains("nesting", Assert.Throws<ParseException>(() => Expr.Parse(new string('(', 100_000))).Message);
        Assert.Contains("nesting", Assert.Throws<ParseException>(() => Expr.Parse(string.Concat(Enumerable.Repeat("2^", 100_000)) + "2")).Message);
        Assert.Equal(100_001, Expr.Parse("1" + string.Concat(Enumerable.Repeat(" + 1", 100_000))).Evaluate().ToScalar());
    }

    [Property(MaxTest = 500)]
    public bool Any_text_is_read_or_refused(string? text)
    {
        try
        {
            Expr.Parse(text ?? "");
        }
        catch (FunctionalException)
        {
        }
        return true;
    }

    [Fact]
    public void Abstract_functions_are_differentiated_by_name_and_defined_later()
    {
        var x = Expr.Variable("x");
        var derivative = Expr.Parse("f(x²)").Gradient(x);
        Assert.Equal("f′(x²)·(2·x)", derivative.Print());
        Assert.True(ScalarExpressions.AreEqual(derivative, Expr.Parse(derivative.Print())));
        Assert.Equal(Sin(Square(x)).Gradient(x).Evaluate(("x", 1.5)).ToScalar(), derivative.Define("f", Sin).Evaluate(("x", 1.5)).ToScalar(), 1e-15);
        Assert.Contains("--let f=tanh", Assert.Throws<FunctionalException>(() => derivative.Evaluate(("x", 1.5))).Message);
        Assert.Equal(["loss"], AbstractFunctions.Names(Expr.Parse("loss(x)", ["loss"])));
    }
}
