using System.Text;

namespace FunctionalDL;

/// <summary>Takes a text apart into tokens.</summary>
static class Tokenizer
{
    const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    const string Subscripts = "₀₁₂₃₄₅₆₇₈₉";

    static readonly (string Written, string Symbol)[] Symbols =
    [
        ("**", "^"),
        ("<=", "≤"),
        (">=", "≥"),
        ("==", "=="),
        ("*", "·"),
        ("×", "·"),
        ("⋅", "·"),
        ("·", "·"),
        ("÷", "/"),
        ("/", "/"),
        ("+", "+"),
        ("-", "−"),
        ("−", "−"),
        ("–", "−"),
        ("^", "^"),
        ("√", "√"),
        ("(", "("),
        (")", ")"),
        (",", ","),
        ("<", "<"),
        (">", ">"),
        ("≤", "≤"),
        ("≥", "≥"),
        ("=", "="),
        ("∞", "∞"),
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
        if (c is '\n' or ';')
            return new(TokenKind.NewStatement, "the end of the line", at);
        if (char.IsWhiteSpace(c))
            return null;
        if (char.IsAsciiDigit(c) || c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))
            return Number(text, at, out length);
        if (char.IsLetter(c) || c == '_')
            return Name(text, at, out length);
        if (c == '⁻' || Superscripts.Contains(c))
            return Superscript(text, at, out length);
        foreach (var (written, symbol) in Symbols)
        {
            if (string.CompareOrdinal(text, at, written, 0, written.Length) != 0) continue;
            length = written.Length;
            return new(TokenKind.Symbol, symbol, at);
        }
        throw new ParseException(
            $"'{Written(text, at)}' is not part of an expression",
            text,
            at,
            "Remove it. Operators are + − · / ^ √ and comparisons.");
    }

    /// <summary>The character at a place, whole where it takes two units.</summary>
    static string Written(string text, int at) => Rune.TryGetRuneAt(text, at, out var rune) ? rune.ToString() : $"\\u{(int)text[at]:x4}";

    static Token Number(string text, int at, out int length)
    {
        var end = Digits(text, at);
        if (end < text.Length && text[end] == '.') end = Digits(text, end + 1);
        if (end < text.Length && text[end] == '_')
            throw new ParseException(
                "A number has no _ inside it or after it",
                text,
                end,
                "Write its digits without it, and · for a product.");
        if (text[at] == '0' && at + 1 < end && char.IsAsciiDigit(text[at + 1]))
            throw new ParseException(
                "A number of several digits does not begin with 0",
                text,
                at,
                "Leave the zeros out; a comma stands between arguments, never inside a number.");
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
        var end = at + 1;
        if (text[at] != 'π') while (end < text.Length && text[end] != 'π' && IsInName(text[end])) end++;
        while (end < text.Length && text[end] is '\'' or '′') end++;
        length = end - at;
        Unambiguous(text, at, end);
        return new(TokenKind.Name, string.Concat(text[at..end].Select(Canonical)), at);
    }

    /// <summary>A character of a name in its one form: f₁' is f1′.</summary>
    static char Canonical(char c)
    {
        if (c == '\'') return '′';
        return Subscripts.IndexOf(c) is >= 0 and var digit ? (char)('0' + digit) : c;
    }

    static bool IsInName(char c) => char.IsLetter(c) || char.IsAsciiDigit(c) || c == '_' || Subscripts.Contains(c);

    /// <summary>
    /// π is the number wherever it stands, and a Greek letter beside another letter may be a factor; only a difference such as Δx is one
    /// name.
    /// </summary>
    static void Unambiguous(string text, int at, int end)
    {
        if (text[at] == 'π' && (end > at + 1 || end < text.Length && IsInName(text[end]) && !char.IsLetter(text[end])))
            throw new ParseException("π is the number and no part of a name", text, at, "Write · for a product, or choose another name.");
        for (var i = at + 1; i < end; i++)
            if (
                char.IsLetter(text[i])
                && char.IsLetter(text[i - 1])
                && (IsGreek(text[i]) || IsGreek(text[i - 1]) && !(i == at + 1 && text[at] is 'Δ' or 'δ')))
                throw new ParseException(
                    $"{ParseException.Shown(text[at..end])} is ambiguous: a product or one name?",
                    text,
                    at,
                    $"Write {text[i - 1]}·{text[i]} for a product, and _ between the parts of a name.");
    }

    static bool IsGreek(char c) => c is >= '\u0370' and <= '\u03ff';

    static Token Superscript(string text, int at, out int length)
    {
        var end = text[at] == '⁻' ? at + 1 : at;
        while (end < text.Length && Superscripts.Contains(text[end])) end++;
        length = end - at;
        var digits = string.Concat(text[at..end].Select(c => c == '⁻' ? '-' : (char)('0' + Superscripts.IndexOf(c))));
        return digits != "-"
            ? new(TokenKind.Superscript, digits, at)
            : throw new ParseException(
                "The sign in a superscript has no digits",
                text,
                at,
                "Write the exponent out, such as x⁻¹ or x^(−n).");
    }
}
