namespace FunctionalDL.Tests.Expressions;

/// <summary>What each notation writes, and where it needs parentheses.</summary>
public class NotationTests
{
    static readonly Expr X = Expr.Variable("x"), Y = Expr.Variable("y"), Z = Expr.Variable("z");

    static readonly (Expr E, string Text, string Latex)[] Written =
    [
        (Square(-X), "(−x)²", @"\left(-x\right)^{2}"),
        (-Square(X), "−x²", @"-x^{2}"),
        (Square(X * Y), "(x·y)²", @"\left(x \cdot y\right)^{2}"),
        (Square(X / Y), "(x/y)²", @"\left(\frac{x}{y}\right)^{2}"),
        (Square(X + Y), "(x + y)²", @"\left(x + y\right)^{2}"),
        (Square(Square(X)), "(x²)²", @"\left(x^{2}\right)^{2}"),
        (Power(X, -2), "x⁻²", "x^{-2}"),
        (Power(X, -Y), "x^(−y)", "x^{-y}"),
        (Power(X, Y + Z), "x^(y + z)", "x^{y + z}"),
        (X - (Y - Z), "x − (y − z)", @"x - \left(y - z\right)"),
        (X - Y - Z, "x − y − z", "x - y - z"),
        (X / Y / Z, "x/y/z", @"\frac{\frac{x}{y}}{z}"),
        (X / (Y / Z), "x/(y/z)", @"\frac{x}{\frac{y}{z}}"),
        (X / (Y * Z), "x/(y·z)", @"\frac{x}{y \cdot z}"),
        ((X + Y) * Z, "(x + y)·z", @"\left(x + y\right) \cdot z"),
        (X * -Y, "x·(−y)", @"x \cdot \left(-y\right)"),
        (X + -Y, "x + (−y)", @"x + \left(-y\right)"),
        (-(X + Y), "−(x + y)", @"-\left(x + y\right)"),
        (Square(Sqrt(X)), "(√x)²", @"\sqrt{x}^{2}"),
        (Sqrt(X + Y), "√(x + y)", @"\sqrt{x + y}"),
        (1e-7 * X, "1e−7·x", @"1 \cdot 10^{-7} \cdot x"),
        (Power(1e30 * X, 2), "(1e30·x)²", @"\left(1 \cdot 10^{30} \cdot x\right)^{2}"),
        (X * double.NaN, "x·NaN", @"x \cdot \mathrm{NaN}"),
        (X * -double.NaN, "x·NaN", @"x \cdot \mathrm{NaN}"),
        (Abs(X) * Math.PI, "abs(x)·π", @"\left|x\right| \cdot \pi"),
    ];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Written.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Text_and_latex_have_the_parentheses_they_need(int row)
    {
        Assert.Equal(Written[row].Text, Written[row].E.Print());
        Assert.Equal(Written[row].Latex, Written[row].E.ToLatex());
    }

    /// <summary>A part gets a name that no variable has.</summary>
    [Fact]
    public void A_part_is_named_like_nothing_else()
    {
        var part = Sin(Expr.Variable("t1")) + Cos(Expr.Variable("t1"));
        Assert.StartsWith("t2 = sin(t1) + cos(t1)\n", (part / (1 + part)).Print());
    }

    [Fact]
    public void MathMl_has_numerators_above_bases_below_and_parentheses()
    {
        const string minusX = "<mrow><mo>−</mo><mi>x</mi></mrow>";
        Assert.Equal("<mfrac><mrow><mi>x</mi></mrow><mrow><mi>y</mi></mrow></mfrac>", MathMl(X / Y));
        Assert.Equal(minusX, MathMl(-X));
        Assert.Equal("<msup><mrow><mi>x</mi></mrow><mrow><mi>y</mi></mrow></msup>", MathMl(Power(X, Y)));
        Assert.Equal($"<msup><mrow>{Parenthesized(minusX)}</mrow><mrow><mn>2</mn></mrow></msup>", MathMl(Square(-X)));
        Assert.Equal(
            $"<mrow><mi>x</mi><mo>−</mo>{Parenthesized("<mrow><mi>y</mi><mo>−</mo><mi>z</mi></mrow>")}</mrow>",
            MathMl(X - (Y - Z)));
        Assert.Equal(
            "<mrow><mrow><mn>1</mn><mo>·</mo><msup><mn>10</mn><mn>−7</mn></msup></mrow><mo>&#183;</mo><mi>x</mi></mrow>",
            MathMl(1e-7 * X));

        static string Parenthesized(string text) =>
            $"<mrow><mo lspace=\"0\" rspace=\"0\">(</mo>{text}<mo lspace=\"0\" rspace=\"0\">)</mo></mrow>";
    }

    static string MathMl(Expr e) => Printer.Write(new MathMlNotation(), [e], _ => null)[e].Text;
}
