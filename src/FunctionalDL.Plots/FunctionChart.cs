namespace FunctionalDL;

/// <summary>A function of one variable as a picture.</summary>
public static class FunctionChart
{
    const int Values = 801;

    /// <summary>A scalar function and its derivatives over an interval; their curves are interrupted where they have no finite value.</summary>
    /// <param name="function">The function.</param>
    /// <param name="variable">The variable along the horizontal axis.</param>
    /// <param name="from">The left end.</param>
    /// <param name="to">The right end.</param>
    /// <param name="derivatives">How many derivatives to draw.</param>
    /// <param name="others">The values of the function's other variables.</param>
    /// <exception cref="FunctionalException">The interval is empty, or another variable has no value.</exception>
    public static Chart Plot(this Expr function, Expr variable, double from, double to, int derivatives = 0, TensorSet? others = null)
    {
        if (!(from < to && double.IsFinite(to - from))) throw new FunctionalException(FormattableString.Invariant($"From {from} to {to} is not an interval. Give two numbers, the lower one first."));
        double[] xs = [.. Enumerable.Range(0, Values).Select(i => from + (to - from) * i / (Values - 1))];
        var (y, chart) = (function, Chart.Of(variable.VariableName!, ""));
        for (var order = 0; order <= derivatives; order++)
        {
            if (order > 0) y = y.Gradient(variable).Simplify();
            var f = y.Substitute([.. (others ?? TensorSet.Empty).Select(v => (v.Key, Expr.Constant(v.Value)))]).ToFunction(variable.VariableName!);
            chart = chart.Line(xs.Select(x => (x, f(x))), order == 0 ? Short(y) : $"f{new string('′', order)} = {Short(y)}", width: order == 0 ? 3 : 2);
        }
        return chart;
    }

    static string Short(Expr e) => e.Print() is { Length: <= 60 } text && !text.Contains('\n') ? text : "…";
}
