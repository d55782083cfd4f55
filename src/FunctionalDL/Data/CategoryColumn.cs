using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// A column of texts. There is a feature for each, 1 in the rows that have it and 0 elsewhere; a text that is not among them is 0 in all.
/// An embedded column has a single
/// feature, the text's index among them and −1 for any other, for <see cref="TableEncoder.Embed"/> to make a vector of. In raw inputs too
/// a text's index stands for it, and −1
/// for any other.
/// </summary>
/// <param name="Name">The column's name in the table.</param>
/// <param name="Categories">The texts; "" is among them where values were missing when the column was fitted.</param>
/// <param name="IsEmbedded">Whether its feature is the index.</param>
public sealed record CategoryColumn(string Name, ImmutableArray<string> Categories, bool IsEmbedded = false) : TableColumn(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Features => IsEmbedded ? [$"{Name} (index)"]
        : [.. Categories.Select(category => category == "" ? $"{Name} is missing" : $"{Name} = {category}")];

    internal override Func<string, double?> Reader(NumberNotation notation)
    {
        var index = Categories.Index().ToDictionary(c => c.Item, c => (double)c.Index);
        return cell => index.GetValueOrDefault(cell, -1);
    }

    internal override Expr Encode(Expr x) => IsEmbedded ? x : Equal(x, Range(Categories.Length, x.DType)).Cast(x.DType);

    /// <summary>The vectors of the feature: <c>[batch, 1] → [batch, width]</c>, zeros for a text that is not among the
    /// categories.</summary>
    internal Expr Embed(Expr feature, Expr weight)
    {
        var index = Maximum(feature, 0.0).Cast(DType.Int64);
        return Gather(weight, Functions.Reshape(index, [feature.Shape[0]])) * (feature >= 0).Cast(weight.DType);
    }
}
