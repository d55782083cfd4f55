namespace FunctionalDL;

/// <summary>An axis of a <see cref="Chart"/>; a text stands for a linear one with that label.</summary>
/// <param name="Label">What it shows.</param>
/// <param name="IsLogarithmic">Whether equal distances are equal ratios; only numbers above 0 have a place on it.</param>
public sealed record ChartAxis(string Label, bool IsLogarithmic = false)
{
    /// <summary>A linear axis.</summary>
    public static implicit operator ChartAxis(string label) => new(label);

    /// <summary>A logarithmic axis.</summary>
    public static ChartAxis Logarithmic(string label) => new(label, true);

    /// <summary>Where a number is along the axis; NaN where it has no place.</summary>
    internal double Place(double value)
    {
        if (!double.IsFinite(value) || (IsLogarithmic && value <= 0)) return double.NaN;
        return IsLogarithmic ? Math.Log10(value) : value;
    }
}
