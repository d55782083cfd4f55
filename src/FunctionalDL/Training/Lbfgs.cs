namespace FunctionalDL;

/// <summary>
/// L-BFGS (Liu, Nocedal 1989) for functions of all data at once: d = −H g with H built from the last changes of w and g, and a step along
/// d that satisfies the strong Wolfe conditions (Nocedal, Wright 2006, algorithms 7.4, 3.5 and 3.6), shortened as far as the function's
/// scale needs. It takes several gradients a step and so is a loop of its own, not an <see cref="Optimizer"/>.
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

    /// <summary>
    /// The share of the first gradient's largest element that is as good as zero too: for functions far from the size of 1.
    /// </summary>
    public double RelativeTolerance { get; init; }

    /// <summary>
    /// The share of the function's value that a step has to lower it by, or the search is over; 0 for as long as it can be lowered at
    /// all.
    /// </summary>
    public double ValueTolerance { get; init; }

    /// <summary>Told of each step, with the step's number and the function's value.</summary>
    public Action<int, double>? Progress { get; init; }

    /// <summary>Stops before the next step.</summary>
    public CancellationToken Cancellation { get; init; }

    const double SufficientDecrease = 1e-4, Curvature = 0.9;

    /// <summary>Parameters that make a function small.</summary>
    /// <param name="function">A scalar.</param>
    /// <param name="parameters">The variables to move, and where they begin.</param>
    /// <param name="others">The values of the function's other variables.</param>
    /// <exception cref="FunctionalException">
    /// The function or its gradient is not finite where it begins, or a setting is out of range.
    /// </exception>
    public LbfgsResult Minimize(Expr function, TensorSet parameters, TensorSet? others = null)
    {
        if (Memory < 1 || Iterations < 1)
            throw new FunctionalException($"Lbfgs: memory {Memory}, {Iterations} iterations. Give 1 or more of each.");
        if (!(Tolerance >= 0 && RelativeTolerance >= 0 && ValueTolerance >= 0))
            throw new FunctionalException(
                FormattableString.Invariant(
                    $"Lbfgs: tolerances {Tolerance}, {RelativeTolerance} and {ValueTolerance}. Give numbers, 0 or more."));
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
        if (!double.IsFinite(at.Value))
            throw new FunctionalException(
                FormattableString.Invariant($"Lbfgs: the function is {at.Value} where it begins. Begin elsewhere, or scale the data."));
        if (!at.IsFinite)
            throw new FunctionalException("Lbfgs: the gradient is not finite where it begins. Begin elsewhere, or scale the data.");
        var enough = Math.Max(Tolerance, RelativeTolerance * Largest(at.Gradient));
        var changes = new List<(double[] W, double[] G)>();
        var steps = 0;
        var stop = Before(at, steps, enough);
        while (stop is null)
        {
            var search = new LbfgsLineSearch(w => Packed(Unpacked(w, parameters).Values), At, at, Direction(at.Gradient, changes));
            if (search.Run(first: 1, function.DType == DType.Float64 ? 1e-15 : 1e-6) is not { } next)
            {
                // Downhill by the gradient alone, before it is given up.
                if (changes.Count == 0) stop = search.IsFinite ? LbfgsStop.NoLowerPoint : LbfgsStop.NotFinite;
                changes.Clear();
                continue;
            }
            var change = (Difference(next.W, at.W), Difference(next.Gradient, at.Gradient));
            if (Dot(change.Item1, change.Item2) > 0)
                changes.Add(change);
            if (changes.Count > Memory)
                changes.RemoveAt(0);
            if (ValueTolerance > 0 && at.Value - next.Value < ValueTolerance * Math.Max(Math.Abs(at.Value), Math.Abs(next.Value)))
                stop = LbfgsStop.Value;
            at = next;
            steps++;
            Progress?.Invoke(steps, at.Value);
            stop ??= Before(at, steps, enough);
        }
        return new(Unpacked(at.W, parameters), at.Value, Largest(at.Gradient), steps, evaluations, stop.Value);
    }

    /// <summary>Why there is no further step, or null.</summary>
    LbfgsStop? Before(Point at, int steps, double enough)
    {
        if (Largest(at.Gradient) <= enough) return LbfgsStop.Gradient;
        if (Cancellation.IsCancellationRequested) return LbfgsStop.Cancelled;
        return steps == Iterations ? LbfgsStop.Iterations : null;
    }

    /// <summary>The function at a place.</summary>
    internal sealed record Point(double[] W, double Value, double[] Gradient)
    {
        public bool IsFinite { get; } = double.IsFinite(Value) && Array.TrueForAll(Gradient, double.IsFinite);
    }

    /// <summary>−H g by the two-loop recursion; while nothing is known of H, −g/‖g‖.</summary>
    static double[] Direction(double[] gradient, List<(double[] W, double[] G)> changes)
    {
        if (changes.Count == 0) return Along(new double[gradient.Length], -1 / Norm(gradient), gradient);
        double[] q = [.. gradient.Select(g => -g)];
        var alphas = new double[changes.Count];
        for (var i = changes.Count - 1; i >= 0; i--)
        {
            var (s, y) = changes[i];
            alphas[i] = Dot(s, q) / Dot(s, y);
            q = Along(q, -alphas[i], y);
        }
        var (lastS, lastY) = changes[^1];
        q = Along(new double[q.Length], Dot(lastS, lastY) / Dot(lastY, lastY), q);
        foreach (var (i, (s, y)) in changes.Index()) q = Along(q, alphas[i] - Dot(y, q) / Dot(s, y), s);
        return q;
    }

    static double[] Packed(IEnumerable<Tensor> tensors) => [.. tensors.SelectMany(t => t.Cast(DType.Float64).ToArray<double>())];

    static TensorSet Unpacked(double[] w, TensorSet like)
    {
        var at = 0;
        return like.Map((_, value) => Tensor.Of(value.Shape, w.AsSpan((at += value.Count) - value.Count, value.Count)).Cast(value.DType));
    }

    internal static double[] Along(double[] w, double step, double[] direction)
    {
        var moved = new double[w.Length];
        for (var i = 0; i < moved.Length; i++) moved[i] = w[i] + step * direction[i];
        return moved;
    }

    static double[] Difference(double[] a, double[] b) => Along(a, -1, b);

    internal static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    /// <summary>‖a‖, without squares that overflow.</summary>
    static double Norm(double[] a)
    {
        var largest = Largest(a);
        return largest == 0 ? 0 : largest * Math.Sqrt(a.Sum(x => x / largest * (x / largest)));
    }

    static double Largest(double[] a) => a.Select(Math.Abs).DefaultIfEmpty().Max();
}
