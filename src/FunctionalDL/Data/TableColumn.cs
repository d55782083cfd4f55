using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>A column of a table and the features a model is given of it.</summary>
/// <param name="Name">The column's name in the table.</param>
public abstract record TableColumn(string Name)
{
    /// <summary>The names of the features.</summary>
    public abstract ImmutableArray<string> Features { get; }

    /// <summary>From a cell to the number that stands for it in raw inputs; null for a cell that has no place in this column.</summary>
    internal abstract Func<string, float?> Reader();

    /// <summary>The features of raw inputs: <c>[batch, 1] → [batch, features]</c>.</summary>
    internal abstract Expr Encode(Expr x);
}

/// <summary>
/// A column of numbers. Its feature is the number normalized, 0 (the mean) where it is missing; where values were missing when it was fitted, a second feature
/// is 1 for a missing value and 0 for a known one. In raw inputs a number stands for itself and NaN for a missing one.
/// </summary>
/// <param name="Name">The column's name in the table.</param>
/// <param name="Scale">The mean and the standard deviation of the column, each of shape <c>[1]</c>.</param>
/// <param name="MarksMissing">Whether there is the second feature.</param>
public sealed record NumberColumn(string Name, Normalizer Scale, bool MarksMissing) : TableColumn(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Features => MarksMissing ? [Name, $"{Name} is missing"] : [Name];

    internal override Func<string, float?> Reader() => cell => cell == "" ? float.NaN : CsvTable.Number(cell);

    internal override Expr Encode(Expr x)
    {
        var known = Equal(x, x);
        var scaled = Select(known, Scale.Apply(x), ZerosLike(x));
        return MarksMissing ? Concat(1, scaled, (!known).Cast(x.DType)) : scaled;
    }
}

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
