namespace FunctionalDL;

/// <summary>
/// L-BFGS (Liu, Nocedal 1989) for functions of all data at once: d = −H g with H built from the last changes of w and g, and a step along d that satisfies the
/// strong Wolfe conditions (Nocedal, Wright 2006, algorithms 7.4, 3.5 and 3.6). It takes several gradients a step and so is a loop of its own, not an <see cref="Optimizer"/>.
/// </summary>
public sealed record Lbfgs
{
    /// <summary>The settings.</summary>
    public override string ToString() => FormattableString.Invariant($"l-bfgs({Memory}, {Iterations}, {Tolerance})");

    /// <summary>The number of changes H is built from.</summary>
    public int Memory { get; init; } = 10;

    /// <summary>The most steps.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>The largest element of a gradient that is as good as zero.</summary>
    public double Tolerance { get; init; } = 1e-8;

    /// <summary>Told of each step, with the step's number and the function's value.</summary>
    public Action<int, double>? Progress { get; init; }

    /// <summary>Stops before the next step.</summary>
    public CancellationToken Cancellation { get; init; }

    const double SufficientDecrease = 1e-4, Curvature = 0.9;
    const int MostTrials = 30;

    /// <summary>Parameters that make a function small.</summary>
    /// <param name="function">A scalar.</param>
    /// <param name="parameters">The variables to move, and where they begin.</param>
    /// <param name="others">The values of the function's other variables.</param>
    /// <exception cref="FunctionalException">The function is not a finite scalar where it begins, or a setting is below 1.</exception>
    public LbfgsResult Minimize(Expr function, TensorSet parameters, TensorSet? others = null)
    {
        if (Memory < 1 || Iterations < 1) throw new FunctionalException($"Lbfgs: memory {Memory}, {Iterations} iterations. Give 1 or more of each.");
        Expr[] variables = [.. parameters.Select(p => Expr.Variable(p.Key, p.Value.Shape, p.Value.DType))];
        var compiled = Compilation.Compile([function, .. function.Gradient(variables)]);
        var evaluations = 0;

        Point At(double[] w)
        {
            evaluations++;
            var results = compiled.Run((others ?? TensorSet.Empty).With(Unpacked(w, parameters)));
            return new(w, results[0].ToScalar(), Packed(results.Skip(1)));
        }

        var at = At(Packed(parameters.Values));
        if (!double.IsFinite(at.Value)) throw new FunctionalException(FormattableString.Invariant($"Lbfgs: the function is {at.Value} where it begins. Begin elsewhere, or scale the data."));
        var changes = new List<(double[] W, double[] G)>();
        var steps = 0;
        for (; steps < Iterations && Largest(at.Gradient) > Tolerance && !Cancellation.IsCancellationRequested; steps++)
        {
            var direction = Direction(at.Gradient, changes);
            if (LineSearch(At, at, direction, changes.Count == 0 ? Math.Min(1, 1 / Norm(at.Gradient)) : 1) is not { } next)
            {
                if (changes.Count == 0) break;
                changes.Clear();
                continue;
            }
            var change = (Difference(next.W, at.W), Difference(next.Gradient, at.Gradient));
            if (Dot(change.Item1, change.Item2) > 0) changes.Add(change);
            if (changes.Count > Memory) changes.RemoveAt(0);
            at = next;
            Progress?.Invoke(steps + 1, at.Value);
        }
        return new(Unpacked(at.W, parameters), at.Value, Largest(at.Gradient), steps, evaluations);
    }

    sealed record Point(double[] W, double Value, double[] Gradient);

    /// <summary>−H g by the two-loop recursion.</summary>
    static double[] Direction(double[] gradient, List<(double[] W, double[] G)> changes)
    {
        double[] q = [.. gradient.Select(g => -g)];
        var alphas = new double[changes.Count];
        for (var i = changes.Count - 1; i >= 0; i--)
        {
            var (s, y) = changes[i];
            alphas[i] = Dot(s, q) / Dot(s, y);
            q = Along(q, -alphas[i], y);
        }
        if (changes is [.., var (lastS, lastY)]) q = Along(new double[q.Length], Dot(lastS, lastY) / Dot(lastY, lastY), q);
        foreach (var (i, (s, y)) in changes.Index()) q = Along(q, alphas[i] - Dot(y, q) / Dot(s, y), s);
        return q;
    }

    /// <summary>A point along a direction that satisfies the strong Wolfe conditions, or, where rounding leaves none to be found, the lowest one met; null where none is lower.</summary>
    static Point? LineSearch(Func<double[], Point> f, Point start, double[] direction, double first)
    {
        var slope = Dot(start.Gradient, direction);
        if (!(slope < 0)) return null;
        var lowest = start;
        (double Step, Point Point) low = (0, start), high = (double.PositiveInfinity, start);
        var step = first;
        for (var trial = 0; trial < MostTrials; trial++)
        {
            var point = f(Along(start.W, step, direction));
            if (point.Value < lowest.Value) lowest = point;
            var here = Dot(point.Gradient, direction);
            var isHigh = !(point.Value <= start.Value + SufficientDecrease * step * slope) || (low.Step > 0 && point.Value >= low.Point.Value);
            if (!isHigh && Math.Abs(here) <= -Curvature * slope) return point;
            // The bracket: its low end satisfies sufficient decrease, and the slope there points to the other end.
            if (isHigh) high = (step, point);
            else
            {
                if (here * ((double.IsInfinity(high.Step) ? step + 1 : high.Step) - step) >= 0) high = low;
                low = (step, point);
            }
            step = double.IsInfinity(high.Step) ? 2 * step : Between(low, high, direction);
        }
        return ReferenceEquals(lowest, start) ? null : lowest;
    }

    /// <summary>The lowest point of the parabola through both values and the low end's slope, kept away from the ends.</summary>
    static double Between((double Step, Point Point) low, (double Step, Point Point) high, double[] direction)
    {
        var width = high.Step - low.Step;
        var slope = Dot(low.Point.Gradient, direction);
        var share = -slope * width / (2 * (high.Point.Value - low.Point.Value - slope * width));
        return low.Step + width * (share is > 0.1 and < 0.9 ? share : 0.5);
    }

    static double[] Packed(IEnumerable<Tensor> tensors) => [.. tensors.SelectMany(t => t.Cast(DType.Float64).ToArray<double>())];

    static TensorSet Unpacked(double[] w, TensorSet like)
    {
        var at = 0;
        return like.Map((_, value) => Tensor.Of(value.Shape, w.AsSpan((at += value.Count) - value.Count, value.Count)).Cast(value.DType));
    }

    static double[] Along(double[] w, double step, double[] direction)
    {
        var moved = new double[w.Length];
        for (var i = 0; i < moved.Length; i++) moved[i] = w[i] + step * direction[i];
        return moved;
    }

    static double[] Difference(double[] a, double[] b) => Along(a, -1, b);

    static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    static double Norm(double[] a) => Math.Sqrt(Dot(a, a));

    static double Largest(double[] a) => a.Select(Math.Abs).DefaultIfEmpty().Max();
}

/// <summary>What <see cref="Lbfgs"/> came to.</summary>
/// <param name="Parameters">Where it ended.</param>
/// <param name="Value">The function's value there.</param>
/// <param name="LargestGradient">The largest element of the gradient there, without its sign.</param>
/// <param name="Iterations">The steps it took.</param>
/// <param name="Evaluations">The values and gradients it took.</param>
public sealed record LbfgsResult(TensorSet Parameters, double Value, double LargestGradient, int Iterations, int Evaluations)
{
    /// <summary>The value, the largest element of the gradient, and what it took.</summary>
    public override string ToString() => FormattableString.Invariant($"{Value:G6} with a gradient of {LargestGradient:G3} at most, after {Iterations} iterations and {Evaluations} evaluations");
}
