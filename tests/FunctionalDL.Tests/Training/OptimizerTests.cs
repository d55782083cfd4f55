using static System.Math;

namespace FunctionalDL.Tests.Training;

/// <summary>Each optimizer against its paper's update, written as plain loops over doubles.</summary>
public class OptimizerTests
{
    const int Steps = 8;

    /// <summary>A rule for one number: (w, g, t, memory) → Δw.</summary>
    public delegate double Rule(double w, double g, int t, double[] memory);

    const double B1 = 0.9, B2 = 0.99, Eps = 1e-8, Rate = 0.1;

    static double Hat1(int t) => 1 - Pow(B1, t);
    static double Hat2(int t) => 1 - Pow(B2, t);

    static void Moments(double g, double[] s) => (s[0], s[1]) = (B1 * s[0] + (1 - B1) * g, B2 * s[1] + (1 - B2) * g * g);

    static void Centered(double g, double[] s) => (s[0], s[1]) = (B1 * s[0] + (1 - B1) * g * g, B1 * s[1] + (1 - B1) * g);

    public static TheoryData<string, Optimizer, Rule> Rules =>
        new()
        {
            { "Sgd", Optimizer.Sgd(Rate), (_, g, _, _) => -Rate * g },
            { "Momentum", Optimizer.Momentum(Rate, 0.8), (_, g, _, s) => -Rate * (s[0] = 0.8 * s[0] + g) },
            {
                "Momentum, nesterov",
                Optimizer.Momentum(Rate, 0.8, nesterov: true),
                (_, g, _, s) => -Rate * (g + 0.8 * (s[0] = 0.8 * s[0] + g))
            },
            {
                "Momentum, dampened",
                Optimizer.Momentum(Rate, 0.8, dampening: 0.3),
                (_, g, t, s) => -Rate * (s[0] = t == 1 ? g : 0.8 * s[0] + 0.7 * g)
            },
            { "AdaGrad", Optimizer.AdaGrad(Rate, Eps), (_, g, _, s) => -Rate * g / (Sqrt(s[0] += g * g) + Eps) },
            {
                "AdaDelta",
                Optimizer.AdaDelta(Rate, B1, 1e-6),
                (_, g, _, s) =>
                {
                    s[0] = B1 * s[0] + (1 - B1) * g * g;
                    var d = g * Sqrt((s[1] + 1e-6) / (s[0] + 1e-6));
                    s[1] = B1 * s[1] + (1 - B1) * d * d;
                    return -Rate * d;
                }
            },
            { "RmsProp", Optimizer.RmsProp(Rate, B1, Eps), (_, g, _, s) => -Rate * g / (Sqrt(s[0] = B1 * s[0] + (1 - B1) * g * g) + Eps) },
            {
                "RmsProp, momentum",
                Optimizer.RmsProp(Rate, B1, Eps, 0.8),
                (_, g, _, s) => -Rate * (s[1] = 0.8 * s[1] + g / (Sqrt(s[0] = B1 * s[0] + (1 - B1) * g * g) + Eps))
            },
            {
                "RmsProp, centered",
                Optimizer.RmsProp(Rate, B1, Eps, centered: true),
                (_, g, _, s) =>
                {
                    Centered(g, s);
                    return -Rate * g / (Sqrt(s[0] - s[1] * s[1]) + Eps);
                }
            },
            {
                "RmsProp, centered with momentum",
                Optimizer.RmsProp(Rate, B1, Eps, 0.8, true),
                (_, g, _, s) =>
                {
                    Centered(g, s);
                    return -Rate * (s[2] = 0.8 * s[2] + g / (Sqrt(s[0] - s[1] * s[1]) + Eps));
                }
            },
            {
                "Adam",
                Optimizer.Adam(Rate, B1, B2, Eps),
                (_, g, t, s) =>
                {
                    Moments(g, s);
                    return -Rate * (s[0] / Hat1(t)) / (Sqrt(s[1] / Hat2(t)) + Eps);
                }
            },
            {
                "AdamW",
                Optimizer.AdamW(Rate, 0.05, B1, B2, Eps),
                (w, g, t, s) =>
                {
                    Moments(g, s);
                    return -Rate * (s[0] / Hat1(t) / (Sqrt(s[1] / Hat2(t)) + Eps) + 0.05 * w);
                }
            },
            {
                "AmsGrad",
                Optimizer.AmsGrad(Rate, B1, B2, Eps),
                (_, g, _, s) =>
                {
                    Moments(g, s);
                    s[2] = Max(s[2], s[1]);
                    return -Rate * s[0] / (Sqrt(s[2]) + Eps);
                }
            },
            {
                "AdaMax",
                Optimizer.AdaMax(Rate, B1, B2, Eps),
                (_, g, t, s) =>
                {
                    s[0] = B1 * s[0] + (1 - B1) * g;
                    s[1] = Max(B2 * s[1], Abs(g));
                    return -Rate / Hat1(t) * s[0] / (s[1] + Eps);
                }
            },
            {
                "NAdam",
                Optimizer.NAdam(Rate, B1, B2, Eps),
                (_, g, t, s) =>
                {
                    Moments(g, s);
                    return -Rate * (B1 * s[0] / Hat1(t + 1) + (1 - B1) * g / Hat1(t)) / (Sqrt(s[1] / Hat2(t)) + Eps);
                }
            },
            {
                "RAdam",
                Optimizer.RAdam(Rate, B1, B2, Eps),
                (_, g, t, s) =>
                {
                    Moments(g, s);
                    var (limit, m) = (2 / (1 - B2) - 1, s[0] / Hat1(t));
                    var rho = limit - 2 * t * Pow(B2, t) / Hat2(t);
                    return rho <= 4
                        ? -Rate * m
                        : -Rate
                            * m
                            * Sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
                            / (Sqrt(s[1] / Hat2(t)) + Eps);
                }
            },
            {
                "Lion",
                Optimizer.Lion(Rate, B1, B2),
                (_, g, _, s) =>
                {
                    var c = B1 * s[0] + (1 - B1) * g;
                    s[0] = B2 * s[0] + (1 - B2) * g;
                    return -Rate * Sign(c);
                }
            },
            {
                "Lamb",
                Optimizer.Lamb(Rate, 0.05, B1, B2, Eps),
                (w, g, t, s) =>
                {
                    Moments(g, s);
                    var r = s[0] / Hat1(t) / (Sqrt(s[1] / Hat2(t)) + Eps) + 0.05 * w;
                    return -Rate * Abs(w) / Abs(r) * r;
                }
            },
            {
                "Adafactor",
                Optimizer.Adafactor(Rate, 1e-30, 1e-3, 1),
                (w, g, t, s) =>
                {
                    var beta = 1 - Pow(t, -0.8);
                    s[0] = beta * s[0] + (1 - beta) * (g * g + 1e-30);
                    var u = g / Sqrt(s[0]);
                    return -Max(1e-3, Abs(w)) * Min(Rate, 1 / Sqrt(t)) * u / Max(1, Abs(u));
                }
            },
            {
                "WeightDecay, paper's AdamW",
                Optimizer.Adam(Rate, B1, B2, Eps) >> Optimizer.WeightDecay(0.05) >> Schedule.Exponential(10, 0.5),
                (w, g, t, s) =>
                {
                    Moments(g, s);
                    return -Pow(0.5, (t - 1) / 10.0) * (Rate * (s[0] / Hat1(t)) / (Sqrt(s[1] / Hat2(t)) + Eps) + 0.05 * w);
                }
            },
            { "WeightDecay, before a solver", Optimizer.WeightDecay(0.05) >> Optimizer.Sgd(Rate), (w, g, _, _) => -Rate * (g + 0.05 * w) },
            {
                "WeightDecay, in a chain of its own",
                Optimizer.Sgd(Rate) >> (Clip.Value(10) >> Optimizer.WeightDecay(0.05)),
                (w, g, _, _) => -Rate * g - 0.05 * w
            },
            { "Sgd, clipped", Clip.Value(0.5) >> Optimizer.Sgd(Rate), (_, g, _, _) => -Rate * Clamp(g, -0.5, 0.5) },
            { "Sgd, norm clipped", Clip.GlobalNorm(0.5) >> Optimizer.Sgd(Rate), (_, g, _, _) => -Rate * g * Min(1, 0.5 / Abs(g)) },
            {
                "Momentum, accumulated",
                Optimizer.Momentum(Rate, 0.8).Accumulate(3),
                (_, g, t, s) =>
                {
                    s[1] += g;
                    if (t % 3 != 0)
                        return 0;
                    s[0] = 0.8 * s[0] + s[1] / 3;
                    s[1] = 0;
                    return -Rate * s[0];
                }
            },
            {
                "Schedule",
                Optimizer.Sgd(Rate) >> Optimizer.Schedule(Schedule.Step(3, 0.5)),
                (_, g, t, _) => -Rate * Pow(0.5, (t - 1) / 3) * g
            },
            { "AverageWeights", Optimizer.Sgd(Rate) >> Optimizer.AverageWeights(), (_, g, _, _) => -Rate * g },
            { "Frozen", Optimizer.Adam().Freeze(name => name == "w"), (_, _, _, _) => 0 },
        };

    static readonly string[] Parts =
    [
        nameof(Optimizer.Schedule),
        nameof(Optimizer.AverageWeights),
        nameof(Optimizer.WeightDecay),
        nameof(Optimizer.Frozen),
    ];

    [Fact]
    public void Every_optimizer_is_here()
    {
        string[] together = [nameof(Optimizer.ByGroup), nameof(Optimizer.ReduceOnPlateau), nameof(Optimizer.PerParameter)];
        Factories.HaveRows<Optimizer>(Rules.Select(row => (string)row[0]), [.. together, nameof(Optimizer.Muon)]);
        Factories.HaveRows<Optimizer>(Solvers.Select(row => (string)row[0]), [.. together, .. Parts]);
    }

    /// <summary>
    /// Three steps in float32, compiled, against the float64 reference, with gradients that are small, large, and 0. Squares of gradients
    /// beyond 10¹⁹ would overflow, in any library.
    /// </summary>
    [Theory]
    [MemberData(nameof(Solvers))]
    public void Float32_agrees_with_float64(string name, Optimizer optimizer, int _)
    {
        float[] g = [0, 1e-38f, -1e-20f, 1e-12f, -1e-7f, 1e-3f, 1, -30, 1e4f, -1e15f];
        var start = Tensor.Of(Shape.Of(2, 5), [0f, 1, -1, 1e-6f, 1e4f, 0.5f, -0.5f, 0, 2, 1e6f]);
        var w = Expr.Variable("w", start.Shape);
        var single = new TrainingStep(Sum(w * Expr.Constant(Tensor.Of(start.Shape, g))), TensorSet.Of(("w", start)), optimizer);
        var wide = Expr.Variable("w", start.Shape, DType.Float64);
        var exact = new TrainingStep(
            Sum(wide * Expr.Constant(Tensor.Of(start.Shape, g)).Cast(DType.Float64)),
            TensorSet.Of(("w", start.Cast(DType.Float64))),
            optimizer);
        var loop = single.Start(TensorSet.Of(("w", start)).With(single.InitialState), new() { Threads = 1 });
        for (var t = 0; t < 3; t++) loop.Step();

        var expected = Run(exact, 3, start.Cast(DType.Float64)).Last()["w"];
        for (var i = 0; i < g.Length; i++)
        {
            var (e, a, from) = (expected.GetDouble(i), loop.State["w"].GetDouble(i), start.GetDouble(i));
            Assert.True(
                Abs(e - a) <= 1e-5 * Max(Abs(e - from), 0.02 * Max(Abs(from), 1e-3)),
                $"{name}, gradient {g[i]}: from {from} to {a}, in float64 {e}");
        }
    }

    /// <summary>L = ½ c (w − 1)² + sin 3w: its gradient depends on w, and changes sign.</summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public void The_updates_are_those_of_the_paper(string name, Optimizer optimizer, Rule rule)
    {
        var w = Expr.Variable("w");
        var losses = Run(new(0.5 * 1.7 * Square(w - 1) + Sin(3 * w), TensorSet.Of(("w", 2.5)), optimizer), Steps).ToArray();

        var (x, memory) = (2.5, new double[4]);
        for (var t = 1; t <= Steps; t++)
        {
            x += rule(x, 1.7 * (x - 1) + 3 * Cos(3 * x), t, memory);
            Assert.True(Abs(x - losses[t - 1]["w"].ToScalar()) < 1e-12, $"{name}: step {t}: {losses[t - 1]["w"].ToScalar()}, by hand {x}");
        }
    }

    static IEnumerable<TensorSet> Run(TrainingStep step, int steps, Tensor? from = null)
    {
        var carried = TensorSet.Of(step.Parameters.Select(p => KeyValuePair.Create(p.Key, from ?? Initial))).With(step.InitialState);
        for (var t = 0; t < steps; t++)
        {
            var values = Evaluator.Evaluate([.. step.Carried.Select(c => c.Value)], carried);
            carried = step.Carried.Zip(values).Aggregate(carried, (set, next) => set.With(next.First.Name, next.Second));
            yield return carried;
        }
    }

    static Tensor Initial => 2.5;

    public static TheoryData<string, Optimizer, int> Solvers => new()
    {
        { "Sgd", Optimizer.Sgd(0.3), 400 },
        { "Momentum", Optimizer.Momentum(0.1), 300 },
        { "Momentum, nesterov", Optimizer.Momentum(0.1, nesterov: true), 300 },
        { "Momentum, dampened", Optimizer.Momentum(0.1, dampening: 0.5), 400 },
        { "AdaGrad", Optimizer.AdaGrad(0.5), 600 },
        { "AdaDelta", Optimizer.AdaDelta(1, 0.9, 1e-4) >> Schedule.Cosine(2000), 2000 },
        { "RmsProp", Optimizer.RmsProp(0.02) >> Schedule.Cosine(1000), 1000 },
        { "RmsProp, momentum", Optimizer.RmsProp(0.01, momentum: 0.5) >> Schedule.Cosine(1000), 1000 },
        { "RmsProp, centered", Optimizer.RmsProp(0.01, centered: true) >> Schedule.Cosine(1000), 1000 },
        { "Adam", Optimizer.Adam(0.05) >> Schedule.Cosine(1000), 1000 },
        { "AdamW", Optimizer.AdamW(0.05, 0) >> Schedule.Cosine(1000), 1000 },
        { "AmsGrad", Optimizer.AmsGrad(0.05), 1500 },
        { "AdaMax", Optimizer.AdaMax(0.05) >> Schedule.Cosine(1000), 1000 },
        { "NAdam", Optimizer.NAdam(0.05) >> Schedule.Cosine(1000), 1000 },
        { "RAdam", Optimizer.RAdam(0.05) >> Schedule.Cosine(1000), 1000 },
        { "Lion", Optimizer.Lion(0.02) >> Schedule.Polynomial(1000), 1000 },
        { "Lamb", Optimizer.Lamb(0.05, 0) >> Schedule.Cosine(1000), 1000 },
        { "Adafactor", Optimizer.Adafactor(0.1) >> Schedule.Cosine(1500), 1500 },
        { "Muon", Optimizer.Muon(0.05) >> Schedule.Polynomial(1000), 1000 },
    };

    /// <summary>y = XW with noise: the closed form is MathNet's.</summary>
    [Theory]
    [MemberData(nameof(Solvers))]
    public void Each_solves_least_squares(string name, Optimizer optimizer, int steps)
    {
        var x = Key.Of(1).Uniform([30, 3], DType.Float64);
        var y = Key.Of(2).Uniform([30, 2], DType.Float64);
        var w = Expr.Variable("w", [3, 2], DType.Float64);
        var step = new TrainingStep(
            Sum(Square(MatMul(Expr.Constant(x), w) - Expr.Constant(y))) / 30,
            TensorSet.Of(("w", Tensor.Full(DType.Float64, [3, 2], 0.1))),
            optimizer);
        var loop = step.Start(TensorSet.Of(("w", Tensor.Full(DType.Float64, [3, 2], 0.1))).With(step.InitialState), new() { Threads = 1 });
        for (var t = 0; t < steps; t++) loop.Step();

        var closed = x.ToMatrix<double>().QR().Solve(y.ToMatrix<double>());
        var worst = Enumerable.Range(0, 6).Max(i => Abs(closed[i / 2, i % 2] - loop.State["w"].GetDouble(i)));
        Assert.True(worst < 2e-3, $"{name}: {worst}");
    }

    /// <summary>
    /// Two steps for a wide and for a tall matrix: the five Newton–Schulz steps with MathNet's matrices. They bring the singular values
    /// near 1 and leave the singular vectors as they are.
    /// </summary>
    [Theory]
    [InlineData(3, 5)]
    [InlineData(5, 3)]
    public void Muons_updates_are_those_of_the_paper(int rows, int columns)
    {
        var g = Key.Of(4).Uniform([rows, columns], DType.Float64);
        var w = Expr.Variable("w", [rows, columns], DType.Float64);
        var start = Tensor.Full(DType.Float64, [rows, columns], 0.5);
        var step = new TrainingStep(Sum(Square(w) * Expr.Constant(g)), TensorSet.Of(("w", start)), Optimizer.Muon(0.1, 0.9));

        var (x, v, factors) = (start.ToMatrix<double>(), start.ToMatrix<double>() * 0, g.ToMatrix<double>());
        foreach (var state in Run(step, 2, start))
        {
            var gradient = 2 * x.PointwiseMultiply(factors);
            v = 0.9 * v + gradient;
            var o = gradient + 0.9 * v;
            o /= o.FrobeniusNorm() + 1e-7;
            for (var i = 0; i < 5; i++)
            {
                // The same polynomial of the singular values, from the other side for a tall matrix.
                var square = o * o.Transpose();
                o = 3.4445 * o - 4.7750 * square * o + 2.0315 * square * square * o;
            }
            Assert.All(o.Svd().S.Take(2), s => Assert.InRange(s, 0.5, 1.3));
            x -= 0.1 * Sqrt(Max(1.0, columns / (double)rows)) * o;
            Assert.True((x - state["w"].ToMatrix<double>()).FrobeniusNorm() < 1e-12);
        }
    }

    [Fact]
    public void Adafactor_keeps_rows_and_columns_of_a_matrix()
    {
        var (w, g) = (Expr.Variable("w", [2, 3], DType.Float64), new[,] { { 1.0, -2, 3 }, { 0.5, 0.1, -0.7 } });
        var at = Tensor.Full(DType.Float64, [2, 3], 0.5);
        var step = new TrainingStep(Sum(w * Expr.Constant(g)), TensorSet.Of(("w", at)), Optimizer.Adafactor(0.01));
        var update = step.Parameters["w"].Evaluate(step.InitialState.With("w", at)).As<double>();

        var (row, column) = (new double[2], new double[3]);
        for (var i = 0; i < 2; i++)
            for (var j = 0; j < 3; j++) (row[i], column[j]) = (row[i] + g[i, j] * g[i, j], column[j] + g[i, j] * g[i, j]);
        double U(int i, int j) => g[i, j] / Sqrt(row[i] * column[j] / row.Sum());
        var rms = Sqrt(Enumerable.Range(0, 6).Average(k => Pow(U(k / 3, k % 3), 2)));
        for (var i = 0; i < 2; i++)
            for (var j = 0; j < 3; j++)
                Assert.Equal(0.5 - 0.5 * 0.01 * U(i, j) / Max(1, rms), update[i, j], 1e-14);
        Assert.Equal(
            new[] { "[2]", "[3]" },
            step.InitialState.Where((name, _) => name.EndsWith(".w", StringComparison.Ordinal)).Values.Select(t => t.Shape.ToString()));
    }

    [Fact]
    public void The_global_norm_is_that_of_all_gradients_together()
    {
        var (a, b) = (Expr.Variable("a"), Expr.Variable("b"));
        var step = new TrainingStep(3 * a + 4 * b, TensorSet.Of(("a", 0.0), ("b", 0.0)), Clip.GlobalNorm(1) >> Optimizer.Sgd(1));
        var values = Evaluator.Evaluate([.. step.Parameters.Values], step.InitialState.With("a", 0.0).With("b", 0.0));

        Assert.Equal([-0.6, -0.8], values.Select(v => v.ToScalar()), (x, y) => Abs(x - y) < 1e-15);
    }

    [Fact]
    public void Groups_have_their_own_learning_rates_and_the_others_are_frozen()
    {
        var (a, b, c) = (Expr.Variable("a"), Expr.Variable("b"), Expr.Variable("c"));
        var optimizer = Optimizer.ByGroup(((name, _) => name == "a", Optimizer.Sgd(0.1)), ((name, _) => name == "b", Optimizer.Adam(0.01)));
        var start = TensorSet.Of(("a", 1.0), ("b", 1.0), ("c", 1.0));
        var step = new TrainingStep(2 * a + 2 * b + 2 * c, start, optimizer);
        var values = Evaluator.Evaluate([.. step.Parameters.Values], start.With(step.InitialState));

        Assert.Equal([0.8, 0.99, 1], values.Select(v => v.ToScalar()), (x, y) => Abs(x - y) < 1e-9);
    }

    [Fact]
    public void Freezing_nothing_is_an_error() => Assert.Contains("Their names are w", Assert.Throws<FunctionalException>(() =>
        Optimizer.Adam().Freeze(name => name.StartsWith("encoder")).InitialState(TensorSet.Of(("w", 1.0)))).Message);

    [Fact]
    public void A_plateau_reduces_the_updates()
    {
        var w = Expr.Variable("w");
        var sizes = Run(
                new(
                    w - StopGradient(w),
                    TensorSet.Of(("w", 2.5)),
                    Optimizer.Sgd(1) >> Optimizer.ReduceOnPlateau(window: 2, factor: 0.5, patience: 1)),
                12)
            .Select(state => state["w"].ToScalar())
            .Prepend(2.5)
            .ToArray();

        // The loss is 0 throughout: the first window is the best, the third of those that follow is one too many.
        Assert.Equal([1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25], sizes.Zip(sizes.Skip(1), (x, y) => x - y));
    }

    /// <summary>With the loss level, every window after the first is one too many; the two after a reduction do not count.</summary>
    [Fact]
    public void A_plateau_cools_down_after_a_reduction()
    {
        var w = Expr.Variable("w");
        var sizes = Run(
                new(
                    w - StopGradient(w),
                    TensorSet.Of(("w", 2.5)),
                    Optimizer.Sgd(1) >> Optimizer.ReduceOnPlateau(window: 1, factor: 0.5, patience: 0, cooldown: 2)),
                8)
            .Select(state => state["w"].ToScalar())
            .Prepend(2.5)
            .ToArray();

        Assert.Equal([1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125], sizes.Zip(sizes.Skip(1), (x, y) => x - y));
    }

    [Theory]
    [InlineData("β₁ 1 is not", "adam")]
    [InlineData("dampening 0.5 is not 0, as Nesterov", "nesterov")]
    [InlineData("dampening 2 is not from 0 to 1", "dampening")]
    [InlineData("momentum 1 is not", "rmsprop")]
    [InlineData("cool-down -1 is not", "cooldown")]
    [InlineData("have no first and last", "one cycle")]
    [InlineData("0 is below 1", "milestone")]
    [InlineData("0 is below 1", "cycle")]
    [InlineData("0 is below 1", "then")]
    [InlineData("ε -1 is not", "epsilon")]
    [InlineData("limit 0 is not", "clip")]
    [InlineData("weight decay NaN is not", "decay")]
    [InlineData("steps 0 is not", "accumulate")]
    [InlineData("limit Infinity is not", "infinite clip")]
    [InlineData("0 is below 1", "schedule")]
    [InlineData("-1 is not a number, 0 or more", "schedule factor")]
    [InlineData("NaN is not a number, 0 or more", "schedule constant")]
    public void Settings_out_of_range_are_named(string message, string which) =>
        Assert.Contains(
            message,
            Assert
                .Throws<FunctionalException>(() =>
                    which switch
                    {
                        "adam" => Optimizer.Adam(beta1: 1),
                        "nesterov" => Optimizer.Momentum(1, nesterov: true, dampening: 0.5),
                        "dampening" => Optimizer.Momentum(1, dampening: 2),
                        "rmsprop" => Optimizer.RmsProp(momentum: 1),
                        "cooldown" => Optimizer.ReduceOnPlateau(1, cooldown: -1),
                        "one cycle" => Schedule.OneCycle(1),
                        "milestone" => Schedule.MultiStep([3, 0]),
                        "cycle" => Schedule.Cyclic(0),
                        "then" => Schedule.WarmUp(2).Then(Schedule.Cosine(5), after: 0),
                        "epsilon" => Optimizer.Adam(epsilon: -1),
                        "clip" => Clip.GlobalNorm(0),
                        "infinite clip" => Clip.GlobalNorm(double.PositiveInfinity),
                        "schedule factor" => Schedule.Exponential(10, -1),
                        "schedule constant" => Schedule.Constant(double.NaN),
                        "decay" => Optimizer.WeightDecay(double.NaN),
                        "accumulate" => Optimizer.Sgd(1).Accumulate(0),
                        _ => Schedule.Cosine(0),
                    })
                .Message);
}
