using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>The names of the layers in a scope: each is another, whatever layers are called.</summary>
sealed record LayerNames(ImmutableDictionary<string, int> Numbers, ImmutableHashSet<string> Taken)
{
    public static LayerNames None { get; } = new(ImmutableDictionary<string, int>.Empty, []);

    /// <summary>With a name as it is.</summary>
    public LayerNames Take(string name) => this with { Taken = Taken.Add(name) };

    /// <summary>
    /// A name with the first number that is free, <c>dense1</c>; one that ends in a digit stands as it is, then <c>body1_2</c>.
    /// </summary>
    public (string Name, LayerNames After) Next(string layer)
    {
        var isNumbered = char.IsAsciiDigit(layer[^1]);
        for (var number = Numbers.GetValueOrDefault(layer) + 1; ; number++)
        {
            var name = isNumbered && number == 1 ? layer : $"{layer}{(isNumbered ? "_" : "")}{number}";
            if (!Taken.Contains(name)) return (name, new(Numbers.SetItem(layer, number), Taken.Add(name)));
        }
    }
}
