namespace FunctionalDL;

/// <summary>
/// Steps beside a point, in levels: each is a quarter of the one before. Level 0 is where a function that changes on the scale of
/// max(|x|, 1) has its best quotients, about ε^(1/5) of that; below are steps for functions that change on a smaller scale, above for
/// values with more rounding.
/// </summary>
/// <param name="X">The point, the scale of which the steps follow.</param>
readonly record struct Steps(double X)
{
    public const double Factor = 4;

    // Not a round number: it is in step with no period of a function that was written down.
    const double First = 1.0471e-3;
    const double Least = 1e-9;
    const int MostLevels = 30;

    /// <summary>The largest number a point of this size is compared with.</summary>
    public double Scale => Math.Max(Math.Abs(X), 1);

    /// <summary>The coarsest level, whose step is about a quarter of the scale.</summary>
    public static int Coarsest => -4;

    /// <summary>The finest level: the steps follow a small x down, and are never so small that x could not hold them.</summary>
    public int Finest => Math.Min(MostLevels, (int)Math.Ceiling(Math.Log(At(0) / (Least * (X == 0 ? Least : Math.Abs(X))), Factor)));

    /// <summary>The step of a level.</summary>
    public double At(int level) => First * Scale * Math.Pow(Factor, -level);
}
