using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// A column of numbers. Its feature is the number, moved to the nearer bound where it is outside them, and normalized; 0 (the mean) where it is missing. Where values
/// were missing when the column was fitted, a second feature is 1 for a missing value and 0 for a known one. In raw inputs a number stands for itself and NaN for a missing one.
/// </summary>
/// <param name="Name">The column's name in the table.</param>
/// <param name="Low">The lower bound.</param>
/// <param name="High">The upper bound.</param>
/// <param name="Scale">The mean and the standard deviation of the column within the bounds, each of shape <c>[1]</c>.</param>
/// <param name="MarksMissing">Whether there is the second feature.</param>
public sealed record NumberColumn(string Name, float Low, float High, Normalizer Scale, bool MarksMissing) : TableColumn(Name)
{
    /// <summary>The name and the bounds.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name}: numbers, {Low} to {High}");

    /// <inheritdoc/>
    public override ImmutableArray<string> Features => MarksMissing ? [Name, $"{Name} is missing"] : [Name];

    /// <summary>
    /// The column fitted to values of which NaN are missing. The bounds are Tukey's outer fences, three interquartile ranges beyond the quartiles, so that a number that
    /// lost its decimal point does not drown the others; where the quartiles are equal, they are the smallest and largest value.
    /// </summary>
    internal static NumberColumn Fit(string name, Tensor<float> values)
    {
        float[] known = [.. values.ToArray<float>().Where(value => !float.IsNaN(value)).Order()];
        var (lower, upper) = (known[(known.Length - 1) / 4], known[3 * (known.Length - 1) / 4]);
        var reach = 3 * (upper - lower);
        var (low, high) = reach > 0 ? (lower - reach, upper + reach) : (known[0], known[^1]);
        return new(name, low, high, Normalizer.Fit(values.Map(value => Math.Clamp(value, low, high))), known.Length < values.Count);
    }

    internal override Func<string, float?> Reader() => cell => cell == "" ? float.NaN : Table.Number(cell);

    internal override Expr Encode(Expr x)
    {
        var known = Equal(x, x);
        var scaled = Select(known, Scale.Apply(Minimum(Maximum(x, Low), High)), ZerosLike(x));
        return MarksMissing ? Concat(1, scaled, (!known).Cast(x.DType)) : scaled;
    }
}
