namespace FunctionalDL.Tests.Expressions;

/// <summary>Connectionist temporal classification against all sequences of steps there are.</summary>
public class CtcTests
{
    const double Inf = double.PositiveInfinity;

    static readonly Expr Logits = Expr.Variable("z", ["n", "time", 3], DType.Float64),
        Labels = Expr.Variable("labels", ["n", "s"], DType.Int64),
        Steps = Expr.Variable("steps", ["n"], DType.Int64);

    /// <summary>What a sequence of steps reads as.</summary>
    static string Read(int[] path, int blank) =>
        string.Concat(path.Where((c, t) => c != blank && (t == 0 || path[t - 1] != c)));

    static IEnumerable<int[]> Paths(int time) => Enumerable.Range(0, (int)Math.Pow(3, time))
        .Select(i => Enumerable.Range(0, time).Select(t => i / (int)Math.Pow(3, t) % 3).ToArray());

    static double Expected(double[] z, int time, long[] labels, int blank)
    {
        double[][] p = [.. z.Chunk(3).Select(row => row.Select(v => Math.Exp(v) / row.Sum(Math.Exp)).ToArray())];
        var wanted = string.Concat(labels.TakeWhile(l => l >= 0));
        double Probability(int[] path) => path.Select((c, t) => p[t][c]).Aggregate(1.0, (a, b) => a * b);
        return -Math.Log(Paths(time).Where(path => Read(path, blank) == wanted).Sum(Probability));
    }

    static Tensor Values(int seed, params Dim[] shape) => Derivatives.Random(Key.Of(seed), Shape.Of(shape));

    static readonly long[][] Rows = [[1, 2, -1], [1, 1, -1], [2, -1, -1], [-1, -1, -1], [1, 2, 1], [2, 2, 2]];

    static long[] Renamed(long[] row, int blank) => [.. row.Select(l => l > 0 && l <= blank ? l - 1 : l)];

    /// <summary>Where no sequence reads as the labels, the loss is infinite and has no part in the gradient.</summary>
    [Theory]
    [InlineData(5, 0), InlineData(4, 1), InlineData(3, 2), InlineData(1, 0)]
    public void It_is_the_sum_over_all_sequences(int time, int blank)
    {
        long[][] rows = [.. Rows.Select(row => Renamed(row, blank))];
        var z = (3 * Expr.Constant(Values(time, 6, time, 3))).Evaluate();
        var at = TensorSet.Of(("z", z), ("labels", Tensor.Of(Shape.Of(6, 3), [.. rows.SelectMany(row => row)])));
        var losses = CtcLoss(LogSoftmax(Logits), Labels, blank: blank);
        double[] expected = [.. rows.Zip(z.ToArray<double>().Chunk(3 * time), (row, logits) => Expected(logits, time, row, blank))];
        var actual = losses.Evaluate(at).ToArray<double>();
        static bool Close(double a, double b) => a.Equals(b) || Math.Abs(a - b) < 1e-12 * Math.Max(1, a);
        Assert.Equal(expected, actual, Close);
        Assert.Equal(actual, losses.Compile().Run(at)[0].ToArray<double>(), Close);

        var gradient = Sum(losses).Gradient(Logits).Evaluate(at).ToArray<double>();
        Assert.All(gradient, g => Assert.True(double.IsFinite(g)));
        foreach (var (loss, slopes) in expected.Zip(gradient.Chunk(3 * time)))
            Assert.Equal(double.IsInfinity(loss), slopes.All(g => g == 0));
    }

    [Fact]
    public void Derivatives_agree()
    {
        var labels = Expr.Constant(Tensor.Of(Shape.Of(3, 2), [1L, 2, 2, 2, 1, -1]));
        var z = Expr.Variable("z", [3, 5, 3], DType.Float64);
        Derivatives.Agree(CtcLoss(LogSoftmax(z), labels), TensorSet.Of(("z", Values(1, 3, 5, 3))));
    }

    /// <summary>Steps after those that there are change nothing, and have no gradient.</summary>
    [Fact]
    public void Sequences_end_where_they_end()
    {
        var at = TensorSet.Of(
            ("z", Values(2, 3, 6, 3)),
            ("labels", Tensor.Of(Shape.Of(3, 2), [1L, 2, 2, -1, 1, 1])),
            ("steps", Tensor.Vector(4L, 1, 6)));
        var losses = CtcLoss(LogSoftmax(Logits), Labels, Steps);
        var (all, z) = (losses.Evaluate(at).ToArray<double>(), at["z"].ToArray<double>());
        Assert.Equal(Expected(z[..12], 4, [1, 2], 0), all[0], 1e-12);
        Assert.Equal(Expected(z[18..21], 1, [2], 0), all[1], 1e-12);
        Assert.Equal(Expected(z[36..54], 6, [1, 1], 0), all[2], 1e-12);
        var gradient = Sum(losses).Gradient(Logits).Evaluate(at).ToArray<double>();
        Assert.All(gradient[12..18].Concat(gradient[21..36]), g => Assert.Equal(0, g));
        Assert.Equal(all, losses.Compile().Run(at)[0].ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    /// <summary>Logits of ±1000 in float32: the right reading is certain, another costs what it does.</summary>
    [Fact]
    public void Large_logits_are_no_danger()
    {
        var z = Expr.Variable("z", [2, 2, 2]);
        var losses = CtcLoss(LogSoftmax(z), Expr.Constant(Tensor.Of(Shape.Of(2, 1), [1L, -1])));
        var values = Tensor.Of(Shape.Of(2, 2, 2), [-1000f, 1000, 1000, -1000, -1000, 1000, 1000, -1000]);
        var results = Compilation.Compile([losses, Sum(losses).Gradient(z)]).Run(("z", values));
        Assert.Equal([0f, 2000], results[0].ToArray<float>());
        Assert.Equal([0f, 0, 0, 0, -1, 1, 0, 0], results[1].ToArray<float>());
    }

    /// <summary>A class of probability 0, and one with all of it.</summary>
    [Fact]
    public void Impossible_steps_have_no_part()
    {
        var at = TensorSet.Of(
            ("z", Tensor.Of(Shape.Of(1, 2, 3), [-Inf, 0, 0, 0, 0, -Inf])),
            ("labels", Tensor.Of(Shape.Of(1, 1), [1L])));
        var loss = CtcLoss(LogSoftmax(Logits), Labels);
        Assert.Equal(-Math.Log(0.5), loss.Evaluate(at).ToArray<double>()[0], 1e-15);
        Assert.All(Sum(loss).Gradient(Logits).Evaluate(at).ToArray<double>(), g => Assert.True(double.IsFinite(g)));
    }

    [Theory]
    [InlineData(0, 1L), InlineData(-1, 1L), InlineData(3, 1L), InlineData(1, 0L)]
    public void Labels_that_are_none_are_refused(long first, long second) =>
        Assert.Throws<TensorException>(() => CtcLoss(LogSoftmax(Logits), Labels)
            .Evaluate(("z", Values(1, 1, 4, 3)), ("labels", Tensor.Of(Shape.Of(1, 2), [first, second]))));

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        static void Fails(string part, Func<Expr> build) => Assert.Contains(part, Assert.Throws<ShapeException>(build).Message);
        Fails("Pad shorter rows", () => CtcLoss(Logits, Expr.Variable("labels", ["n"], DType.Int64)));
        Fails("Pad shorter rows", () => CtcLoss(Logits, Expr.Variable("labels", ["n", 2])));
        Fails("blank 3 is none of 3 classes", () => CtcLoss(Logits, Labels, blank: 3));
        Fails("an integer for each", () => CtcLoss(Logits, Labels, Expr.Variable("steps", ["n"])));
    }
}
