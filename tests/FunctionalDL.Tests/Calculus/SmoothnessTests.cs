using static FunctionalDL.Smoothness;

namespace FunctionalDL.Tests.Calculus;

/// <summary>Compositions at points where the chain rule's condition may fail, and what is true of the whole, worked out by hand.</summary>
public class SmoothnessTests
{
    const double Infinite = double.PositiveInfinity, None = double.NaN;

    public static TheoryData<string, double, Smoothness, double, double> Compositions => new()
    {
        // Differentiable, though a part is not.
        { "abs(x)²", 0, Differentiable, 0, 0 },
        { "relu(x)²", 0, Differentiable, 0, 0 },
        { "relu(x)³", 0, Differentiable, 0, 0 },
        { "cos(abs(x))", 0, Differentiable, 0, 0 },
        { "relu(x) − relu(−x)", 0, Differentiable, 1, 1 },
        { "max(x, 0) + min(x, 0)", 0, Differentiable, 1, 1 },
        { "max(x, −x)²", 0, Differentiable, 0, 0 },
        { "max(x, x)", 2, Differentiable, 1, 1 },
        { "min(x, x)", 2, Differentiable, 1, 1 },
        { "max(x, x²)·min(x, x²)", 1, Differentiable, 3, 3 },
        { "x·abs(x)", 0, Differentiable, 0, 0 },
        { "(x − 1)·abs(x − 1) + x", 1, Differentiable, 1, 1 },
        { "abs(x³)", 0, Differentiable, 0, 0 },
        { "abs(x)³", 0, Differentiable, 0, 0 },
        { "sqrt(x⁴)", 0, Differentiable, 0, 0 },
        { "sqrt(x²)²", 0, Differentiable, 0, 0 },
        { "abs(x)^1.5", 0, Differentiable, 0, 0 },
        { "abs(x)^1.1", 0, Differentiable, 0, 0 },
        { "abs(x)^1.05", 0, Differentiable, 0, 0 },
        { "5 + abs(x − 1)^1.5", 1, Differentiable, 0, 0 },
        { "select(x > 0, x, x)", 0, Differentiable, 1, 1 },
        { "select(x > 0, x, abs(x − 1))", 1, Differentiable, 1, 1 },
        { "select(x > 0, x², −x²)", 0, Differentiable, 0, 0 },
        { "select(x > 0, sin(x), x)", 0, Differentiable, 1, 1 },
        { "select(x > 0, x, exp(min(x, 0)) − 1)", 0, Differentiable, 1, 1 },
        { "select(x < 1, x², 2x − 1)", 1, Differentiable, 2, 2 },
        { "sign(x)·x²", 0, Differentiable, 0, 0 },
        { "sign(x)²·0 + x", 0, Differentiable, 1, 1 },
        { "sign(x)·sin(x)·x", 0, Differentiable, 0, 0 },
        { "abs(x)·sin(x)", 0, Differentiable, 0, 0 },
        { "exp(−abs(x)) + abs(x)", 0, Differentiable, 0, 0 },
        { "abs(abs(x) − 1)", 1, Kink, -1, 1 },
        { "relu(abs(x))²", 0, Differentiable, 0, 0 },
        { "abs(relu(x) − relu(−x))·x", 0, Differentiable, 0, 0 },
        { "0·abs(x)", 0, Differentiable, 0, 0 },
        { "abs(x) − abs(x)", 0, Differentiable, 0, 0 },
        { "abs(x) − sqrt(x²)", 0, Differentiable, 0, 0 },
        { "1/(1/x)", 0, Differentiable, 1, 1 },
        { "abs(sin(x))²", 0, Differentiable, 0, 0 },
        { "log1p(abs(x)²)", 0, Differentiable, 0, 0 },
        { "1000·abs(x)² + 0.001·x", 0, Differentiable, 0.001, 0.001 },
        { "relu(x − 1)²·x", 1, Differentiable, 0, 0 },
        { "abs(x − 1000)²", 1000, Differentiable, 0, 0 },
        { "abs(x − 0.001)² + x", 0.001, Differentiable, 1, 1 },
        { "max(abs(x), x²)²", 0, Differentiable, 0, 0 },

        // Kinks.
        { "relu(x)", 0, Kink, 0, 1 },
        { "abs(x)", 0, Kink, -1, 1 },
        { "abs(x) + x", 0, Kink, 0, 2 },
        { "max(3x, 2x)", 0, Kink, 2, 3 },
        { "min(3x, 2x)", 0, Kink, 3, 2 },
        { "relu(sin(x))", 0, Kink, 0, 1 },
        { "exp(abs(x))", 0, Kink, -1, 1 },
        { "sin(abs(x))", 0, Kink, -1, 1 },
        { "sqrt(x²)", 0, Kink, -1, 1 },
        { "abs(x − 2)·x", 2, Kink, -2, 2 },
        { "select(x > 0, 2x, x)", 0, Kink, 1, 2 },
        { "relu(x) − 2·relu(−x)", 0, Kink, 2, 1 },
        { "0.001·abs(x) + 1000·x", 0, Kink, 999.999, 1000.001 },
        { "abs(x)/(1 + abs(x))", 0, Kink, -1, 1 },
        { "max(x, 0.5·x + 0.5)", 1, Kink, 0.5, 1 },

        // Jumps.
        { "sign(x)", 0, Jump, None, None },
        { "select(x < 1, x, 5)", 1, Jump, None, None },
        { "x + 0.001·sign(x)", 0, Jump, None, None },
        { "sign(x − 3)·x", 3, Jump, None, None },

        // Infinite slopes.
        { "sqrt(abs(x))", 0, VerticalTangent, -Infinite, Infinite },
        { "sign(x)·sqrt(abs(x))", 0, VerticalTangent, Infinite, Infinite },
        { "sign(x − 1)·abs(x − 1)^(1/3)", 1, VerticalTangent, Infinite, Infinite },
        { "abs(x)^0.9", 0, VerticalTangent, -Infinite, Infinite },

        // Edges of the domain.
        { "sqrt(x)", 0, Edge, None, Infinite },
        { "x^1.5", 0, Edge, None, 0 },
        { "x^(3/2)", 0, Edge, None, 0 },
        { "x^2.5 + 3x", 0, Edge, None, 3 },
        { "sqrt(1 − x)", 1, Edge, -Infinite, None },
        { "sqrt(x)²", 0, Edge, None, 1 },
        { "x·sqrt(x)", 0, Edge, None, 0 },

        // No value.
        { "1/x", 0, NoValue, None, None },
        { "ln(x)", 0, NoValue, None, None },
        { "ln(x)", -1, NoValue, None, None },
        { "x + ln(−1)", 1, NoValue, None, None },
        { "x + 1/0", 1, NoValue, None, None },
        { "x·ln(x)", 0, NoValue, None, None },
        { "sin(x)/x", 0, NoValue, None, None },
        { "x^−2", 0, NoValue, None, None },
    };

    [Theory]
    [MemberData(nameof(Compositions))]
    public void What_is_known_of_the_whole_is_true(string text, double x, Smoothness kind, double below, double above)
    {
        var report = Differentiability.Report(Expr.Parse(text), TensorSet.Of(("x", x)));
        Assert.NotEmpty(report.Places);
        var slopes = Assert.Single(report.Partials).Slopes;
        Assert.Equal(kind, slopes.Kind);
        Assert.Equal(kind != NoValue, report.HasValue);
        Assert.Equal(kind == Differentiable, report.IsDifferentiable);
        if (kind is Jump or NoValue) return;
        Near(below, slopes.Below);
        Near(above, slopes.Above);
    }

    static void Near(double expected, double actual)
    {
        if (double.IsFinite(expected)) Assert.Equal(expected, actual, 1e-5);
        else Assert.Equal(expected, actual);
    }

    [Fact]
    public void Where_the_condition_holds_nothing_is_said()
    {
        var report = Differentiability.Report(Expr.Parse("sin(x²)"), TensorSet.Of(("x", 1.0)));
        Assert.True(report.IsDifferentiable);
        Assert.Empty(report.Lines);
    }

    /// <summary>
    /// The derivatives taken at kinks may add up to another number than the derivative of the whole: that is said, with both.
    /// </summary>
    [Fact]
    public void A_derivative_the_chain_rule_misses_is_named()
    {
        var lines = Differentiability.Report(Expr.Parse("relu(x) − relu(−x)"), TensorSet.Of(("x", 0.0))).Lines;
        Assert.Contains("is differentiable here: its slope is 1 from both sides", lines[^2]);
        Assert.Contains("gives 0 instead", lines[^1]);
        Assert.EndsWith("gives NaN instead.", Differentiability.Report(Expr.Parse("sqrt(x⁴)"), TensorSet.Of(("x", 0.0))).Lines[^1]);
        Assert.DoesNotContain("instead", Differentiability.Report(Expr.Parse("abs(x)²"), TensorSet.Of(("x", 0.0))).ToString());
    }

    /// <summary>Of several variables, each is looked at alone; partial derivatives do not make a function differentiable.</summary>
    [Fact]
    public void Variables_are_looked_at_one_by_one()
    {
        var report = Differentiability.Report(Expr.Parse("abs(x)·y + z²"), TensorSet.Of(("x", 0.0), ("y", 2.0), ("z", 1.0)));
        Assert.Equal([Kink, Differentiable, Differentiable], report.Partials.Select(p => p.Slopes.Kind));
        Assert.Contains("the function of x alone has a kink here: its slope is −2 from below and 2 from above", report.ToString());
        Assert.False(Differentiability.Report(Expr.Parse("sqrt(abs(x·y))"), TensorSet.Of(("x", 0.0), ("y", 0.0))).IsDifferentiable);
    }

    /// <summary>Values in float32 are looked at in float64.</summary>
    [Fact]
    public void Single_precision_is_no_hindrance()
    {
        var x = Expr.Variable("x", [], DType.Float32);
        var report = Differentiability.Report(Square(Abs(x)) + Sin(x), TensorSet.Of(("x", 0f)));
        Assert.True(report.IsDifferentiable);
        Assert.Equal(1, Assert.Single(report.Partials).Slopes.Derivative, 1e-6);
    }

    /// <summary>What derive, grad and check print is one text.</summary>
    [Fact]
    public void A_derivation_says_the_same()
    {
        var (y, at) = (Expr.Parse("cos(abs(x))"), TensorSet.Of(("x", 0.0)));
        var text = y.Derivation(Expr.Variable("x"), at).ToText();
        Assert.All(Differentiability.Report(y, at).Lines, line => Assert.Contains(line, text));
    }
}
