namespace FunctionalDL;

/// <summary>A function of one variable as a picture.</summary>
public static class FunctionChart
{
    /// <summary>
    /// A scalar function and its derivatives over an interval. Curves are interrupted where the function jumps or has no value, where its
    /// derivatives have none either; where they go to infinity, they leave the picture.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="variable">The variable along the horizontal axis.</param>
    /// <param name="from">The left end.</param>
    /// <param name="to">The right end.</param>
    /// <param name="derivatives">How many derivatives to draw.</param>
    /// <param name="others">The values of the function's other variables.</param>
    /// <exception cref="FunctionalException">The interval is empty, or another variable has no value.</exception>
    public static Chart Plot(this Expr function, Expr variable, double from, double to, int derivatives = 0, TensorSet? others = null)
    {
        if (!(from < to && double.IsFinite(to - from)))
            throw new FunctionalException(
                FormattableString.Invariant($"From {from} to {to} is not an interval. Give two numbers, the lower one first."));
        var chart = Chart.Of(variable.VariableName!, "");
        foreach (var (order, (y, curve)) in Curves(function, variable, from, to, derivatives, others ?? TensorSet.Empty).Index())
        {
            var name = order == 0 ? Short(y) : $"f{new string('′', order)} = {Short(y)}";
            chart = chart.Line(Joined(curve.Pieces), name, width: order == 0 ? 3 : 2);
        }
        return chart;
    }

    /// <summary>A function and its derivatives, each with its curve over the pieces of the one before.</summary>
    internal static IReadOnlyList<(Expr Y, Curve Curve)> Curves(
        Expr y, Expr variable, double from, double to, int derivatives, TensorSet others)
    {
        var curves = new List<(Expr, Curve)>();
        IReadOnlyList<(double, double)> intervals = [(from, to)];
        for (var order = 0; order <= derivatives; order++)
        {
            if (order > 0) y = y.Gradient(variable).Simplify();
            var f = y.Substitute([.. others.Select(v => (v.Key, Expr.Constant(v.Value)))]).ToFunction(variable.VariableName!);
            var curve = new Curve(f, intervals);
            curves.Add((y, curve));
            intervals = curve.Intervals;
        }
        return curves;
    }

    /// <summary>Pieces as one line with gaps.</summary>
    static IEnumerable<(double, double)> Joined(IEnumerable<IReadOnlyList<(double, double)>> pieces) =>
        pieces.SelectMany((piece, i) => i == 0 ? piece : piece.Prepend((double.NaN, double.NaN)));

    static string Short(Expr e) => e.Print() is { Length: <= 60 } text && !text.Contains('\n') ? text : "…";
}
