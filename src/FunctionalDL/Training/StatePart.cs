namespace FunctionalDL;

/// <summary>
/// A part of an optimizer's state: that of one of the optimizers it is composed of, or one slot of every parameter. Its values stand in the
/// whole state, and in checkpoints, under the part's name, a dot and their own.
/// </summary>
readonly record struct StatePart(string Name)
{
    /// <summary>That of all optimizers among what a training step carries.</summary>
    public static StatePart Optimizer { get; } = new("optimizer");

    /// <summary>That of the first of two optimizers in a chain.</summary>
    public static StatePart First { get; } = new("first");

    /// <summary>That of the second.</summary>
    public static StatePart Second { get; } = new("then");

    /// <summary>That of an optimizer within another.</summary>
    public static StatePart Inner { get; } = new("inner");

    /// <summary>The gradients added up so far.</summary>
    public static StatePart Sum { get; } = new("sum");

    /// <summary>The averages of the weights.</summary>
    public static StatePart Average { get; } = new("average");

    /// <summary>That of a group of parameters.</summary>
    public static StatePart Group(int number) => new($"group{number}");

    /// <summary>The name in the whole of a name in the part.</summary>
    public string Full(string name) => $"{Name}.{name}";

    /// <summary>Values of the part by their names in the whole.</summary>
    public IEnumerable<KeyValuePair<string, T>> Full<T>(IEnumerable<KeyValuePair<string, T>> part)
    {
        var self = this;
        return part.Select(v => KeyValuePair.Create(self.Full(v.Key), v.Value));
    }

    /// <inheritdoc cref="Full{T}"/>
    public TensorSet Full(TensorSet part) => TensorSet.Of(Full<Tensor>(part));

    /// <summary>Values of the whole that are of the part, by their names there.</summary>
    public OrderedDictionary<string, T> In<T>(IEnumerable<KeyValuePair<string, T>> whole)
    {
        var prefix = Full("");
        return new(whole
            .Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(v => KeyValuePair.Create(v.Key[prefix.Length..], v.Value)));
    }

    /// <inheritdoc cref="In{T}"/>
    public TensorSet In(TensorSet whole) => TensorSet.Of(In<Tensor>(whole));
}
