namespace FunctionalDL;

/// <summary>An expression in print: its text and how tightly its outermost operator binds.</summary>
readonly record struct Printed(string Text, Precedence Precedence)
{
    public override string ToString() => Text;
}

/// <summary>How tightly an operator binds, loosest first.</summary>
enum Precedence { Comparison, Sum, Product, Prefix, Power, Atom }

/// <summary>The ways of writing mathematics that primitives print themselves with. One class for each output format.</summary>
abstract class Notation
{
    public abstract Printed Symbol(string name);

    public abstract Printed Number(double value);

    /// <summary>A function applied to arguments, with attributes such as axes: <c>sum(x; 0)</c>.</summary>
    public abstract Printed Function(string name, Printed[] x, params string[] attributes);

    public abstract Printed Infix(string symbol, Precedence precedence, Printed a, Printed b, bool associative = true);

    public abstract Printed Prefix(string symbol, Printed x);

    public abstract Printed Fraction(Printed a, Printed b);

    public abstract Printed Power(Printed a, Printed b);

    public abstract Printed Root(Printed x);

    public abstract Printed Transpose(Printed x);

    /// <summary>The text of an operand, in parentheses where its operator binds more loosely than needed.</summary>
    public string Operand(Printed x, Precedence atLeast) => x.Precedence >= atLeast ? x.Text : Parenthesize(x.Text);

    protected abstract string Parenthesize(string text);
}
