using FunctionalDL.Testing;

namespace FunctionalDL.LawRuns;

/// <summary>What is printed is read back as the same expression.</summary>
static class TextLaw
{
    public static void ReadsBack(ExpressionCase c)
    {
        var text = c.Output.Print();
        var read = Expr.Parse(text);
        if (!ScalarExpressions.AreEqual(read, c.Output)) throw new LawException($"Laws: {text} is read as {read}, another expression.");
        if (read.Print() != text) throw new LawException($"Laws: {text} is read and printed as {read.Print()}.");
        if (!read.Evaluate(c.Values).BitEquals(c.Evaluate())) throw new LawException($"Laws: {text} is read as an expression of another value.");
        var derivative = c.Output.Gradient(Expr.Variable("x"));
        if (!Expr.Parse(derivative.Print()).Evaluate(c.Values).BitEquals(derivative.Evaluate(c.Values))) throw new LawException($"Laws: the derivative {derivative.Print()} is read as one of another value.");
    }
}
