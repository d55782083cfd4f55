namespace FunctionalDL;

/// <summary>Makes a <see cref="GradientProof"/>.</summary>
static class DirectionalCheck
{
    const double MostWork = 1e12;

    /// <summary>Directions of more elements would take gigabytes.</summary>
    const long MostMoved = 25_000_000;

    const int Levels = 10;
    const double Coarsest = 0.1, Factor = 4;

    static readonly double Epsilon = Math.BitIncrement(1.0) - 1;

    /// <summary>The check of some outputs at a point.</summary>
    /// <param name="outputs">The expressions.</param>
    /// <param name="point">The values of all their variables.</param>
    /// <param name="sizes">The sizes of the named dimensions there.</param>
    /// <param name="key">What the direction and the weights are drawn with.</param>
    public static GradientProof Of(IReadOnlyList<Expr> outputs, TensorSet point, Sizes sizes, Key key)
    {
        Expr[] floats = [.. outputs.Where(y => y.DType.IsFloat())];
        Expr[] all = [.. Graph.Variables(floats).Where(v => v.DType.IsFloat())];
        if (all.Length == 0) return Cannot("no output is a number that depends on one.");
        if (3 * (Levels + 2) * Work.Of(floats, sizes) > MostWork) return Cannot("it would have taken too long.");
        try
        {
            return Compare(Graph.WithPrecision(floats, DType.Float64), Chosen(all, point, key), all, point, sizes, key);
        }
        catch (FunctionalException e)
        {
            return Cannot(e.Message);
        }
    }

    static GradientProof Cannot(string reason) => new(GradientVerdict.CannotBeCompared, reason);

    /// <summary>Variables in a random order, as many as there is room for.</summary>
    static HashSet<string> Chosen(Expr[] all, TensorSet point, Key key)
    {
        var (chosen, moved) = (new HashSet<string>(), 0L);
        foreach (var name in key.Permutation(all.Length).Select(i => all[i].VariableName!))
        {
            if (moved + point[name].Count > MostMoved) continue;
            moved += point[name].Count;
            chosen.Add(name);
        }
        return chosen;
    }

    static GradientProof Compare(Expr[] outputs, HashSet<string> chosen, Expr[] all, TensorSet point, Sizes sizes, Key key)
    {
        var prefix = "weight";
        while (all.Any(v => v.VariableName!.StartsWith(prefix, StringComparison.Ordinal))
            || point.Names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal))) prefix += "_";
        Expr[] wrt = [.. Graph.Variables(outputs).Where(v => chosen.Contains(v.VariableName!))];
        Expr[] along = [.. wrt.Select((v, i) => Expr.Variable($"{prefix}.direction{i}", v.Shape, DType.Float64))];
        Expr[] weights = [.. outputs.Select((y, i) => Expr.Variable($"{prefix}{i}", y.Shape, DType.Float64))];
        var step = Expr.Variable($"{prefix}.step");

        var elements = all.Sum(v => (long)point[v.VariableName!].Count);
        var moved = wrt.Sum(v => (long)point[v.VariableName!].Count);
        var scale = 1 / Math.Sqrt(moved);
        var values = point.Map((_, value) => value.DType.IsFloat() ? value.Cast(DType.Float64) : value);
        foreach (var (i, d) in along.Index()) values = values.With(d.VariableName!, Drawn(d, key.Fold(2 * i), scale));
        foreach (var (i, c) in weights.Index()) values = values.With(c.VariableName!, Drawn(c, key.Fold(2 * i + 1), 1));
        Tensor Drawn(Expr v, Key own, double by) =>
            own.Uniform(v.Shape.Resolve(sizes), DType.Float64).As<double>().Map(u => by * (2 * u - 1));

        var sum = outputs.Zip(weights, (y, c) => Functions.Sum(y * c)).Aggregate((a, b) => a + b);
        var moving = sum.Substitute([.. wrt.Zip(along, (v, d) => (v.VariableName!, v + step * d))]);
        Expr[] shares = [.. sum.Gradient(wrt).Zip(along, (g, d) => g * d)];
        Expr Total(Func<Expr, Expr> of) => shares.Select(s => Functions.Sum(of(s))).Aggregate((a, b) => a + b);
        var symbolic = Computed([Total(s => s), Total(Functions.Abs), sum.Jvp(wrt, along)], sizes)(values);
        var (reverse, size, forward) = (symbolic[0].ToScalar(), symbolic[1].ToScalar(), symbolic[2].ToScalar());
        var at = Computed([moving], sizes);
        var (differences, error) = Extrapolated(h => at(values.With(step.VariableName!, h))[0].ToScalar());

        var proof = new GradientProof(GradientVerdict.Agrees, moved < elements ? "A part of the parameters moved, for want of room." : "")
        {
            Reverse = reverse,
            Forward = forward,
            Differences = differences,
            Error = Relative(reverse - differences, Math.Max(Math.Abs(reverse), Math.Abs(differences))),
            IdentityError = Relative(reverse - forward, size),
            Moved = moved,
            Elements = elements,
        };
        return Judged(proof, error);
    }

    static double Relative(double difference, double to) => difference == 0 ? 0 : Math.Abs(difference) / to;

    /// <param name="proof">The numbers.</param>
    /// <param name="error">How far the difference quotient may be from the derivative.</param>
    static GradientProof Judged(GradientProof proof, double error)
    {
        if (!double.IsFinite(proof.Reverse + proof.Forward + proof.Differences))
            return proof with { Verdict = GradientVerdict.CannotBeCompared, Reason = "the derivative is no finite number here." };
        if (!(proof.IdentityError <= GradientProof.IdentityTolerance))
            return proof with { Verdict = GradientVerdict.Disagrees, Reason = "Both modes are the same sum." };
        if (proof.Error <= GradientProof.Tolerance) return proof;
        if (error > GradientProof.Tolerance * Math.Max(Math.Abs(proof.Reverse), Math.Abs(proof.Differences)))
            return proof with
            {
                Verdict = GradientVerdict.CannotBeCompared,
                Reason = FormattableString.Invariant($"difference quotients are exact to no more than {error:0.0e+0} here."),
            };
        return proof with
        {
            Verdict = GradientVerdict.Disagrees,
            Reason = "A gradient that was chosen, such as StopGradient, is not the derivative.",
        };
    }

    static Func<TensorSet, Tensor[]> Computed(Expr[] outputs, Sizes sizes)
    {
        if (Work.Of(outputs, sizes) <= Reference.MostEvaluated) return values => Evaluator.Evaluate(outputs, values);
        var compiled = Compilation.Compile(outputs);
        return values => compiled.Run(values);
    }

    /// <summary>The derivative at 0: quotients at falling steps, of which two make one of a higher order, and the most exact.</summary>
    static (double Value, double Error) Extrapolated(Func<double, double> f)
    {
        var best = (Value: double.NaN, Error: double.PositiveInfinity);
        var last = double.NaN;
        for (var level = 0; level < Levels; level++)
        {
            var h = Coarsest * Math.Pow(Factor, -level);
            var (above, below) = (f(h), f(-h));
            var quotient = (above - below) / (2 * h);
            var value = quotient + (quotient - last) / (Factor * Factor - 1);
            var error = Math.Abs(value - quotient) + 4 * Epsilon * Math.Max(Math.Abs(above), Math.Abs(below)) / h;
            if (error < best.Error) best = (value, error);
            last = quotient;
        }
        return best;
    }
}
