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
/// <param name="Skipped">The number of elements that take the function across a kink or another place where it is not differentiable, so that nothing can be compared.</param>
public sealed record GradientCheckResult(double WorstError, string Variable, int Index, double Gradient, double Difference, int Checked, int Skipped)
{
    /// <summary>The nodes whose kinks elements were skipped for.</summary>
    public IReadOnlyList<Expr> Kinks { get; init; } = [];

    /// <summary>The result in a sentence.</summary>
    public override string ToString() => FormattableString.Invariant($"worst error {WorstError:0.0e+0} at {Variable}[{Index}] ({Gradient:0.000000e+0} against {Difference:0.000000e+0}), {Checked} elements checked, {Skipped} skipped at kinks");
}

/// <summary>Compares gradients with finite differences, in float64.</summary>
public static class GradientCheck
{
    const double Step = 1e-4;

    /// <summary>
    /// Compares the gradient of a scalar with central differences of fourth order,
    /// (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h, element by element. The expression is rebuilt in float64 first.
    /// An element is skipped where, between x − 2h and x + 2h, a node's input that moves with it comes to a place where the node is not differentiable
    /// (<see cref="Differentiability"/>).
    /// </summary>
    /// <param name="scalar">The function.</param>
    /// <param name="variables">The variables to differentiate with respect to.</param>
    /// <param name="values">The point, and the values of all other variables.</param>
    /// <param name="options">How many elements, and how to evaluate.</param>
    /// <exception cref="FunctionalException">The expression is not a scalar, a value is missing, or nothing could be compared.</exception>
    public static GradientCheckResult Check(Expr scalar, IReadOnlyList<Expr> variables, TensorSet values, GradientCheckOptions? options = null)
    {
        options ??= new();
        var point = values.Map((_, value) => value.DType.IsFloat() ? value.Cast(DType.Float64) : value);
        var sizes = Evaluator.Bind(Graph.Variables([scalar, .. variables]), values);
        var exact = scalar.WithPrecision(DType.Float64).ForSizes(sizes);
        Expr[] wrt = [.. variables.Select(v => v.WithPrecision(DType.Float64).ForSizes(sizes))];
        var suspects = Suspects(exact, point);
        Expr[] watched = [.. suspects.SelectMany(node => node.Inputs).Distinct()];
        var f = options.Evaluator([exact, .. watched]);
        var gradients = options.Evaluator(exact.Gradient(wrt))(point);
        var largest = gradients.Max(g => g.As<double>().Span.ToArray().Select(Math.Abs).DefaultIfEmpty().Max());

        var here = f(point);
        var floor = new[] { largest / 1000, Math.Abs(here[0].ToScalar()) / 1e4, 1e-4 }.Max();
        var (worst, compared, skipped, kinks) = (new GradientCheckResult(-1, "", 0, 0, 0, 0, 0), 0, 0, new HashSet<Expr>());
        foreach (var (v, (variable, gradient)) in wrt.Zip(gradients).Index())
            foreach (var index in Sample(gradient.Count, options.Samples, options.Key.Fold(v)))
            {
                var name = variable.VariableName!;
                Tensor[] At(double offset) => f(point.With(name, Moved((Tensor<double>)point[name], index, offset)));
                var (below, above) = (At(-2 * Step), At(2 * Step));
                if (Crossed(suspects, watched, below, here, above) is { } kink)
                {
                    kinks.Add(kink);
                    skipped++;
                    continue;
                }
                compared++;
                var a = gradient.GetDouble(index);
                var n = (8 * (At(Step)[0].ToScalar() - At(-Step)[0].ToScalar()) - (above[0].ToScalar() - below[0].ToScalar())) / (12 * Step);
                var error = a == n ? 0 : Math.Abs(a - n) / Math.Max(Math.Max(Math.Abs(a), Math.Abs(n)), floor);
                if (!(error <= worst.WorstError)) worst = new(error, name, index, a, n, 0, 0);
            }
        if (compared == 0) throw new FunctionalException($"GradientCheck: none of {skipped} elements could be compared. Check at another point, away from kinks.");
        return worst with { Checked = compared, Skipped = skipped, Kinks = [.. kinks] };
    }

    /// <summary>The nodes that are not differentiable somewhere, however far from the point.</summary>
    static Expr[] Suspects(Expr y, TensorSet point) => [.. Differentiability.Check(y, point, double.PositiveInfinity).Select(p => p.Node)];

    /// <summary>A node that is not differentiable somewhere between its inputs' values below, at and above the point; null where there is none.</summary>
    static Expr? Crossed(Expr[] suspects, Expr[] watched, Tensor[] below, Tensor[] here, Tensor[] above)
    {
        var ranges = watched.Select((x, i) => (x, Range(below[i + 1], here[i + 1], above[i + 1]))).ToDictionary();
        return suspects.FirstOrDefault(node => node.Op.NonSmoothAt(node, [.. node.Inputs.Select(x => ranges[x].Middle)], Reach.OfEach([.. node.Inputs.Select(x => ranges[x].Reach)])).Any());
    }

    /// <summary>The middle of three values of each element, and the distance from there to the outer ones.</summary>
    static (Tensor<double> Middle, Tensor<double> Reach) Range(Tensor a, Tensor b, Tensor c)
    {
        var (middle, reach) = (new double[a.Count], new double[a.Count]);
        for (var i = 0; i < middle.Length; i++)
        {
            var (x, y, z) = (a.GetDouble(i), b.GetDouble(i), c.GetDouble(i));
            var (least, most) = (Math.Min(Math.Min(x, y), z), Math.Max(Math.Max(x, y), z));
            (middle[i], reach[i]) = ((least + most) / 2, (most - least) / 2);
        }
        return (Tensor<double>.Adopt(a.Shape, middle), Tensor<double>.Adopt(a.Shape, reach));
    }

    static IEnumerable<int> Sample(int count, int most, Key key) => count <= most ? Enumerable.Range(0, count) : key.Permutation(count).Take(most);

    static Tensor<double> Moved(Tensor<double> x, int index, double offset)
    {
        var moved = x.Span.ToArray();
        moved[index] += offset;
        return Tensor<double>.Adopt(x.Shape, moved);
    }
}
