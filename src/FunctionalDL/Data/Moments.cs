namespace FunctionalDL;

/// <summary>The number of values, their mean, and the sum of their squared deviations from it. Those of two sets give those of both (Chan,
/// Golub, LeVeque 1979).</summary>
readonly record struct Moments(long Count, double Mean, double Squares)
{
    /// <summary>The standard deviation; 1 where all values are equal, or there are none.</summary>
    public double Deviation => Squares > 0 ? Math.Sqrt(Squares / Count) : 1;

    public static Moments operator +(Moments x, Moments y)
    {
        if (x.Count == 0 || y.Count == 0) return x.Count == 0 ? y : x;
        var (count, between) = (x.Count + y.Count, y.Mean - x.Mean);
        var share = y.Count / (double)count;
        return new(count, x.Mean + between * share, x.Squares + y.Squares + between * between * share * x.Count);
    }
}
