using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>The actual sizes of symbolic dimensions, such as <c>batch = 64</c>. Immutable.</summary>
public sealed class Sizes : IEquatable<Sizes>
{
    readonly ImmutableSortedDictionary<string, int> sizes;

    Sizes(ImmutableSortedDictionary<string, int> sizes) => this.sizes = sizes;

    /// <summary>No sizes.</summary>
    public static Sizes None { get; } = new(ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal));

    /// <summary>All of them, by symbol.</summary>
    internal IReadOnlyDictionary<string, int> Known => sizes;

    /// <summary>The size of a symbol.</summary>
    /// <exception cref="ShapeException">The symbol has no size.</exception>
    public int this[string symbol] => sizes.TryGetValue(symbol, out var size)
        ? size
        : throw new ShapeException($"Sizes: dimension \"{symbol}\" has no size. Give a value to an input whose shape names it.");

    /// <summary>Whether a symbol has a size.</summary>
    public bool Contains(string symbol) => sizes.ContainsKey(symbol);

    /// <summary>These sizes and one more.</summary>
    /// <exception cref="ShapeException">The symbol already has another size, or the size is negative.</exception>
    public Sizes With(string symbol, int size)
    {
        if (size < 0)
            throw new ShapeException($"Sizes: \"{symbol}\" cannot be {size}. Sizes are 0 or more.");
        if (!sizes.TryGetValue(symbol, out var known))
            return new(sizes.Add(symbol, size));
        return known == size
            ? this
            : throw new ShapeException(
                $"Sizes: dimension \"{symbol}\" is {known} in one input and {size} in another. Give both the same size.");
    }

    /// <summary>These sizes with another for a symbol.</summary>
    internal Sizes Replace(string symbol, int size) => new(sizes.SetItem(symbol, size));

    /// <summary>
    /// These sizes and those that follow from a value of shape <paramref name="actual"/> for one declared as <paramref name="declared"/>.
    /// </summary>
    /// <exception cref="ShapeException">The value does not fit the declared shape.</exception>
    public Sizes Match(string name, Shape declared, Shape actual)
    {
        if (declared.Rank != actual.Rank)
            throw new ShapeException(
                $"Input \"{name}\": declared {declared} (rank {declared.Rank}), given {actual} (rank {actual.Rank}). Reshape the value.");
        var result = this;
        for (var i = 0; i < declared.Rank; i++)
        {
            if (declared[i].Name is { } symbol) result = result.With(symbol, actual[i].Size);
            else if (declared[i].IsKnown && declared[i] != actual[i])
                throw new ShapeException(
                    $"Input \"{name}\": declared {declared}, given {actual}: dimension {i} should be {declared[i]}. Reshape or slice the "
                        + "value."
                );
        }
        return result;
    }

    /// <inheritdoc/>
    public bool Equals(Sizes? other) => other is not null && sizes.SequenceEqual(other.sizes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Sizes);

    /// <inheritdoc/>
    public override int GetHashCode() => sizes.Aggregate(0, (hash, pair) => HashCode.Combine(hash, pair.Key, pair.Value));

    /// <summary>The sizes as text, such as <c>batch = 64</c>.</summary>
    public override string ToString() => sizes.IsEmpty ? "no sizes" : string.Join(", ", sizes.Select(s => $"{s.Key} = {s.Value}"));
}
