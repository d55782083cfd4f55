using System.Text;

namespace FunctionalDL;

/// <summary>A set of characters (Unicode scalar values) in order; each has its index as its token. Immutable.</summary>
public sealed class Vocabulary
{
    readonly Rune[] characters;
    readonly Dictionary<Rune, long> tokens;

    /// <summary>The different characters of a text, ordered by code.</summary>
    /// <exception cref="FunctionalException">The text is empty.</exception>
    public Vocabulary(string text)
    {
        characters = [.. text.EnumerateRunes().Distinct().Order()];
        tokens = characters.Index().ToDictionary(c => c.Item, c => (long)c.Index);
        if (Count == 0) throw new FunctionalException("Vocabulary: the text is empty. Give at least one character.");
    }

    /// <summary>The number of characters.</summary>
    public int Count => characters.Length;

    /// <summary>The tokens of a text: <c>int64 [characters]</c>.</summary>
    /// <exception cref="FunctionalException">A character is not in the vocabulary.</exception>
    public Tensor<long> Encode(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        var (result, at) = (new long[count], 0);
        foreach (var character in text.EnumerateRunes())
            result[at++] = tokens.TryGetValue(character, out var token)
                ? token
                : throw new FunctionalException(
                    $"Vocabulary: \"{character}\" (U+{character.Value:X4}), character {at - 1} of the text, is not among its {Count}: "
                        + $"{this}. Make the vocabulary of all the text, or leave the character out."
                );
        return Tensor<long>.Adopt([count], result);
    }

    /// <summary>The text of tokens.</summary>
    /// <exception cref="FunctionalException">A token is not in the vocabulary.</exception>
    public string Decode(params IEnumerable<long> tokens)
    {
        var text = new StringBuilder();
        foreach (var token in tokens)
            text.Append(
                token >= 0 && token < Count
                    ? characters[token]
                    : throw new FunctionalException(
                        $"Vocabulary: token {token} is outside 0 to {Count - 1}. Check the model's output against this vocabulary."));
        return text.ToString();
    }

    /// <summary>The characters in order: a text of which the same vocabulary is made.</summary>
    public override string ToString() => Decode(tokens.Values);
}
