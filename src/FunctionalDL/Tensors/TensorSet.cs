using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace FunctionalDL;

/// <summary>
/// An ordered, named, immutable set of tensors: a model's parameters, an optimizer's state, or the values of an
/// expression's variables.
/// </summary>
public sealed class TensorSet : IReadOnlyDictionary<string, Tensor>
{
    readonly ImmutableList<string> names;
    readonly ImmutableDictionary<string, Tensor> tensors;

    TensorSet(ImmutableList<string> names, ImmutableDictionary<string, Tensor> tensors) => (this.names, this.tensors) = (names, tensors);

    /// <summary>No tensors.</summary>
    public static TensorSet Empty { get; } = new([], ImmutableDictionary.Create<string, Tensor>(StringComparer.Ordinal));

    /// <summary>A set of the given tensors in their order.</summary>
    /// <exception cref="TensorException">A name stands twice.</exception>
    public static TensorSet Of(params (string Name, Tensor Value)[] tensors) =>
        Of(tensors.Select(t => KeyValuePair.Create(t.Name, t.Value)));

    /// <summary>A set of the given tensors in their order.</summary>
    /// <exception cref="TensorException">A name stands twice.</exception>
    public static TensorSet Of(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var names = ImmutableList.CreateBuilder<string>();
        var map = Empty.tensors.ToBuilder();
        foreach (var (name, value) in tensors)
        {
            if (!map.TryAdd(name, value)) throw new TensorException($"TensorSet: \"{name}\" is given twice. Rename one.");
            names.Add(name);
        }
        return new(names.ToImmutable(), map.ToImmutable());
    }

    /// <summary>The names in order.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The number of tensors.</summary>
    public int Count => names.Count;

    /// <summary>The number of elements of all tensors together.</summary>
    public long Elements => tensors.Values.Sum(t => (long)t.Count);

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="TensorException">There is none of that name.</exception>
    public Tensor this[string name] =>
        tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new TensorException(
                $"TensorSet: there is no \"{name}\". "
                    + $"{(names.IsEmpty ? "The set is empty." : $"There are: {string.Join(", ", names.Take(20))}.")}"
            );

    /// <summary>This set with a tensor added at the end, or replaced where it stands.</summary>
    public TensorSet With(string name, Tensor value) =>
        new(tensors.ContainsKey(name) ? names : names.Add(name), tensors.SetItem(name, value));

    /// <summary>This set with those of another added, or replaced where they stand.</summary>
    public TensorSet With(TensorSet others) =>
        new(names.AddRange(others.names.Where(name => !tensors.ContainsKey(name))), tensors.SetItems(others.tensors));

    /// <summary>The set with each tensor mapped, in the same order.</summary>
    public TensorSet Map(Func<string, Tensor, Tensor> f) => Of(this.Select(t => KeyValuePair.Create(t.Key, f(t.Key, t.Value))));

    /// <summary>The tensors for which a condition holds, in the same order.</summary>
    public TensorSet Where(Func<string, Tensor, bool> condition) => Of(this.Where(t => condition(t.Key, t.Value)));

    /// <inheritdoc/>
    public IEnumerable<string> Keys => names;

    /// <inheritdoc/>
    public IEnumerable<Tensor> Values => names.Select(n => tensors[n]);

    /// <inheritdoc/>
    public bool ContainsKey(string key) => tensors.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Tensor value) => tensors.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() =>
        names.Select(n => KeyValuePair.Create(n, tensors[n])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether both sets have the same names in the same order and the same bits.</summary>
    public bool BitEquals(TensorSet other) => names.SequenceEqual(other.names) && names.All(n => tensors[n].BitEquals(other[n]));

    /// <summary>Names and shapes of the first tensors.</summary>
    public override string ToString()
    {
        const int shown = 12;
        var list = string.Join(", ", this.Take(shown).Select(t => $"{t.Key}: {t.Value.Describe()}"));
        return $"{{ {list}{(Count > shown ? ", …" : "")} }}";
    }
}
