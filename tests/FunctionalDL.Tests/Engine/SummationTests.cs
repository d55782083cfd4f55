namespace FunctionalDL.Tests.Engine;

/// <summary>
/// Long float32 sums: rounding errors do not grow with the number of terms as they do in one chain, where 10⁷ equal terms come out 1 % or
/// more off.
/// </summary>
public class SummationTests
{
    const int Long = 10_000_000;
    const float Term = 0.1f;

    static readonly Expr A = Expr.Variable("a", ["n", "k"]), B = Expr.Variable("b", ["k", "m"]);

    static float[] Run(Expr y, params (string, Tensor)[] values)
    {
        var one = y.Compile(new() { Threads = 1 }).Run(values)[0];
        Assert.True(one.BitEquals(y.Compile(new() { Threads = 2 }).Run(values)[0]), "one thread and two");
        return one.ToArray<float>();
    }

    static void Near(double expected, float[] actual, double relative)
    {
        foreach (var x in actual) Assert.InRange(Math.Abs(x - expected) / expected, 0, relative);
    }

    [Fact]
    public void Ten_million_terms()
    {
        var terms = Tensor.Full(DType.Float32, Shape.Of(Long), Term);
        (Tensor Row, Tensor Column) = (terms.Reshape(Shape.Of(1, Long)), terms.Reshape(Shape.Of(Long, 1)));
        Near((double)Term * Term * Long, Run(MatMul(A, B), ("a", Row), ("b", Column)), 1e-5);
        Near((double)Term * Long, Run(Sum(A), ("a", Row)), 1e-6);
        Near((double)Term * Long, Run(Sum(A, 1), ("a", Row)), 1e-5);
        Near((double)Term * Long / 2, Run(Sum(A, 0), ("a", terms.Reshape(Shape.Of(Long / 2, 2)))), 1e-6);
        Near(Term, Run(Mean(A, 0), ("a", Column)), 1e-6);
    }

    /// <summary>Products of all shapes that have a way of their own: by rows, columns, panels, where the sides lie and packed.</summary>
    [Theory]
    [InlineData(1, 1), InlineData(1, 17), InlineData(3, 33), InlineData(1, 128), InlineData(4, 70), InlineData(13, 40), InlineData(40, 9)]
    public void Products_of_few_rows_and_of_many(int n, int m)
    {
        const int k = 50_003;
        Near(
            (double)Term * Term * k,
            Run(
                MatMul(A, B),
                ("a", Tensor.Full(DType.Float32, Shape.Of(n, k), Term)),
                ("b", Tensor.Full(DType.Float32, Shape.Of(k, m), Term))),
            1e-5);
        var transposed = Expr.Variable("c", ["m", "k"]);
        Near(
            (double)Term * Term * k,
            Run(
                MatMul(A, Transpose(transposed)),
                ("a", Tensor.Full(DType.Float32, Shape.Of(n, k), Term)),
                ("c", Tensor.Full(DType.Float32, Shape.Of(m, k), Term))),
            1e-5);
    }

    /// <summary>Parts of a sum must be those of the terms: numbers that are exact, each another.</summary>
    [Theory]
    [InlineData(1, 1), InlineData(1, 128), InlineData(3, 33), InlineData(13, 40)]
    public void Every_term_of_a_long_product_counts_once(int n, int m)
    {
        const int k = 40_000;
        var a = Tensor.Of(Shape.Of(n, k), [.. Enumerable.Range(0, n * k).Select(i => (float)(i * 7 % 11))]);
        var b = Tensor.Of(Shape.Of(k, m), [.. Enumerable.Range(0, k * m).Select(i => (float)(i % 5))]);
        var expected = new float[n * m];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < m; j++)
            {
                double sum = 0;
                for (var l = 0; l < k; l++) sum += (double)a.Span[i * k + l] * b.Span[l * m + j];
                expected[i * m + j] = (float)sum;
            }
        Assert.Equal(expected, Run(MatMul(A, B), ("a", a), ("b", b)));
    }

    /// <summary>
    /// The mean of numbers far from 0 is good enough for their variance, over all of them and over each column, as batch normalization
    /// takes it.
    /// </summary>
    [Fact]
    public void Variance_far_from_zero()
    {
        const int n = 500_000;
        var x = Tensor.Of(Shape.Of(n, 2), [.. Enumerable.Range(0, 2 * n).Select(i => 1e6f + (i * 7919L % 33 - 16))]);
        var exact = x.Span.ToArray().Average(v => (v - 1e6) * (v - 1e6)) - Math.Pow(x.Span.ToArray().Average(v => v - 1e6), 2);
        Near(exact, Run(Mean(Square(A - Mean(A))), ("a", x)), 1e-4);
        Near(exact, Run(Mean(Square(A - Reshape(Mean(A, 0), [1, A.Shape[1]])), 0), ("a", x)), 1e-4);
    }
}
