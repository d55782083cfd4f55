using System.Globalization;

namespace FunctionalDL;

/// <summary>Plain Unicode text on one line, such as <c>2·x·cos(x²)</c>.</summary>
sealed class TextNotation : Notation
{
    const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    public override Printed Symbol(string name) => new(name, Precedence.Atom);

    public override Printed Number(double value) =>
        new(value.ToString("R", CultureInfo.InvariantCulture).Replace("-", "−").Replace('E', 'e'), double.IsNegative(value) ? Precedence.Prefix : Precedence.Atom);

    public override Printed Function(string name, Printed[] x, params string[] attributes) =>
        new($"{name}({string.Join(", ", x)}{(attributes.Length > 0 ? "; " : "")}{string.Join(", ", attributes)})", Precedence.Atom);

    public override Printed Infix(string symbol, Precedence precedence, Printed a, Printed b, bool associative = true) =>
        new(Operand(a, precedence) + symbol + Operand(b, associative ? precedence : precedence + 1), precedence);

    public override Printed Prefix(string symbol, Printed x) => new(symbol + Operand(x, Precedence.Power), Precedence.Prefix);

    public override Printed Fraction(Printed a, Printed b) => Infix("/", Precedence.Product, a, b, associative: false);

    public override Printed Power(Printed a, Printed b) =>
        new(Operand(a, Precedence.Atom) + (b.Text.All(char.IsAsciiDigit) ? string.Concat(b.Text.Select(c => Superscripts[c - '0'])) : "^" + Operand(b, Precedence.Atom)),
            Precedence.Power);

    public override Printed Root(Printed x) => Function("sqrt", [x]);

    public override Printed Transpose(Printed x) => new(Operand(x, Precedence.Atom) + "ᵀ", Precedence.Atom);

    protected override string Parenthesize(string text) => $"({text})";
}
