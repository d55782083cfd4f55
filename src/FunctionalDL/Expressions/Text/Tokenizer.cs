namespace FunctionalDL;

/// <summary>Takes a text apart into tokens.</summary>
static class Tokenizer
{
    const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    const string Subscripts = "₀₁₂₃₄₅₆₇₈₉";

    static readonly (string Written, string Symbol)[] Symbols =
    [
        ("**", "^"), ("<=", "≤"), (">=", "≥"), ("==", "=="), ("*", "·"), ("×", "·"), ("⋅", "·"), ("·", "·"), ("÷", "/"), ("/", "/"), ("+", "+"), ("-", "−"), ("−", "−"), ("–", "−"),
        ("^", "^"), ("√", "√"), ("(", "("), (")", ")"), (",", ","), ("<", "<"), (">", ">"), ("≤", "≤"), ("≥", "≥"), ("=", "="), ("∞", "∞"),
    ];

    public static List<Token> Tokens(string text)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < text.Length;)
        {
            var token = Next(text, at, out var length);
            if (token is { } found) tokens.Add(found);
            at += length;
        }
        tokens.Add(new(TokenKind.End, "the end", text.Length));
        return tokens;
    }

    static Token? Next(string text, int at, out int length)
    {
        var c = text[at];
        length = 1;
        if (c is '\n' or ';') return new(TokenKind.NewStatement, "the end of the line", at);
        if (char.IsWhiteSpace(c)) return null;
        if (char.IsAsciiDigit(c) || c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])) return Number(text, at, out length);
        if (char.IsLetter(c) || c == '_') return Name(text, at, out length);
        if (c == '⁻' || Superscripts.Contains(c)) return Superscript(text, at, out length);
        foreach (var (written, symbol) in Symbols)
        {
            if (string.CompareOrdinal(text, at, written, 0, written.Length) != 0) continue;
            length = written.Length;
            return new(TokenKind.Symbol, symbol, at);
        }
        throw new ParseException($"'{c}' is not part of an expression", text, at, "Remove it. Operators are + − · / ^ √ and comparisons.");
    }

    static Token Number(string text, int at, out int length)
    {
        var end = Digits(text, at);
        if (end < text.Length && text[end] == '.') end = Digits(text, end + 1);
        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var digits = end + 1 < text.Length && text[end + 1] is '+' or '-' or '−' ? end + 2 : end + 1;
            if (Digits(text, digits) is var stop && stop > digits) end = stop;
        }
        length = end - at;
        return new(TokenKind.Number, text[at..end].Replace('−', '-'), at);
    }

    static int Digits(string text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return at;
    }

    static Token Name(string text, int at, out int length)
    {
        var end = at;
        while (end < text.Length && (char.IsLetter(text[end]) || char.IsAsciiDigit(text[end]) || text[end] == '_' || Subscripts.Contains(text[end]))) end++;
        while (end < text.Length && text[end] is '\'' or '′') end++;
        length = end - at;
        return new(TokenKind.Name, string.Concat(text[at..end].Select(c => c == '\'' ? '′' : Subscripts.IndexOf(c) is >= 0 and var digit ? (char)('0' + digit) : c)), at);
    }

    static Token Superscript(string text, int at, out int length)
    {
        var end = text[at] == '⁻' ? at + 1 : at;
        while (end < text.Length && Superscripts.Contains(text[end])) end++;
        length = end - at;
        var digits = string.Concat(text[at..end].Select(c => c == '⁻' ? '-' : (char)('0' + Superscripts.IndexOf(c))));
        return digits != "-" ? new(TokenKind.Superscript, digits, at)
            : throw new ParseException("The sign in a superscript has no digits", text, at, "Write the exponent out, such as x⁻¹ or x^(−n).");
    }
}
