namespace FunctionalDL;

public sealed partial class Expr
{
    /// <summary>
    /// The expression written in a text, such as <c>sin(x^2)</c> or <c>(tanh(w2·tanh(w1·x)) − y)²</c>, over float64 scalar variables.
    /// Powers associate to the right; <c>2x</c> and <c>(x + 1)(x − 1)</c> are products; e, π and pi are constants; <c>t = x²; sin(t) +
    /// t</c> names a part. Functions are the library's, or abstract ones named f, g or h, with a number if need be.
    /// </summary>
    /// <exception cref="ParseException">The text is not an expression; the message shows where and why.</exception>
    public static Expr Parse(string text) => Parse(text, []);

    /// <summary>The expression written in a text, with more names of abstract functions (<see cref="AbstractFunctions"/>).</summary>
    /// <inheritdoc cref="Parse(string)"/>
    public static Expr Parse(string text, IReadOnlyCollection<string> functions) => new Parser(text, functions).Parse();
}
