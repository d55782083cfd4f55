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
    [InlineData(
        "select(x ≥ 2, 1, 0) + select(x ≤ 2, 10, 0) + select(x > 2, 100, 0) + select(x < 2, 100, 0) + select(x == 2, 1000, 0)",
        1011
    )]
    [InlineData("select(x >= 2, 1, 0) + select(x <= 2, 10, 0) + select(x > 1, 100, 0) + select(x < 3, 1000, 0)", 1111)]
    [InlineData(
        "select(x >= 3, 1, 0) + select(x <= 1, 10, 0) + select(x ≥ 3, 100, 0) + select(x ≤ 1, 1000, 0) + select(x == 3, 10000, 0)",
        0
    )]
    [InlineData("relu(−x) + relu(x)", 2)]
    [InlineData("t = x²; s = t + 1\n s·t", 20)]
    [InlineData("x − −x", 4)]
    [InlineData("x₁ + x1", 14)]
    [InlineData("2πx + πx", 6 * Math.PI)]
    [InlineData("πx²", 4 * Math.PI)]
    [InlineData("2π(x − 1)", 2 * Math.PI)]
    [InlineData("cos(2πx) + 3π/π", 4)]
    [InlineData("2e", 2 * Math.E)]
    [InlineData("2e^x", 2 * Math.E * Math.E)]
    [InlineData("(x + 1)x1", 21)]
    [InlineData("x²x₁", 28)]
    [InlineData("2x_max + 3x1", 31)]
    [InlineData("loss + 2loss", 9)]
    [InlineData("Δx + δx", 11)]
    [InlineData("x^(2)x1", 28)]
    [InlineData("(x^2)(x1)", 28)]
    [InlineData("e^x·π^0", Math.E * Math.E)]
    [InlineData("σ(0) + tanh(0) + softplus(0) − ln(2)", 0.5)]
    public void Text_is_read_as_mathematics_is(string text, double value) =>
        Assert.Equal(
            value,
            Expr.Parse(text).Evaluate(("x", 2.0), ("x1", 7.0), ("x_max", 5.0), ("loss", 3.0), ("Δx", 5.0), ("δx", 6.0)).ToScalar(),
            2e-14);

    [Theory]
    [InlineData("sin(x", 4, "not closed")]
    [InlineData("x)", 2, "never opened")]
    [InlineData("1 + ", 5, "ends too early")]
    [InlineData("", 1, "no expression")]
    [InlineData("  ", 3, "no expression")]
    [InlineData("1/2x", 4, "ambiguous")]
    [InlineData("x^2y", 4, "ambiguous")]
    [InlineData("√x²", 3, "ambiguous")]
    [InlineData("x(1 + 2)", 1, "ambiguous")]
    [InlineData("2x^2y", 5, "ambiguous")]
    [InlineData("x^2(y)", 4, "ambiguous")]
    [InlineData("√2x", 3, "ambiguous")]
    [InlineData("4/3πx", 4, "ambiguous")]
    [InlineData("2ex", 2, "one name or a product")]
    [InlineData("2xy", 2, "one name or a product")]
    [InlineData("(x + 1)xy", 8, "one name or a product")]
    [InlineData("x²yz", 3, "one name or a product")]
    [InlineData("2x3y", 2, "one name or a product")]
    [InlineData("2pix", 2, "one name or a product")]
    [InlineData("x + y + xy", 9, "x·y")]
    [InlineData("xy + x + y", 1, "x·y")]
    [InlineData("x + ex", 5, "e·x")]
    [InlineData("x1 + y + x1y", 10, "x1·y")]
    [InlineData("θx", 1, "θ·x")]
    [InlineData("sin(xθ)", 5, "x·θ")]
    [InlineData("αβ", 1, "α·β")]
    [InlineData("xπ", 2, "without an operator")]
    [InlineData("2xπ", 3, "without an operator")]
    [InlineData("π₁", 1, "no part of a name")]
    [InlineData("π2", 1, "no part of a name")]
    [InlineData("sinπ", 1, "no argument")]
    [InlineData("1_000", 2, "no _")]
    [InlineData("2_x", 2, "no _")]
    [InlineData("max(1,000)", 7, "begin with 0")]
    [InlineData("1e400", 1, "too large")]
    [InlineData("1e-400", 1, "too small")]
    [InlineData("a 😀 b", 3, "'😀'")]
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
        Assert.Contains(
            "nesting",
            Assert.Throws<ParseException>(() => Expr.Parse(string.Concat(Enumerable.Repeat("2^", 100_000)) + "2")).Message);
        Assert.Equal(100_001, Expr.Parse("1" + string.Concat(Enumerable.Repeat(" + 1", 100_000))).Evaluate().ToScalar());
    }

    /// <summary>Time and memory grow with the length: 32,000 factors side by side take less than a second and 200 MB.</summary>
    [Theory]
    [InlineData("(x)", "")]
    [InlineData("x + ", "x")]
    [InlineData("2·", "x")]
    [InlineData("x/", "x")]
    [InlineData("sin(x)(x²)", "")]
    public void Long_texts_take_time_and_memory_in_proportion(string part, string end)
    {
        var text = string.Concat(Enumerable.Repeat(part, 32_000)) + end;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(Graph.TopologicalOrder(Expr.Parse(text)).Count >= 32_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000_000);
    }

    [Fact]
    public void Long_words_and_numbers_are_not_repeated_in_whole()
    {
        foreach (
            var text in new[]
            {
                new string('q', 1_000_000) + "(1)",
                new string('9', 1_000_000),
                "2" + new string('q', 1_000_000),
                "x" + new string('⁹', 1000),
            })
            Assert.InRange(Assert.Throws<ParseException>(() => Expr.Parse(text)).Message.Length, 0, 500);
    }

    [Theory]
    [InlineData("e^x", "e^x")]
    [InlineData("2^x", "2^x·ln(2)")]
    [InlineData("π^x", "π^x·ln(π)")]
    [InlineData("e^(-x)", "−e^(−x)")]
    [InlineData("e^(x^2)", "2·x·e^(x²)")]
    [InlineData("1/(1+e^(-x))", "e^(−x)/(1 + e^(−x))²")]
    [InlineData("x^(1/2)", "0.5/√x")]
    [InlineData("x^2.5", "2.5·x^1.5")]
    [InlineData("sin(2πx)", "2·π·cos(2·π·x)")]
    [InlineData("πx²", "2·π·x")]
    [InlineData("ln(2)x", "ln(2)")]
    [InlineData("2^(x^2)", "2·x·2^(x²)·ln(2)")]
    public void Derivatives_are_written_as_in_a_textbook(string function, string derivative)
    {
        var gradient = Expr.Parse(function).Gradient(Expr.Variable("x")).Simplify();
        Assert.Equal(derivative, gradient.Print());
        Assert.Equal(gradient.Evaluate(("x", 0.7)).ToScalar(), Expr.Parse(gradient.Print()).Evaluate(("x", 0.7)).ToScalar(), 1e-15);
    }

    [Fact]
    public void Numbers_with_a_name_are_written_by_it_unless_a_variable_has_it()
    {
        var (x, e) = (Expr.Variable("x"), Expr.Variable("e"));
        Assert.Equal("e·x + π", (Math.E * x + Math.PI).Print());
        Assert.Equal("2.718281828459045·e", (Math.E * e).Print());
        Assert.Equal(@"\pi \cdot x", (Math.PI * x).ToLatex());
        Assert.Equal("3.1415927410125732·x", ((float)Math.PI * Expr.Variable("x", Shape.Scalar)).Print());
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
        Assert.Equal(
            Sin(Square(x)).Gradient(x).Evaluate(("x", 1.5)).ToScalar(),
            derivative.Define("f", Sin).Evaluate(("x", 1.5)).ToScalar(),
            1e-15);
        Assert.Contains("--let f=tanh", Assert.Throws<FunctionalException>(() => derivative.Evaluate(("x", 1.5))).Message);
        Assert.Equal(["loss"], AbstractFunctions.Names(Expr.Parse("loss(x)", ["loss"])));
    }
}
