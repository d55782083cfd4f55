using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// A column of numbers. Its feature is the number, moved to the nearer bound where it is outside them, and normalized; 0 (the mean) where
/// it is missing. Where values
/// were missing when the column was fitted, a second feature is 1 for a missing value and 0 for a known one. In raw inputs a number stands
/// for itself and NaN for a missing one.
/// </summary>
/// <param name="Name">The column's name in the table.</param>
/// <param name="Low">The lower bound.</param>
/// <param name="High">The upper bound.</param>
/// <param name="Scale">The mean and the standard deviation of the column within the bounds, each of shape <c>[1]</c>.</param>
/// <param name="MarksMissing">Whether there is the second feature.</param>
public sealed record NumberColumn(string Name, double Low, double High, Normalizer Scale, bool MarksMissing) : TableColumn(Name)
{
    /// <summary>The name and the bounds.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name}: numbers, {Low} to {High}");

    /// <inheritdoc/>
    public override ImmutableArray<string> Features => MarksMissing ? [Name, $"{Name} is missing"] : [Name];

    internal static NumberColumn Of(string name, NumberSummary numbers, bool marksMissing)
    {
        var (low, high, moments) = numbers.WithinFences();
        return new(name, low, high, Normalizer.Of([1], [moments]), marksMissing);
    }

    internal override Func<string, double?> Reader(NumberNotation notation) => cell => cell == "" ? double.NaN : notation.Read(cell);

    internal override Expr Encode(Expr x)
    {
        var known = Equal(x, x);
        var scaled = Select(known, Scale.Apply(Minimum(Maximum(x, Low), High)), ZerosLike(x));
        return MarksMissing ? Concat(1, scaled, (!known).Cast(x.DType)) : scaled;
    }
}
