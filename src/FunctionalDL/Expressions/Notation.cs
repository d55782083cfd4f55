using System.Globalization;

namespace FunctionalDL;

/// <summary>An expression in print: its text, how tightly its outermost operator binds, and whether it begins with a sign.</summary>
readonly record struct Printed(string Text, Precedence Precedence, bool IsSigned = false)
{
    public override string ToString() => Text;
}

/// <summary>How tightly an operator binds, loosest first.</summary>
enum Precedence { Comparison, Sum, Product, Prefix, Power, Atom }

/// <summary>
/// The ways of writing mathematics that primitives print themselves with. One class for each output format. What is printed as text reads
/// back as the same expression: operators associate to the left, and an operand on the right that does not bind tighter is parenthesised.
/// </summary>
abstract class Notation
{
    /// <summary>The name of a variable or of a part.</summary>
    public Printed Symbol(string name) => new(Name(name), Precedence.Atom);

    /// <summary>The names variables have: no number is written by one of them.</summary>
    public HashSet<string> Taken { get; } = [];

    /// <summary>A number of the formula itself: e and π by name, others in digits.</summary>
    public Printed Constant(double value) =>
        NamedFunctions.NameOf(value) is { } name && !Taken.Contains(name) ? Symbol(name) : Number(value);

    /// <summary>A number, with the digits that tell it from every other float64.</summary>
    public Printed Number(double value)
    {
        var text = double.IsInfinity(value) ? "∞" : Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        // Written as 1E-07 and 1E+30 by .NET, as 1e−7 and 1e30 in mathematics.
        text = text.Replace("E+", "e").Replace("E-0", "e−").Replace("E-", "e−");
        return double.IsNegative(value) && !double.IsNaN(value) ? Prefix("−", Numeral(text)) : Numeral(text);
    }

    /// <summary>A function applied to arguments, with attributes such as axes: <c>sum(x; 0)</c>.</summary>
    public abstract Printed Function(string name, Printed[] x, params string[] attributes);

    /// <summary>An operator between its operands.</summary>
    public Printed Infix(string symbol, Precedence precedence, Printed a, Printed b) =>
        new(
            Join(Operand(a, precedence), symbol, b.IsSigned ? Parenthesize(b.Text) : Operand(b, precedence + 1)),
            precedence,
            a.IsSigned && a.Precedence >= precedence);

    /// <summary>A sign before its operand.</summary>
    public Printed Prefix(string symbol, Printed x) =>
        new(Join("", symbol, Operand(x, Precedence.Power)), Precedence.Prefix, IsSigned: true);

    public abstract Printed Fraction(Printed a, Printed b);

    public abstract Printed Power(Printed a, Printed b);

    public abstract Printed Root(Printed x);

    public abstract Printed Transpose(Printed x);

    /// <summary>The derivative dy/dx, or ∂y/∂x where there are other variables, as one symbol.</summary>
    public abstract Printed Derivative(string d, Printed y, Printed x);

    /// <summary>The text of an operand, in parentheses where its operator binds more loosely than needed.</summary>
    public string Operand(Printed x, Precedence atLeast) => x.Precedence >= atLeast ? x.Text : Parenthesize(x.Text);

    /// <summary>An operator between parts that are put together without regard to precedence.</summary>
    public virtual string Operator(string symbol) => $" {symbol} ";

    protected abstract string Name(string name);

    protected abstract Printed Numeral(string digits);

    protected abstract string Join(string a, string symbol, string b);

    protected abstract string Parenthesize(string text);

    /// <summary>A name taken apart: <c>w12</c> is w with index 12, <c>f1″</c> is f with index 1 and two primes.</summary>
    protected static (string Stem, string Index, int Primes) Split(string name)
    {
        var primes = name.Length - name.TrimEnd('′').Length;
        var stem = name[..^primes].TrimEnd("0123456789".ToCharArray());
        return stem.Length == 0
            ? (name[..^primes], "", primes)
            : (stem.TrimEnd('_') is { Length: > 0 } s ? s : stem, name[stem.Length..^primes], primes);
    }
}
