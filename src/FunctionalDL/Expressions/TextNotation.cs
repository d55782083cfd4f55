namespace FunctionalDL;

/// <summary>Plain Unicode text on one line, such as <c>2·x·cos(x²)</c>, which <see cref="Expr.Parse(string)"/> reads.</summary>
sealed class TextNotation : Notation
{
    const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    public override Printed Function(string name, Printed[] x, params string[] attributes) =>
        new($"{name}({string.Join(", ", x)}{(attributes.Length > 0 ? "; " : "")}{string.Join(", ", attributes)})", Precedence.Atom);

    public override Printed Fraction(Printed a, Printed b) => Infix("/", Precedence.Product, a, b);

    public override Printed Power(Printed a, Printed b) => new(Operand(a, Precedence.Atom) + Exponent(b), Precedence.Power);

    string Exponent(Printed b)
    {
        var digits = b.Text.TrimStart('−');
        return digits.Length > 0 && b.Text.Length - digits.Length <= 1 && digits.All(char.IsAsciiDigit)
            ? (b.IsSigned ? "⁻" : "") + string.Concat(digits.Select(c => Superscripts[c - '0']))
            : "^" + Operand(b, Precedence.Atom);
    }

    public override Printed Root(Printed x) => new("√" + Operand(x, Precedence.Atom), Precedence.Power);

    public override Printed Transpose(Printed x) => new(Operand(x, Precedence.Atom) + "ᵀ", Precedence.Atom);

    public override Printed Derivative(string d, Printed y, Printed x) =>
        new($"{d}{Operand(y, Precedence.Atom)}/{d}{Operand(x, Precedence.Atom)}", Precedence.Atom);

    protected override string Name(string name) => name;

    protected override Printed Numeral(string digits) => new(digits, Precedence.Atom);

    protected override string Join(string a, string symbol, string b) => a + symbol + b;

    protected override string Parenthesize(string text) => $"({text})";
}
