namespace FunctionalDL;

/// <summary>
/// What an output of a run is, in a few numbers: enough to see from the file alone whether a runtime still computes what was proven.
/// </summary>
/// <param name="Name">The output's name.</param>
/// <param name="Type">Its dtype and shape, such as <c>float32[2, 10]</c>.</param>
/// <param name="Sum">The sum of its finite elements.</param>
/// <param name="Magnitude">The sum of their absolute values.</param>
/// <param name="First">Its first elements in row-major order.</param>
public sealed record OutputProbe(string Name, string Type, double Sum, double Magnitude, IReadOnlyList<double> First)
{
    const int Kept = 8;

    /// <summary>The type and the sum.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name}: {Type}, sum {Sum:R}");

    internal static OutputProbe Of(string name, string type, double[] elements)
    {
        var (sum, magnitude) = (0.0, 0.0);
        foreach (var x in elements)
        {
            if (!double.IsFinite(x)) continue;
            sum += x;
            magnitude += Math.Abs(x);
        }
        return new(name, type, sum, magnitude, elements[..Math.Min(elements.Length, Kept)]);
    }

    /// <summary>
    /// How far another's numbers are from these: those of elements relative to max(1, |a|), those of sums to max(1, Σ|a|); infinite where
    /// types differ.
    /// </summary>
    internal double DistanceTo(OutputProbe other)
    {
        if (Type != other.Type || First.Count != other.First.Count) return double.PositiveInfinity;
        var elements = First.Zip(other.First, Comparison.Distance);
        var sum = Math.Abs(Sum - other.Sum) / Math.Max(1, Magnitude);
        var worst = elements.Append(sum).Aggregate(0.0, (a, b) => double.IsNaN(b) ? double.PositiveInfinity : Math.Max(a, b));
        return worst;
    }
}
