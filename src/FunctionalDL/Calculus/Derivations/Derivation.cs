namespace FunctionalDL;

/// <summary>
/// The chain rule of a function, written out: the functions it is composed of, the derivative as the product of their derivatives along
/// each path and the sum over paths, each factor as a formula and, at a point, as a number. Where paths part, the derivative there is
/// named once, so that the derivation grows with the number of functions, never with the number of paths.
/// </summary>
/// <remarks>
/// Theorem 1: f = f1 ∘ f2 ∘ … ∘ fn is differentiable where each fi is at its immediate input, and df/dx = df1/df2 · df2/df3 ·
/// … · dfn/dx.
/// </remarks>
public sealed class Derivation
{
    readonly IReadOnlyList<DerivationLine> lines;

    internal Derivation(Expr derivative, Tensor? value, IReadOnlyList<DerivationFactor> factors, IReadOnlyList<DerivationLine> lines) =>
        (Derivative, Value, Factors, this.lines) = (derivative, value, factors, lines);

    /// <summary>The derivative as one simplified expression.</summary>
    public Expr Derivative { get; }

    /// <summary>
    /// The derivative's value at the point: the sum over paths of the products of the factors' values. Null without a point.
    /// </summary>
    public Tensor? Value { get; }

    /// <summary>The factors, from the outside in.</summary>
    public IReadOnlyList<DerivationFactor> Factors { get; }

    /// <summary>The derivation as plain Unicode text.</summary>
    public string ToText() => DerivationFormats.Text(lines);

    /// <summary>The derivation as Markdown with LaTeX formulas between <c>$$</c>.</summary>
    public string ToMarkdown() => DerivationFormats.Markdown(lines);

    /// <summary>The derivation as one <c>align*</c> environment; it needs the package amsmath, or KaTeX or MathJax.</summary>
    public string ToLatex() => DerivationFormats.Latex(lines);

    /// <summary>The derivation as a page of its own, with formulas in MathML.</summary>
    public string ToHtml() => DerivationFormats.Html(lines, "Derivation");

    /// <inheritdoc cref="ToText"/>
    public override string ToString() => ToText();
}
