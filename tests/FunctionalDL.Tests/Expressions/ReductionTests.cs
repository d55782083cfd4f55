namespace FunctionalDL.Tests.Expressions;

/// <summary>Norms and sums of exponentials at small, large and special values.</summary>
public class ReductionTests
{
    const double Inf = double.PositiveInfinity, NaN = double.NaN;

    static readonly Expr X = Expr.Variable("x", ["n"], DType.Float64);

    static (string, Tensor) Values(params double[] x) => ("x", x);

    public static TheoryData<double[], double, double[]> Norms =>
        new()
        {
            { [3, -4], 5, [0.6, -0.8] },
            { [0, 0, 0], 0, [0, 0, 0] },
            { [-2], 2, [-1] },
            { [1e-300, 0], 1e-300, [1, 0] },
            { [3e200, -4e200], 5e200, [0.6, -0.8] },
            { [3e-200, 4e-200], 5e-200, [0.6, 0.8] },
            { [Inf, 1], Inf, [NaN, NaN] },
            { [-Inf, Inf], Inf, [NaN, NaN] },
            { [NaN, 1], NaN, [NaN, NaN] },
        };

    [Theory, MemberData(nameof(Norms))]
    public void The_norm_neither_overflows_nor_vanishes_and_has_a_gradient(double[] x, double norm, double[] gradient)
    {
        Near([norm], Norm(X).Evaluate(Values(x)), 4e-16);
        Near(gradient, Norm(X).Gradient(X).Evaluate(Values(x)), 4e-16);
    }

    /// <summary>
    /// In float32, whose squares end at 1.8·10¹⁹ and begin at 10⁻²³, the norm has an error of a few units in the last place.
    /// </summary>
    [Theory, InlineData(1), InlineData(1e20), InlineData(-3e37), InlineData(1e-20), InlineData(1e-37)]
    public void In_float32_too(float scale)
    {
        var x = Expr.Variable("x", [3]);
        float[] values = [3 * scale, -4 * scale, 5 * scale];
        var exact = Math.Sqrt(values.Sum(v => (double)v * v));
        var results = Compilation.Compile([Norm(x), Norm(x).Gradient(x)]).Run(("x", values));
        Near([exact], results[0], 4e-7);
        Near([.. values.Select(v => v / exact)], results[1], 4e-7);
    }

    [Fact]
    public void The_norm_is_taken_over_the_axes_that_are_named()
    {
        var x = Expr.Variable("x", [2, 2, 2], DType.Float64);
        var values = ("x", (Tensor)Tensor.Of([2, 2, 2], [3.0, 0, 4, 12, 1, 0, 0, 0]));
        Near([5, 12, 1, 0], Norm(x, 1).Evaluate(values), 1e-15);
        Near([13, 1], Norm(x, 0 + 1, -1).Evaluate(values), 1e-15);
        Near([.. values.Item2.ToArray<double>().Select(Math.Abs)], Norm(x, []).Evaluate(values), 0);
        Assert.Equal(Shape.Of(2, 1, 2), NormKeep(x, 1).Shape);
        Near([0, 0], Norm(Expr.Variable("e", [2, 0], DType.Float64), 1).Evaluate(("e", Tensor.Zeros(DType.Float64, [2, 0]))), 0);
        Assert.Contains("Cast the input", Assert.Throws<DTypeException>(() => Norm(Expr.Variable("i", [2], DType.Int64))).Message);
    }

    public static TheoryData<double[], double, double[]> Sums =>
        new()
        {
            { [0, 0], Math.Log(2), [0.5, 0.5] },
            { [-Inf, 0, 1], 1.3132616875182228, [0, 0.2689414213699951, 0.7310585786300049] },
            { [1000, 1000], 1000 + Math.Log(2), [0.5, 0.5] },
            { [-Inf, -Inf], -Inf, [0, 0] },
            { [-Inf], -Inf, [0] },
            { [Inf, 0], Inf, [NaN, 0] },
            { [Inf, Inf], Inf, [NaN, NaN] },
            { [Inf, -Inf], Inf, [NaN, 0] },
            { [NaN, 0], NaN, [NaN, NaN] },
        };

    [Theory, MemberData(nameof(Sums))]
    public void The_logarithm_of_a_sum_of_exponentials_knows_infinities(double[] x, double value, double[] gradient)
    {
        var two = Expr.Variable("x", [1, "n"], DType.Float64);
        var at = ("x", (Tensor)Tensor.Of([1, x.Length], x));
        Near([value], LogSumExp(two).Evaluate(at), 4e-16);
        Near([value], LogSumExpKeep(two).Evaluate(at), 4e-16);
        Near(gradient, Sum(LogSumExp(two)).Gradient(two).Evaluate(at), 4e-16);
    }

    [Fact]
    public void Softmax_has_no_share_for_what_is_impossible_and_none_at_all_where_all_is()
    {
        Near([0, 0.5, 0.5], Softmax(X).Evaluate(Values(-Inf, 3, 3)), 1e-16);
        Near([-Inf, -Math.Log(2), -Math.Log(2)], LogSoftmax(X).Evaluate(Values(-Inf, 3, 3)), 1e-16);
        Near([0, 0.25, -0.25], Index(Softmax(X), 0, 1).Gradient(X).Evaluate(Values(-Inf, 3, 3)), 1e-16);
        Near([NaN, NaN], Softmax(X).Evaluate(Values(-Inf, -Inf)), 0);
        Near([NaN, NaN], LogSoftmax(X).Evaluate(Values(-Inf, -Inf)), 0);
    }

    /// <summary>Equal at special values, otherwise up to a relative error.</summary>
    static void Near(double[] expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(
                expected[i].Equals(actual.GetDouble(i)) || Math.Abs(expected[i] - actual.GetDouble(i)) <= tolerance * Math.Abs(expected[i]),
                $"element {i} is {actual.GetDouble(i):R}, not {expected[i]:R}");
    }
}
