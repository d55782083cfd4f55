using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Calculus;

/// <summary>
/// Each rule of the simplifier on the forms it matches, and on those beside them that it must leave alone. The value is kept wherever the
/// form has one; only where the table says so may the result have a value where the form has none.
/// </summary>
public class SimplifierRuleTests
{
    enum Domain { Kept, Grows }

    static readonly double[] Grid = [-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3];

    static readonly (Func<Expr, Expr, Expr> Form, string Written, Domain Domain)[] Rules =
    [
        // Powers
        ((x, _) => Power(x, 0), "1", Domain.Kept),
        ((x, _) => Power(x, 1), "x", Domain.Kept),
        ((x, _) => Power(-x, 2), "x²", Domain.Kept),
        ((x, _) => Power(-x, 3), "(−x)³", Domain.Kept),
        ((x, _) => Power(Abs(x), 4), "x⁴", Domain.Kept),
        ((x, _) => Power(Abs(x), 3), "abs(x)³", Domain.Kept),
        ((x, _) => Power(Square(x), 3), "x⁶", Domain.Kept),
        ((x, _) => Power(Power(x, 3), 0.5), "(x³)^0.5", Domain.Kept),
        ((x, _) => Power(Square(x), 0.5), "(x²)^0.5", Domain.Kept),
        ((x, _) => Power(Square(x), 1.5), "(x²)^1.5", Domain.Kept),
        ((x, _) => Power(Power(x, -2), 2), "(x⁻²)²", Domain.Kept),
        ((x, _) => Square(Sqrt(x)), "x", Domain.Grows),
        ((x, _) => Power(Sqrt(x), 3), "(√x)³", Domain.Kept),
        ((x, y) => Square(-x - y), "(x + y)²", Domain.Kept),
        ((x, y) => Power(-x - y, 3), "(−x − y)³", Domain.Kept),

        // Roots, exponentials and logarithms
        ((x, _) => Sqrt(Square(x)), "abs(x)", Domain.Kept),
        ((x, _) => Sqrt(Power(x, 4)), "√(x⁴)", Domain.Kept),
        ((x, _) => Log(Exp(x)), "x", Domain.Kept),
        ((x, _) => Exp(Log(x)), "x", Domain.Grows),
        ((x, _) => Log(Square(x)), "ln(x²)", Domain.Kept),
        ((x, y) => Log(x * y), "ln(x·y)", Domain.Kept),
        ((x, _) => Log(Power(Expr.Constant(Math.E), x)), "x", Domain.Kept),
        ((_, _) => Log(Expr.Constant(Math.E)), "1", Domain.Kept),

        // Products of powers
        ((x, _) => x / x, "1", Domain.Grows),
        ((x, _) => Square(x) * Power(x, -2), "1", Domain.Grows),
        ((x, _) => Power(x, 0.5) * Power(x, 0.5), "x", Domain.Grows),
        ((x, _) => Power(x, 1.5) * Power(x, 0.5), "x²", Domain.Grows),
        ((x, _) => Power(x, 1.0 / 3) * Power(x, 2.0 / 3), "x", Domain.Grows),
        ((x, _) => Power(x, 0.1) * Power(x, 0.2), "x^0.3", Domain.Kept),
        ((x, _) => Power(x, 0.1) * Power(x, 0.2) / Power(x, 0.3), "1", Domain.Grows),
        ((x, _) => Power(Square(x), 0.5) * x, "x·abs(x)", Domain.Kept),
        ((x, _) => Power(Square(x), 0.5) * Power(Square(x), 0.5), "x²", Domain.Kept),
        ((x, _) => Sqrt(x) * Sqrt(x), "x", Domain.Grows),
        ((x, _) => x / Sqrt(x), "√x", Domain.Grows),
        ((x, y) => Sqrt(x) * Sqrt(y), "√x·√y", Domain.Kept),
        ((x, y) => Power(x, y) * Power(x, y), "(x^y)²", Domain.Kept),
        ((x, y) => x * Power(x, y), "x·x^y", Domain.Kept),
        ((x, y) => x / y / y, "x/y²", Domain.Kept),
        ((x, y) => x / (y / x), "x²/y", Domain.Kept),
        ((x, y) => x / 2 * (4 / y), "2·x/y", Domain.Kept),
        ((x, y) => x * 0 / y, "0", Domain.Grows),
        ((x, y) => -x / -y, "x/y", Domain.Kept),
        ((x, _) => 2 * Expr.Constant(Math.PI) * x * Expr.Constant(Math.PI), "2·π²·x", Domain.Kept),
        ((x, _) => x * Expr.Constant(Math.E) / Expr.Constant(Math.E), "x", Domain.Kept),

        // Sums
        ((x, _) => x - x, "0", Domain.Kept),
        ((x, _) => 1 / x - 1 / x, "0", Domain.Grows),
        ((x, y) => x * y + y * x, "2·x·y", Domain.Kept),
        ((x, y) => x / 3 - x / 4 + y, "x/12 + y", Domain.Kept),
        ((x, y) => x * y - x, "x·(y − 1)", Domain.Kept),
        ((x, y) => x / y + 1 / y, "(1 + x)/y", Domain.Kept),
        ((x, y) => -(x - y), "y − x", Domain.Kept),
        ((x, _) => 1 + x + Expr.Constant(Math.PI) + 2 * Expr.Constant(Math.PI), "1 + x + 3·π", Domain.Kept),

        // Sine and cosine
        ((x, _) => Square(Sin(x)) + Square(Cos(x)), "1", Domain.Kept),
        ((x, y) => y * Square(Cos(x)) + y * Square(Sin(x)), "y", Domain.Kept),
        ((x, _) => 1 - Square(Sin(x)), "cos(x)²", Domain.Kept),
        ((x, _) => Square(Sin(x)) - 1, "−cos(x)²", Domain.Kept),
        ((x, _) => Square(Cos(x)) - Square(Sin(x)), "cos(x)² − sin(x)²", Domain.Kept),
        ((x, y) => Square(Sin(x)) + Square(Cos(y)), "sin(x)² + cos(y)²", Domain.Kept),
        ((x, _) => 2 * Square(Sin(x)) + 3 * Square(Cos(x)), "2·sin(x)² + 3·cos(x)²", Domain.Kept),
        ((x, _) => 1 + Square(Sin(x)), "1 + sin(x)²", Domain.Kept),
        (
            (x, y) => Square(Sin(x)) * Square(Sin(y)) + Square(Sin(y)) + Square(Cos(y)) + Square(Cos(x)) * Square(Sin(y)),
            "1 + sin(y)²",
            Domain.Kept),
        // Even and odd
        ((x, _) => Sin(-x), "−sin(x)", Domain.Kept),
        ((x, _) => Cos(-x), "cos(x)", Domain.Kept),
        ((x, _) => Tanh(-2 * x), "−tanh(2·x)", Domain.Kept),
        ((x, _) => Atan(x / -2), "−atan(x/2)", Domain.Kept),
        ((x, _) => Erf(-x), "−erf(x)", Domain.Kept),
        ((x, _) => Abs(-3 * x), "abs(3·x)", Domain.Kept),
        ((x, _) => Abs(Abs(x)), "abs(x)", Domain.Kept),
        ((x, _) => Exp(-x), "exp(−x)", Domain.Kept),
        ((x, _) => Sigmoid(-x), "σ(−x)", Domain.Kept),
        ((x, _) => Softplus(-x), "softplus(−x)", Domain.Kept),
        ((x, _) => Log1P(-x), "log1p(−x)", Domain.Kept),
        ((x, _) => Expm1(-x), "expm1(−x)", Domain.Kept),

        // Numbers
        ((x, _) => x * Sqrt(Expr.Constant(9.0)), "3·x", Domain.Kept),
        ((x, _) => x * Log(Expr.Constant(2.0)), "x·ln(2)", Domain.Kept),
        ((x, _) => x + Cos(Expr.Constant(0.0)), "1 + x", Domain.Kept),
        ((x, _) => x * Power(Expr.Constant(2.0), 10), "1024·x", Domain.Kept),
        ((x, y) => Select(Less(Expr.Constant(1.0), Expr.Constant(2.0)), x, y), "x", Domain.Kept),
        ((x, y) => Select(And(Equal(x, y), Equal(Expr.Constant(Math.PI), Expr.Constant(0.0))), x, y), "y", Domain.Kept),
        ((x, y) => Select(Or(Equal(x, y), !Less(Expr.Constant(2.0), Expr.Constant(2.0))), x, y), "x", Domain.Kept),
        ((x, y) => Select(LessOrEqual(Expr.Constant(2.0), Expr.Constant(2.0)), x, y), "x", Domain.Kept),
        ((x, y) => Select(Less(x, y), x, y), "select(x < y, x, y)", Domain.Kept),
    ];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Rules.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_rule_writes_what_it_says_and_keeps_the_value_on_a_grid(int row)
    {
        var (x, y) = (Expr.Variable("x"), Expr.Variable("y"));
        var form = Rules[row].Form(x, y);
        var simplified = form.Simplify();
        Assert.Equal(Rules[row].Written, simplified.Print());
        foreach (var a in Grid)
            foreach (var b in Grid)
            {
                var (before, after) = (form.Evaluate(("x", a), ("y", b)).ToScalar(), simplified.Evaluate(("x", a), ("y", b)).ToScalar());
                if (double.IsFinite(before))
                    Assert.Equal(before, after, 1e-12 * Math.Max(1, Math.Abs(before)));
                else if (Rules[row].Domain == Domain.Kept)
                    Assert.False(double.IsFinite(after), $"{form} at {a}, {b} is {before}, and {after} when simplified");
            }
    }

    /// <summary>The domain grows somewhere where the table says that it does: it does not say so in vain.</summary>
    [Theory]
    [MemberData(nameof(Rows))]
    public void The_domain_grows_only_where_that_is_said(int row)
    {
        var (x, y) = (Expr.Variable("x"), Expr.Variable("y"));
        var (form, simplified) = (Rules[row].Form(x, y), Rules[row].Form(x, y).Simplify());
        var grows = Grid.Any(a =>
            Grid.Any(b =>
                !double.IsFinite(form.Evaluate(("x", a), ("y", b)).ToScalar())
                && double.IsFinite(simplified.Evaluate(("x", a), ("y", b)).ToScalar())));
        Assert.Equal(Rules[row].Domain == Domain.Grows, grows);
    }

    /// <summary>The same forms of random parts, which are needed elsewhere too.</summary>
    [Property(Arbitrary = [typeof(AlgebraicExpressions)], MaxTest = 200)]
    public void A_rule_keeps_the_value_of_any_parts(ExpressionCase c, FsCheck.DoNotSize<int> any)
    {
        var row = (int)((uint)any.Item % Rules.Length);
        if (c.Output.Rank > 0 || c.Output.DType != DType.Float64) return;
        var (x, y) = (c.Output, c.FloatVariables.FirstOrDefault(v => v.Rank == 0) ?? c.Output);
        foreach (var form in new[] { Rules[row].Form(x, y), Rules[row].Form(y, x), Rules[row].Form(x, y) * x + Sin(x) })
            SimplificationLaws.KeepsExactValue(c with { Output = form + 0 * c.Output });
    }

    /// <summary>Whole numbers wrap around, and unsigned ones have no sign to turn: what holds of numbers need not hold of them.</summary>
    [Theory, InlineData(DType.UInt8), InlineData(DType.Int8), InlineData(DType.Int32), InlineData(DType.Int64)]
    public void Whole_numbers_keep_their_value(DType dtype)
    {
        var x = Expr.Variable("x", [6], dtype);
        var values = Tensor.Of([6], (ReadOnlySpan<double>)[0, 1, 3, 100, 127, 90]).Cast(dtype);
        Expr C(double k) => Broadcast(Expr.Constant(k, dtype), x.Shape);
        Expr[] forms =
        [
            Abs(-x), -Abs(-x), Abs(-(C(3) * x)), Abs(x - C(100)), Sign(-x), Minimum(-x, x), -x - x, x - C(2) * x, -(x - C(5)),
            C(100) * x + C(100) * x + C(100) * x, C(100) + x + C(100) + C(100), C(120) * x * C(3),
        ];
        foreach (var form in forms)
        {
            var simple = form.Simplify();
            Assert.True(form.Evaluate(("x", values)).BitEquals(simple.Evaluate(("x", values))), $"{form} becomes {simple}");
        }
    }
}
