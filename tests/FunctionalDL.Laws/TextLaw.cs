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
        SameBits(c.Output, c);
        SameBits(c.Output.Gradient(Expr.Variable("x")), c);
    }

    static void SameBits(Expr e, ExpressionCase c)
    {
        if (!Expr.Parse(e.Print()).Evaluate(c.Values).BitEquals(e.Evaluate(c.Values)))
            throw new LawException($"Laws: {e.Print()} is read as an expression of another value.");
    }
}
