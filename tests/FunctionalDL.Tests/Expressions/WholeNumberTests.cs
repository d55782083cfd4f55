namespace FunctionalDL.Tests.Expressions;

/// <summary>Int64 arithmetic: it wraps around at the ends, divides towards zero, and never stops a program but for division by zero.</summary>
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
    public void Division_by_zero_is_an_error_that_names_the_op() =>
        Assert.StartsWith("Divide: ", Assert.Throws<TensorException>(() => Value(X / Y, 1)).Message);
}
