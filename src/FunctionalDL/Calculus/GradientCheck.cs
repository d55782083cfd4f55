namespace FunctionalDL;

/// <summary>How a gradient is checked.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>The most elements to check of each variable; larger variables are sampled.</summary>
    public int Samples { get; init; } = 20;

    /// <summary>The key the samples are drawn with.</summary>
    public Key Key { get; init; } = Key.Of(0);

    /// <summary>How expressions are evaluated: the reference evaluator, or a compiled function for large models.</summary>
    public Func<IReadOnlyList<Expr>, Func<TensorSet, Tensor[]>> Evaluator { get; init; } = outputs => values => FunctionalDL.Evaluator.Evaluate([.. outputs], values);
}

/// <summary>What a gradient check found.</summary>
/// <param name="WorstError">
/// The largest error of an element, |a − n| / max(|a|, |n|, G/1000, |f|/10⁴, 10⁻⁴), with a the gradient, n the difference quotient, G the largest gradient element
/// and f the function's value: below that, quotients hold rounding alone.
/// </param>
/// <param name="Variable">The variable of the worst element.</param>
/// <param name="Index">Its index in row-major order.</param>
/// <param name="Gradient">The gradient there.</param>
/// <param name="Difference">The difference quotient there.</param>
/// <param name="Checked">The number of elements compared.</param>
/// <param name="Skipped">The number of elements near which the function has a kink, where no derivative can be compared.</param>
public sealed record GradientCheckResult(double WorstError, string Variable, int Index, double Gradient, double Difference, int Checked, int Skipped)
{
    /// <summary>The result in a sentence.</summary>
    public override string ToString() => $"worst error {WorstError:0.0e+0} at {Variable}[{Index}] ({Gradient:0.000000e+0} against {Difference:0.000000e+0}), {Checked} elements checked, {Skipped} skipped at kinks";
}

/// <summary>Compares gradients with finite differences, in float64.</summary>
public static class GradientCheck
{
    const double Step = 1e-4;

    /// <summary>Two quotients of a smooth function, at steps h and h/2, agree this well; across a kink they do not.</summary>
    const double SmoothTo = 1e-5;

    /// <summary>
    /// Compares the gradient of a scalar with central differences of fourth order,
    /// (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h, element by element. The expression is rebuilt in float64 first.
    /// </summary>
    /// <param name="scalar">The function.</param>
    /// <param name="variables">The variables to differentiate with respect to.</param>
    /// <param name="values">The point, and the values of all other variables.</param>
    /// <param name="options">How many elements, and how to evaluate.</param>
    /// <exception cref="FunctionalException">The expression is not a scalar, a value is missing, or nothing could be compared.</exception>
    public static GradientCheckResult Check(Expr scalar, IReadOnlyList<Expr> variables, TensorSet values, GradientCheckOptions? options = null)
    {
        options ??= new();
        var exact = scalar.WithPrecision(DType.Float64);
        Expr[] wrt = [.. variables.Select(v => v.WithPrecision(DType.Float64))];
        var point = values.Map((_, value) => value.DType.IsFloat() ? value.Cast(DType.Float64) : value);
        var f = options.Evaluator([exact]);
        var gradients = options.Evaluator(exact.Gradient(wrt))(point);
        var largest = gradients.Max(g => g.As<double>().Span.ToArray().Select(Math.Abs).DefaultIfEmpty().Max());

        var floor = new[] { largest / 1000, Math.Abs(f(point)[0].ToScalar()) / 1e4, 1e-4 }.Max();
        var (worst, compared, skipped) = (new GradientCheckResult(-1, "", 0, 0, 0, 0, 0), 0, 0);
        foreach (var (v, (variable, gradient)) in wrt.Zip(gradients).Index())
            foreach (var index in Sample(gradient.Count, options.Samples, options.Key.Fold(v)))
            {
                var name = variable.VariableName!;
                double At(double offset) => f(point.With(name, Moved((Tensor<double>)point[name], index, offset)))[0].ToScalar();
                var (a, n, half) = (gradient.GetDouble(index), Quotient(At, Step), Quotient(At, Step / 2));
                var scale = Math.Max(Math.Max(Math.Abs(a), Math.Abs(n)), floor);
                if (Math.Abs(n - half) > SmoothTo * scale || Bend(At, Step / 2) > Math.Max(SmoothTo * scale, 0.75 * Bend(At, Step)))
                {
                    skipped++;
                    continue;
                }
                compared++;
                var error = a == n ? 0 : Math.Abs(a - n) / scale;
                if (!(error <= worst.WorstError)) worst = new(error, name, index, a, n, 0, 0);
            }
        if (compared == 0) throw new FunctionalException($"GradientCheck: none of {skipped} elements could be compared. Check at another point, away from kinks.");
        return worst with { Checked = compared, Skipped = skipped };
    }

    static double Quotient(Func<double, double> f, double h) => (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);

    /// <summary>How much the slope changes across a point: proportional to h where the function is smooth, and the same for every h at a kink.</summary>
    static double Bend(Func<double, double> f, double h) => Math.Abs(f(h) - 2 * f(0) + f(-h)) / h;

    static IEnumerable<int> Sample(int count, int most, Key key) => count <= most ? Enumerable.Range(0, count) : key.Permutation(count).Take(most);

    static Tensor<double> Moved(Tensor<double> x, int index, double offset)
    {
        var moved = x.Span.ToArray();
        moved[index] += offset;
        return Tensor<double>.Adopt(x.Shape, moved);
    }
}
