namespace FunctionalDL.Tests.Expressions;

/// <summary>
/// Int64 arithmetic: it wraps around at the ends, divides towards zero, and never stops a program but for division by zero.
/// </summary>
public class WholeNumberTests
{
    static readonly Expr X = Expr.Variable("x", [], DType.Int64), Y = Expr.Variable("y", [], DType.Int64);

    static long Value(Expr z, long x, long y = 0) => z.Evaluate(("x", x), ("y", y)).As<long>().Span[0];

    [Fact]
    public void Arithmetic_wraps_around()
    {
        Assert.Equal(long.MinValue, Value(X + Y, long.MaxValue, 1));
        Assert.Equal(long.MinValue, Value(-X, long.MinValue));
        Assert.Equal(long.MinValue, Value(Abs(X), long.MinValue));
        Assert.Equal(long.MinValue, Value(X / Y, long.MinValue, -1));
    }

    [Theory, InlineData(7, 2, 3), InlineData(-7, 2, -3), InlineData(7, -2, -3), InlineData(-7, -1, 7)]
    public void Division_goes_towards_zero(long x, long y, long quotient) => Assert.Equal(quotient, Value(X / Y, x, y));

    [Fact]
    public void Products_of_matrices_wrap_around_and_keep_every_digit()
    {
        var (x, y) = (Expr.Variable("x", [1, 2], DType.Int64), Expr.Variable("y", [2, 1], DType.Int64));
        TensorSet At(long a, long b, long c, long d) => TensorSet.Of(("x", Tensor.Of([1, 2], [a, b])), ("y", Tensor.Of([2, 1], [c, d])));
        foreach (
            var run in new Func<TensorSet, Tensor>[]
            {
                at => MatMul(x, y).Evaluate(at),
                at => MatMul(x, y).Compile().Run(at)[0],
                at => MatMul(x, y).EvaluateInOnnxRuntime(at),
            })
        {
            Assert.Equal((1L << 53) + 1, run(At(1L << 53, 1, 1, 1)).As<long>().Span[0]);
            Assert.Equal(long.MinValue, run(At(long.MaxValue, 1, 1, 1)).As<long>().Span[0]);
        }
        Assert.Throws<DTypeException>(() => Sum(MatMul(x, y)).Gradient(x));
    }

    [Fact]
    public void The_largest_is_found_where_float64_cannot_tell_them_apart()
    {
        var x = Expr.Variable("x", [4], DType.Int64);
        TensorSet at = TensorSet.Of(("x", new[] { 1L << 53, (1L << 53) + 1, (1L << 53) + 1, long.MinValue }));
        foreach (var run in new Func<Expr, Tensor>[] { y => y.Evaluate(at), y => y.Compile().Run(at)[0], y => y.EvaluateInOnnxRuntime(at) })
        {
            Assert.Equal(1L, run(ArgMax(x)).As<long>().Span[0]);
            Assert.Equal((1L << 53) + 1, run(Max(x)).As<long>().Span[0]);
        }
    }

    /// <summary>Towards 0; NaN is 0, and what is beyond int64 is its largest or smallest number.</summary>
    [Theory]
    [InlineData(DType.Float32), InlineData(DType.Float64)]
    public void Every_float_has_a_whole_number(DType dtype)
    {
        const double limit = 9223372036854775808;
        double[] floats =
        [
            double.NaN,
            double.PositiveInfinity,
            double.NegativeInfinity,
            1e30,
            -1e30,
            limit,
            -limit,
            limit - (1L << 40),
            2.7,
            -2.7,
            -0.0,
            0.3,
            5e-324,
        ];
        long[] wholes =
        [
            0,
            long.MaxValue,
            long.MinValue,
            long.MaxValue,
            long.MinValue,
            long.MaxValue,
            long.MinValue,
            long.MaxValue - (1L << 40) + 1,
            2,
            -2,
            0,
            0,
            0,
        ];
        var x = Expr.Variable("x", [floats.Length], dtype);
        TensorSet at = TensorSet.Of(("x", Tensor.Vector(floats).Cast(dtype)));
        var y = x.Cast(DType.Int64);
        Assert.Equal(wholes, y.Evaluate(at).ToArray<long>());
        Assert.Equal(wholes, y.Compile().Run(at)[0].ToArray<long>());
        Assert.Equal(wholes, y.EvaluateInOnnxRuntime(at).ToArray<long>());
        Assert.Equal(wholes, (y + 0 * y).Compile().Run(at)[0].ToArray<long>());
    }

    [Fact]
    public void Division_by_zero_is_an_error_that_names_the_op() =>
        Assert.StartsWith("Divide: ", Assert.Throws<TensorException>(() => Value(X / Y, 1)).Message);
}
