using System.Net;

namespace FunctionalDL;

/// <summary>MathML, which browsers set without a library.</summary>
sealed class MathMlNotation : Notation
{
    public override Printed Function(string name, Printed[] x, params string[] attributes) =>
        new(
            Row(
                Name(name)
                    + "<mo>&#x2061;</mo>"
                    + Parenthesize(
                        string.Join(Operator(","), x)
                            + (attributes.Length > 0 ? $"<mtext>; {Escape(string.Join(", ", attributes))}</mtext>" : ""))),
            Precedence.Atom);

    public override Printed Fraction(Printed a, Printed b) => new($"<mfrac>{Row(a.Text)}{Row(b.Text)}</mfrac>", Precedence.Power);

    public override Printed Power(Printed a, Printed b) =>
        new($"<msup>{Row(Operand(a, Precedence.Atom))}{Row(b.Text)}</msup>", Precedence.Power);

    public override Printed Root(Printed x) => new($"<msqrt>{x}</msqrt>", Precedence.Atom);

    public override Printed Transpose(Printed x) => new($"<msup>{Row(Operand(x, Precedence.Atom))}<mi>T</mi></msup>", Precedence.Power);

    public override Printed Derivative(string d, Printed y, Printed x) =>
        new(
            $"<mfrac>{Row(Operator(d) + Operand(y, Precedence.Atom))}{Row(Operator(d) + Operand(x, Precedence.Atom))}</mfrac>",
            Precedence.Atom);

    protected override string Name(string name)
    {
        var (stem, index, primes) = Split(name);
        var text = $"<mi>{Escape(stem)}</mi>";
        if (index.Length > 0) text = $"<msub>{text}<mn>{index}</mn></msub>";
        return primes == 0 ? text : $"<msup>{text}<mo>{new string('′', primes)}</mo></msup>";
    }

    protected override Printed Numeral(string digits) => digits.Split('e') is [var mantissa, var exponent]
        ? new(Row($"<mn>{mantissa}</mn><mo>·</mo><msup><mn>10</mn><mn>{exponent}</mn></msup>"), Precedence.Product)
        : new($"<mn>{digits}</mn>", Precedence.Atom);

    protected override string Join(string a, string symbol, string b) => Row(a + Operator(symbol == " @ " ? "\u2062" : symbol.Trim()) + b);

    protected override string Parenthesize(string text) =>
        Row($"<mo lspace=\"0\" rspace=\"0\">(</mo>{text}<mo lspace=\"0\" rspace=\"0\">)</mo>");

    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    public override string Operator(string symbol) => $"<mo>{Escape(symbol)}</mo>";

    static string Row(string text) => $"<mrow>{text}</mrow>";
}
