namespace FunctionalDL;

enum TokenKind { Number, Name, Superscript, Symbol, NewStatement, End }

/// <summary>A word of an expression's text. Symbols are written one way only, such as <c>·</c> for <c>*</c> and <c>×</c>.</summary>
readonly record struct Token(TokenKind Kind, string Text, int Position)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}
