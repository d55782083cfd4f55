namespace FunctionalDL;

/// <summary>
/// A line of a derivation: a heading, or an equation whose sides are written in a notation, with a remark such as a shape.
/// </summary>
sealed record DerivationLine(string Text, Func<Notation, IReadOnlyList<string>>? Sides = null)
{
    public bool IsHeading => Sides is null;
}
