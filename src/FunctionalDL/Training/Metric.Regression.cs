namespace FunctionalDL;

public sealed partial class Metric
{
    /// <summary>The mean of |f − y| over all elements.</summary>
    public static Metric MeanAbsoluteError { get; } = new("mae", (f, y) => Errors("MeanAbsoluteError", f, y).Average(Math.Abs));

    /// <summary>The root of the mean of (f − y)² over all elements.</summary>
    public static Metric RootMeanSquaredError { get; } =
        new("rmse", (f, y) => Math.Sqrt(Errors("RootMeanSquaredError", f, y).Average(e => e * e)));

    /// <summary>
    /// R² = 1 − Σ (f − y)² / Σ (y − ȳ)²: 1 for perfect predictions, 0 for always predicting the mean; not finite where the
    /// targets are all equal.
    /// </summary>
    public static Metric RSquared { get; } = new("r2", (f, y) =>
    {
        var residual = Errors("RSquared", f, y).Sum(e => e * e);
        var mean = Enumerable.Range(0, y.Count).Average(y.GetDouble);
        return 1 - residual / Enumerable.Range(0, y.Count).Sum(i => (y.GetDouble(i) - mean) * (y.GetDouble(i) - mean));
    });

    static IEnumerable<double> Errors(string metric, Tensor f, Tensor y)
    {
        RequireSameShape(metric, f, y);
        return Enumerable.Range(0, f.Count).Select(i => f.GetDouble(i) - y.GetDouble(i));
    }
}
