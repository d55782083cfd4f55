namespace FunctionalDL;

/// <summary>What a comparison found, and the values that OnnxRuntime's agree with.</summary>
readonly record struct Compared(OutputAgreement Agreement, Difference? Difference, double[] Agreed);

/// <summary>The first element that is farther from both references than allowed, counted in row-major order.</summary>
readonly record struct Difference(int Index, double Exact, double Own, double Theirs);

/// <summary>
/// What OnnxRuntime computed against the references. An element agrees where |a − b| / max(1, |a|) is at most the tolerance for a the
/// value of the expression in float64, or else for a its value in its own precision; whole numbers and truth values where they are equal
/// to one of the two.
/// </summary>
static class Comparison
{
    /// <param name="name">The output's name.</param>
    /// <param name="exact">Its value in float64.</param>
    /// <param name="own">Its value in its own precision, computed only where it is needed.</param>
    /// <param name="theirs">Its value in OnnxRuntime.</param>
    /// <param name="tolerance">The largest difference allowed.</param>
    public static Compared Of(
        string name, Tensor exact, Func<Tensor> own, Tensor theirs, double tolerance) => theirs.DType.IsFloat()
            ? OfFloats(name, Wide(exact), () => Wide(own()), Wide(theirs), Math.Max(tolerance, theirs.DType.Epsilon()))
            : OfWholes(name, Whole(exact), () => Whole(own()), Whole(theirs));

    static double[] Wide(Tensor tensor) => tensor.Cast(DType.Float64).ToArray<double>();

    static long[] Whole(Tensor tensor) => tensor.Cast(DType.Int64).ToArray<long>();

    static Compared OfFloats(string name, double[] exact, Func<double[]> own, double[] theirs, double tolerance)
    {
        var (ours, worst, nans, rounded) = (default(double[]), 0.0, 0L, 0L);
        for (var i = 0; i < theirs.Length; i++)
        {
            var difference = Distance(exact[i], theirs[i]);
            if (!(difference <= tolerance))
            {
                ours ??= own();
                difference = Distance(ours[i], theirs[i]);
                if (!(difference <= tolerance)) return new(Agreement(), new(i, exact[i], ours[i], theirs[i]), exact);
                exact[i] = ours[i];
                rounded++;
            }
            worst = Math.Max(worst, difference);
            if (double.IsNaN(exact[i])) nans++;
        }
        return new(Agreement(), null, exact);

        OutputAgreement Agreement() => new(name, theirs.Length, worst) { BothNaN = nans, DecidedByRounding = rounded };
    }

    /// <summary>Relative to max(1, |a|); 0 between equal infinities and between NaNs, NaN where only one is a number.</summary>
    public static double Distance(double a, double b) => a.Equals(b) ? 0 : Math.Abs(a - b) / Math.Max(1, Math.Abs(a));

    /// <summary>Every digit counts.</summary>
    static Compared OfWholes(string name, long[] exact, Func<long[]> own, long[] theirs)
    {
        var (ours, rounded) = (default(long[]), 0L);
        for (var i = 0; i < theirs.Length; i++)
        {
            if (theirs[i] == exact[i]) continue;
            ours ??= own();
            if (theirs[i] != ours[i]) return new(Agreement(), new(i, exact[i], ours[i], theirs[i]), []);
            rounded++;
        }
        return new(Agreement(), null, Array.ConvertAll(theirs, x => (double)x));

        OutputAgreement Agreement() => new(name, theirs.Length, 0) { DecidedByRounding = rounded };
    }
}
