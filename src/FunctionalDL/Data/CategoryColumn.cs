using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// A column of texts of which there are few different ones. There is a feature for each, 1 in the rows that have it and 0 elsewhere; a text that is not among them
/// is 0 in all. In raw inputs a text's index among them stands for it, −1 for any other.
/// </summary>
/// <param name="Name">The column's name in the table.</param>
/// <param name="Categories">The texts; "" is among them where values were missing when the column was fitted.</param>
public sealed record CategoryColumn(string Name, ImmutableArray<string> Categories) : TableColumn(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Features => [.. Categories.Select(category => category == "" ? $"{Name} is missing" : $"{Name} = {category}")];

    internal override Func<string, float?> Reader()
    {
        var index = Categories.Index().ToDictionary(c => c.Item, c => (float)c.Index);
        return cell => index.GetValueOrDefault(cell, -1);
    }

    internal override Expr Encode(Expr x) => Equal(x, Range(Categories.Length, x.DType)).Cast(x.DType);
}
