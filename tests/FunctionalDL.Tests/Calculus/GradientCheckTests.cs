namespace FunctionalDL.Tests.Calculus;

public class GradientCheckTests
{
    static readonly Expr X = Expr.Variable("x", [5]);
    static readonly TensorSet At = TensorSet.Of(("x", new float[] { -2, -0.5f, 0, 0.5f, 3 }));

    [Fact]
    public void A_right_gradient_passes_to_eight_digits()
    {
        var result = GradientCheck.Check(Sum(Sin(Square(X)) * Tanh(X)), [X], At);

        Assert.InRange(result.WorstError, 0, 1e-8);
        Assert.Equal((5, 0), (result.Checked, result.Skipped));
    }

    /// <summary>The gradient sees x · stop(x) as linear, the function is x².</summary>
    [Fact]
    public void A_wrong_gradient_is_found_and_located()
    {
        var result = GradientCheck.Check(Sum(X * StopGradient(X)), [X], At);

        Assert.InRange(result.WorstError, 0.4, 0.6);
        Assert.Equal("x", result.Variable);
    }

    /// <summary>
    /// An error is relative to the larger number, and at least to a thousandth of the largest gradient: here 1 is taken for the slope 2.
    /// </summary>
    [Theory]
    [InlineData(100, 0.5)]
    [InlineData(1e6, 1e-3)]
    public void An_error_is_relative(double largest, double expected)
    {
        var (a, b) = (Expr.Variable("a"), Expr.Variable("b"));
        var result = GradientCheck.Check(largest * a + b * StopGradient(b), [a, b], TensorSet.Of(("a", 1.0), ("b", 1.0)));
        Assert.Equal(expected, result.WorstError, expected * 1e-3);
        Assert.Contains("at b[0] (1.000000e+0 against 2.000000e+0), 2 elements checked, 0 skipped", result.ToString());
    }

    /// <summary>Of many elements some are looked at: others for another key, and of another variable.</summary>
    [Fact]
    public void Elements_are_drawn_from_all_there_are()
    {
        Expr[] x = [Expr.Variable("x", [500]), Expr.Variable("y", [500])];
        var at = TensorSet.Of(x.Select(v => KeyValuePair.Create(v.VariableName!, Tensor.Zeros(DType.Float32, [500]))));
        int[][] Moved(long key)
        {
            SortedSet<int>[] moved = [[], []];
            Func<TensorSet, Tensor[]> Watching(IReadOnlyList<Expr> outputs) => values =>
            {
                for (var v = 0; v < x.Length; v++)
                    moved[v].UnionWith(Enumerable.Range(0, 500).Where(i => values[x[v].VariableName!].GetDouble(i) != 0));
                return Evaluator.Evaluate([.. outputs], values);
            };
            GradientCheck.Check(Sum(Sin(x[0]) + Cos(x[1])), x, at, new() { Samples = 10, Key = Key.Of(key), Evaluator = Watching });
            return [.. moved.Select(set => set.ToArray())];
        }
        var (first, again, other) = (Moved(1), Moved(1), Moved(2));
        Assert.All(first, set => Assert.Equal(10, set.Length));
        Assert.All(first, set => Assert.InRange(set[^1], 250, 499));
        Assert.Equal(first, again);
        Assert.NotEqual(first[0], other[0]);
        Assert.NotEqual(first[0], first[1]);
    }

    [Fact]
    public void Kinks_are_skipped_and_counted()
    {
        var result = GradientCheck.Check(Sum(Relu(X) + Abs(X)), [X], At);

        Assert.Equal((4, 1), (result.Checked, result.Skipped));
        Assert.InRange(result.WorstError, 0, 1e-8);
    }

    /// <summary>
    /// A kink is skipped for what moves across it alone, and is named; one so near that no step is smaller counts too, and none farther
    /// away.
    /// </summary>
    [Fact]
    public void What_is_skipped_is_said()
    {
        var y = Expr.Variable("y", []);
        var near = Relu(y - 1.0 / (1 << 17)) + Relu(y - 1.0 / (1L << 50));
        var result = GradientCheck.Check(Sum(Abs(X)) + Sum(Square(X)) * y + near, [X, y], At.With("y", 0f));

        Assert.Equal((4, 2), (result.Checked, result.Skipped));
        Assert.Equal(["abs(x)", "max(y − 8.881784197001252e−16, 0)"], result.Kinks.Select(k => k.Print().Split('\n')[^1]).Order());
    }

    /// <summary>The steps of a loop have kinks of their own.</summary>
    [Fact]
    public void Kinks_inside_loops_are_skipped()
    {
        var x = Expr.Variable("x", [4, 1], DType.Float64);
        var loop = Scan([Expr.Constant(Tensor.Of([1], [0.5]))], [x], (h, e) => [Relu(h[0] + e[0])]);
        var result = GradientCheck.Check(Sum(loop.Steps[0]), [x], TensorSet.Of(("x", Tensor.Of([4, 1], [1.0, -1.5, 2, 3]))));

        // The second step ends at 0 just so: neither the first nor the second element can be moved.
        Assert.Equal((2, 2), (result.Checked, result.Skipped));
        Assert.InRange(result.WorstError, 0, 1e-8);
    }

    [Fact]
    public void A_function_with_kinks_alone_cannot_be_compared()
    {
        var result = GradientCheck.Check(Sum(Abs(X)), [X], TensorSet.Of(("x", new float[5])));
        Assert.Equal((GradientVerdict.CannotBeCompared, 0, 5), (result.Verdict, result.Checked, result.Skipped));
        Assert.Equal(double.NaN, result.WorstError);
        Assert.Contains("the slope is -1 from below and 1 from above", result.ToString());
    }

    /// <summary>Steps follow the scale of the point and of the function.</summary>
    [Theory]
    [InlineData("−ln(x)", 0.001)]
    [InlineData("−ln(x)", 1e-9)]
    [InlineData("1/x", 0.004)]
    [InlineData("1/x", 1e-5)]
    [InlineData("sqrt(x)", 0.001)]
    [InlineData("sin(x²)", 1000)]
    [InlineData("sin(1000·x)", 0)]
    [InlineData("tanh(1000·x)", 0.0001)]
    [InlineData("sin(x)", 1e5)]
    [InlineData("ln(x)", 1e10)]
    [InlineData("1/x", 1e6)]
    [InlineData("sin(x)", Math.PI / 2)]
    [InlineData("cos(x)", 0)]
    [InlineData("exp(x)", -30)]
    [InlineData("exp(x)", 30)]
    [InlineData("x⁵", 1e4)]
    [InlineData("(x − 1)²·(x + 1)", 1)]
    [InlineData("1000000 + x²", 1)]
    [InlineData("1000000 + x²", 1e-4)]
    [InlineData("1e−10·sin(x)", 1)]
    [InlineData("erf(3·x)", 2)]
    [InlineData("1/(x − 1)", 1.00001)]
    public void A_right_gradient_agrees_at_every_scale(string text, double x) =>
        Assert.Equal(GradientVerdict.Agrees, Of(Expr.Parse(text), x).Verdict);

    /// <summary>
    /// A gradient that is wrong by one part in ten thousand is found at every scale, also where it is small beside the function.
    /// </summary>
    [Theory]
    [InlineData("−ln(x)", 0.001)]
    [InlineData("1/x", 0.004)]
    [InlineData("sqrt(x)", 0.001)]
    [InlineData("sin(x²)", 1000)]
    [InlineData("exp(x)", -30)]
    [InlineData("x⁵", 1e4)]
    [InlineData("1e−10·sin(x)", 1)]
    [InlineData("1000000 + x²", 1)]
    [InlineData("ln(x)", 1e10)]
    public void A_gradient_slightly_wrong_disagrees_at_every_scale(string text, double x)
    {
        // The gradient sees the part behind StopGradient as constant.
        var y = Expr.Parse(text);
        var result = Of(0.9999 * y + 0.0001 * StopGradient(y), x);
        Assert.Equal(GradientVerdict.Disagrees, result.Verdict);
        Assert.InRange(result.WorstError, 0.9e-4, 1.1e-4);
    }

    [Theory]
    [InlineData("abs(x)²")]
    [InlineData("relu(x)²")]
    [InlineData("cos(abs(x))")]
    [InlineData("x·abs(x)")]
    [InlineData("select(x > 0, sin(x), x)")]
    [InlineData("select(x > −1, x, abs(x))")]
    public void A_smooth_point_is_no_kink(string text)
    {
        var result = Of(Expr.Parse(text), 0);
        Assert.Equal((GradientVerdict.Agrees, 1), (result.Verdict, result.Checked));
    }

    /// <summary>Two branches that meet with the slope 1, of which the gradient takes the 0 of min(x, 0).</summary>
    [Fact]
    public void A_wrong_slope_at_a_smooth_point_disagrees() =>
        Assert.Equal(GradientVerdict.Disagrees, Of(Select(Y > 0, Y, Expm1(Minimum(Y, 0))), 0).Verdict);

    [Theory]
    [InlineData("relu(x)", 0, "the slope is 0 from below and 1 from above")]
    [InlineData("abs(x) + 1000·x", 0, "the slope is 999 from below and 1001 from above")]
    [InlineData("relu(x − 1)", 1, "the slope is 0 from below and 1 from above")]
    [InlineData("relu(x − 1.00000000001)", 1, "")]
    [InlineData("sign(x)", 0, "exact to no more than")]
    [InlineData("sqrt(x)", 0, "no finite values on both sides")]
    [InlineData("1/x", 0, "no finite value here")]
    public void What_has_no_derivative_cannot_be_compared_and_why_is_said(string text, double x, string reason)
    {
        var result = Of(Expr.Parse(text), x);
        Assert.Equal((GradientVerdict.CannotBeCompared, 1), (result.Verdict, result.Skipped));
        Assert.Contains(reason, Assert.Single(result.Reasons));
    }

    /// <summary>Where rounding inside the function hides its slope, a right gradient is not called wrong.</summary>
    [Theory]
    [InlineData("1 − tanh(x)²", 17)]
    [InlineData("ln(1 + x) − x", 1e-9)]
    [InlineData("1 − cos(x)", 1e-10)]
    [InlineData("(1e10 + x) − 1e10", 0.3)]
    [InlineData("1e5·(1e−5·e^(−x²))", 27)]
    [InlineData("((x + 0.3) − x − 0.3)²", 0.123)]
    public void Rounding_inside_a_function_is_not_an_error_of_its_gradient(string text, double x) =>
        Assert.NotEqual(GradientVerdict.Disagrees, Of(Expr.Parse(text), x).Verdict);

    /// <summary>
    /// Right gradients cost four evaluations an element, and one for the point: a large model is checked in reasonable time.
    /// </summary>
    [Fact]
    public void A_right_gradient_takes_few_evaluations()
    {
        var x = Expr.Variable("x", [1000]);
        var count = 0;
        Func<TensorSet, Tensor[]> Counted(IReadOnlyList<Expr> outputs) => values =>
        {
            count++;
            return Evaluator.Evaluate([.. outputs], values);
        };
        var at = TensorSet.Of(("x", Key.Of(1).Uniform([1000], DType.Float32)));
        var result = GradientCheck.Check(Mean(Tanh(x) * Sin(x)), [x], at, new() { Samples = 10, Evaluator = Counted });
        Assert.Equal((10, 0), (result.Checked, result.Skipped));
        Assert.InRange(count, 1, 2 + 10 * 6);
    }

    static readonly Expr Y = Expr.Variable("x");

    static GradientCheckResult Of(Expr y, double x) => GradientCheck.Check(y, [Y], TensorSet.Of(("x", x)));
}
