namespace FunctionalDL.Tests.Training;

/// <summary>What a smooth run does not show of an optimizer: gradients that jump, gradients and weights of 0, other settings.</summary>
public class OptimizerEdgeTests
{
    static readonly Expr W = Expr.Variable("w"), G = Expr.Variable("g"), L = Expr.Variable("l");

    /// <summary>What is carried after each step from w on with the gradients given, whatever w is; the loss is the number l.</summary>
    static IEnumerable<TensorSet> Run(Optimizer optimizer, double w, IEnumerable<(double G, double L)> given)
    {
        var start = TensorSet.Of(("w", w));
        var step = new TrainingStep(L + G * (W - StopGradient(W)), start, optimizer);
        var carried = start.With(step.InitialState);
        foreach (var (g, l) in given)
        {
            var values = Evaluator.Evaluate([.. step.Carried.Select(c => c.Value)], carried.With("g", g).With("l", l));
            carried = step.Carried.Zip(values).Aggregate(carried, (set, next) => set.With(next.First.Name, next.Second));
            yield return carried;
        }
    }

    static double[] Weights(Optimizer optimizer, double w, params double[] gradients) =>
        [.. Run(optimizer, w, gradients.Select(g => (g, 0.0))).Select(s => s["w"].ToScalar())];

    static void Near(double[] expected, double[] actual) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-12 * Math.Max(1, Math.Abs(a)));

    /// <summary>After a gradient of 10 its average m is 0.1, nine tenths of which are less than a tenth of −1.</summary>
    [Fact]
    public void Lion_keeps_its_average_by_its_second_beta() => Near([-0.1, 0, 0.1], Weights(Optimizer.Lion(0.1, 0.9, 0.99), 0, 10, -1, -1));

    [Fact]
    public void Lamb_takes_a_ratio_of_1_where_a_norm_is_0()
    {
        Near([2.5, 2.5], Weights(Optimizer.Lamb(0.1, decay: 0), 2.5, 0, 0));
        Near([-0.1 / (1 + 1e-6)], Weights(Optimizer.Lamb(0.1, decay: 0), 0, 1));
    }

    /// <summary>
    /// At the first step V = g² + ε₁ and U = ±1: cut to a root mean square of d, times max(ε₂, |w|) and min(η, 1).
    /// </summary>
    [Fact]
    public void Adafactor_has_its_two_epsilons_and_its_bound()
    {
        Near([2 - 2 * 0.1 * 0.5], Weights(Optimizer.Adafactor(0.1, clip: 0.5), 2, 3));
        Near([2 - 2 * 0.1], Weights(Optimizer.Adafactor(0.1, clip: 4), 2, 3));
        Near([2, 2], Weights(Optimizer.Adafactor(0.1), 2, 0, 0));
        Near([-1e-3 * 0.1], Weights(Optimizer.Adafactor(0.1), 0, 3));
        Near([-0.25 * 0.1], Weights(Optimizer.Adafactor(0.1, epsilon2: 0.25), 0, 3));
    }

    [Fact]
    public void Averages_are_of_the_weights_after_the_step()
    {
        var run = Run(Optimizer.Sgd(1) >> Optimizer.AverageWeights(0.5), 1, [(1, 0), (1, 0)]).ToArray();
        var name = run[0].Names.Single(n => n.EndsWith(".average.w", StringComparison.Ordinal));
        Near([0.5, -0.25], [.. run.Select(s => s[name].ToScalar())]);
    }

    /// <summary>The rule in plain loops: mean losses of windows, better by a share of the best, waited for and cooled down.</summary>
    static IEnumerable<double> Plateau(double[] losses, int window, int patience, double threshold, int cooldown)
    {
        var (best, scale, waited, cooling) = (double.PositiveInfinity, 1.0, 0, 0);
        for (var t = 1; t <= losses.Length; t++)
        {
            if (t % window == 0)
            {
                var mean = losses[(t - window)..t].Average();
                var isBetter = double.IsPositiveInfinity(best) || mean < best - threshold * Math.Abs(best);
                waited = isBetter || cooling > 0 ? 0 : waited + 1;
                if (isBetter) best = mean;
                if (cooling > 0) cooling--;
                if (waited > patience) (scale, waited, cooling) = (scale / 2, 0, cooldown);
            }
            yield return scale;
        }
    }

    [Theory]
    [InlineData(1, 0, 0, 0)]
    [InlineData(1, 2, 0.1, 0)]
    [InlineData(2, 0, 0, 1)]
    [InlineData(3, 1, 0.05, 2)]
    [InlineData(1, 0, 0.2, 3)]
    public void A_plateau_is_that_of_plain_loops(int window, int patience, double threshold, int cooldown)
    {
        foreach (var (rise, offset) in new[] { (0.0, 1.0), (-0.1, 2), (-0.05, -1), (0.05, -3) })
        {
            double[] noise = Key.Of(window).Uniform([40], DType.Float64).ToArray<double>();
            double[] losses = [.. noise.Select((u, i) => offset + rise * i + 0.5 * u)];
            var optimizer = Optimizer.Sgd(1) >> Optimizer.ReduceOnPlateau(window, 0.5, patience, threshold, cooldown);
            var weights = Run(optimizer, 0, losses.Select(l => (1.0, l))).Select(s => s["w"].ToScalar()).ToArray();
            double[] taken = [.. weights.Select((w, i) => (i == 0 ? 0 : weights[i - 1]) - w)];
            Near([.. Plateau(losses, window, patience, threshold, cooldown)], taken);
        }
    }

    /// <summary>Averages stay the last part of a chain, however they are wrapped.</summary>
    [Fact]
    public void What_holds_averages_is_the_last_part()
    {
        var averaged = Optimizer.Sgd(0.1) >> Optimizer.AverageWeights();
        Optimizer[] all =
        [
            Optimizer.ByGroup(((_, _) => true, averaged)), averaged.Accumulate(2), Clip.Value(1) >> averaged,
            averaged.Freeze(name => name == "w"),
        ];
        foreach (var wrapped in all)
            Assert.Contains("the last part of the chain", Assert.Throws<FunctionalException>(() => wrapped >> Schedule.Cosine(10)).Message);
    }

    /// <summary>A tolerance is a share of the value, and the search does not depend on the function's scale.</summary>
    [Theory]
    [InlineData(1.0 / (1 << 20))]
    [InlineData(1 << 20)]
    public void The_value_tolerance_of_lbfgs_is_relative(double scale)
    {
        var method = new Lbfgs { Tolerance = 0, ValueTolerance = 1e-3 };
        LbfgsResult Minimize(double scale) => method.Minimize(scale * (Square(Square(W)) + Square(W - 2)), TensorSet.Of(("w", -50.0)));
        var (one, other) = (Minimize(1), Minimize(scale));
        Assert.Equal((LbfgsStop.Value, one.Iterations), (other.Stop, other.Iterations));
        Assert.True(one.Iterations > 3, $"{one}");
    }

    /// <summary>Running statistics are those of data, not what makes the loss small.</summary>
    [Fact]
    public void Lbfgs_leaves_statistics_as_they_are()
    {
        var model = Model.Input(DType.Float64, 2).BatchNorm().Dense(1).Initialize(1);
        var data = new Dataset(Key.Of(1).Uniform([20, 2], DType.Float64), Key.Of(2).Uniform([20, 1], DType.Float64));
        var fitted = model.Fit(data, Loss.MeanSquaredError, new Lbfgs { Iterations = 3 });
        foreach (var p in model.ParameterList)
            Assert.True(model.Parameters[p.Name].BitEquals(fitted.Parameters[p.Name]) != p.IsTrainable, p.Name);
    }

    [Fact]
    public void The_relative_tolerance_of_lbfgs_is_of_the_largest_element()
    {
        var x = Expr.Variable("x", [100], DType.Float64);
        var start = TensorSet.Of(("x", Tensor.Full(DType.Float64, [100], 6)));
        var result = new Lbfgs { RelativeTolerance = 0.2 }.Minimize(Sum(Square(x - 1)) / 2, start);
        Assert.Equal(LbfgsStop.Gradient, result.Stop);
        Assert.InRange(result.LargestGradient, 0, 1);
        Assert.True(result.Iterations > 0, $"{result}");
    }
}
