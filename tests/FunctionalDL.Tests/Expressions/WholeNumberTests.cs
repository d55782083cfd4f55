using System.Numerics;

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

    /// <summary>Also where they differ in their lower 32 bits alone, or in the last digit, or are as far apart as there are.</summary>
    [Fact]
    public void Order_counts_every_bit()
    {
        long[] numbers =
        [
            1, 4294967295, 2147483648, -1, -4294967296, long.MaxValue, long.MaxValue - 1, long.MinValue, long.MinValue + 4294967295,
            1L << 53, (1L << 53) + 1, long.MinValue + 1, 0,
        ];
        var (x, y) = (Expr.Variable("x", ["n"], DType.Int64), Expr.Variable("y", ["n"], DType.Int64));
        Expr[] outputs =
        [
            Maximum(x, y), Minimum(x, y), Sign(x), Max(x), Min(x), ArgMax(x), TopK(x, 1, 0).Values, TopK(x, 1, 0, largest: false).Values,
            x < y, x <= y,
        ];
        foreach (var a in numbers)
            foreach (var b in numbers)
            {
                var at = TensorSet.Of(("x", new[] { a, b, b }), ("y", new[] { b, a, a }));
                Tensor[] expected =
                [
                    Tensor.Vector(Math.Max(a, b), Math.Max(a, b), Math.Max(a, b)),
                    Tensor.Vector(Math.Min(a, b), Math.Min(a, b), Math.Min(a, b)),
                    Tensor.Vector((long)Math.Sign(a), Math.Sign(b), Math.Sign(b)),
                    Math.Max(a, b), Math.Min(a, b), b > a ? 1L : 0L, Tensor.Vector(Math.Max(a, b)), Tensor.Vector(Math.Min(a, b)),
                    Tensor.Vector(a < b, b < a, b < a), Tensor.Vector(a <= b, b <= a, b <= a),
                ];
                var (reference, engine) = (Evaluator.Evaluate(outputs, at), Compilation.Compile(outputs).Run(at));
                foreach (var (i, output) in outputs.Index())
                {
                    Assert.True(expected[i].BitEquals(reference[i]), $"{output} of {a}, {b} in the evaluator");
                    Assert.True(expected[i].BitEquals(engine[i]), $"{output} of {a}, {b} in the engine");
                    Assert.True(expected[i].BitEquals(output.EvaluateInOnnxRuntime(at)), $"{output} of {a}, {b} in OnnxRuntime");
                }
            }
    }

    /// <summary>
    /// A number held between two others, as a float is that becomes a uint32: OnnxRuntime's Clip loses the lower bits, too.
    /// </summary>
    [Fact]
    public void Bounds_count_every_bit()
    {
        var (x, f) = (Expr.Variable("x", ["n"], DType.Int64), Expr.Variable("f", ["n"], DType.Float64));
        var held = Minimum(Maximum(x, Expr.Constant(0, DType.Int64)), Expr.Constant(4294967295, DType.Int64));
        var at = TensorSet.Of(("x", new[] { 0, 1, -1, 4294967295, 4294967296, long.MinValue }));
        Assert.Equal([0, 1, 0, 4294967295, 4294967295, 0], held.EvaluateInOnnxRuntime(at).ToArray<long>());
        var floats = TensorSet.Of(("f", new[] { 0, 1.5, -1, 4294967295, 1e10, double.NaN }));
        Assert.Equal([0u, 1, 0, 4294967295, 4294967295, 0], f.Cast(DType.UInt32).EvaluateInOnnxRuntime(floats).ToArray<uint>());
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

    /// <summary>Values of two whole numbers by the evaluator, the engine and OnnxRuntime.</summary>
    static void Are(Expr z, long x, long y, long expected)
    {
        TensorSet at = TensorSet.Of(("x", x), ("y", y));
        foreach (var value in (Tensor[])[z.Evaluate(at), z.Compile().Run(at)[0], z.EvaluateInOnnxRuntime(at)])
            Assert.Equal(expected, value.As<long>().Span[0]);
    }

    [Theory]
    [InlineData(7, 3, 1, 1), InlineData(-7, 3, -1, 2), InlineData(7, -3, 1, -2), InlineData(-7, -3, -1, -1), InlineData(6, -3, 0, 0)]
    [InlineData(long.MinValue, -1, 0, 0), InlineData(long.MinValue, 10, -8, 2)]
    [InlineData(long.MaxValue, long.MinValue, long.MaxValue, -1)]
    [InlineData(9007199254740993, 9007199254740995, 9007199254740993, 9007199254740993)]
    public void Remainders_have_the_sign_of_the_one_or_the_other(long x, long y, long remainder, long modulo)
    {
        Are(Remainder(X, Y), x, y, remainder);
        Are(Modulo(X, Y), x, y, modulo);
    }

    [Theory]
    [InlineData(3, 4, 81), InlineData(-3, 3, -27), InlineData(0, 0, 1), InlineData(7, 0, 1), InlineData(0, 5, 0)]
    [InlineData(2, 62, 1L << 62)]
    [InlineData(2, 63, long.MinValue), InlineData(2, 64, 0), InlineData(10, 18, 1000000000000000000), InlineData(1, -5, 1)]
    [InlineData(-1, -5, -1), InlineData(-1, -6, 1), InlineData(-1, long.MinValue, 1)]
    public void Powers_are_exact_and_wrap_around(long x, long n, long power)
    {
        Are(Power(X, Y), x, n, power);
        if (n is >= 0 and <= 64) Are(Power(X, n), x, 0, power);
    }

    [Fact]
    public void Large_powers_have_the_lowest_bits_of_the_exact_ones()
    {
        var random = new Random(5);
        for (var i = 0; i < 40; i++)
        {
            var (x, n) = (random.NextInt64(), random.NextInt64() >> random.Next(63));
            var exact = BigInteger.ModPow(x, n, BigInteger.One << 64);
            Are(Power(X, Y), x, n, unchecked((long)(ulong)exact));
        }
    }

    [Fact]
    public void A_power_that_is_no_whole_number_is_an_error()
    {
        foreach (var x in (long[])[0, 2, -7, long.MinValue])
        {
            var message = Assert.Throws<TensorException>(() => Value(Power(X, Y), x, -1)).Message;
            Assert.Contains($"{x} is raised to -1", message);
            Assert.Equal(message, Assert.Throws<TensorException>(() => Power(X, Y).Compile().Run(("x", x), ("y", -1L))).Message);
        }
        Assert.Throws<DTypeException>(() => Power(X, Y).Gradient(X));
    }

    [Theory]
    [InlineData(5, 0, 5, 5), InlineData(5, 2, 20, 1), InlineData(-5, 1, -10, -3), InlineData(-1, 63, long.MinValue, -1)]
    [InlineData(5, 64, 0, 0), InlineData(-5, 64, 0, -1), InlineData(-5, long.MaxValue, 0, -1), InlineData(3, 63, long.MinValue, 0)]
    [InlineData(long.MinValue, 62, 0, -2)]
    public void Bits_are_moved_behind_the_sign(long x, long n, long left, long right)
    {
        Are(ShiftLeft(X, Y), x, n, left);
        Are(ShiftRight(X, Y), x, n, right);
        Assert.Contains("moved by -1 places", Assert.Throws<TensorException>(() => Value(ShiftLeft(X, Y), x, -1)).Message);
    }

    [Theory, InlineData(0b1100, 0b1010), InlineData(-1, 77), InlineData(long.MinValue, long.MaxValue)]
    public void Bits_are_combined(long x, long y)
    {
        Are(BitAnd(X, Y), x, y, x & y);
        Are(BitOr(X, Y), x, y, x | y);
        Are(BitXor(X, Y), x, y, x ^ y);
        Are(BitNot(X), x, y, ~x);
        Assert.Throws<DTypeException>(() => BitAnd(X, Y.Cast(DType.Int32)));
        Assert.Throws<DTypeException>(() => BitNot(X > 0));
    }

    /// <summary>Products of every dtype of integers, batched or not, of sizes around those of vectors, wrap around as one by one.</summary>
    [Theory, MemberData(nameof(Integers))]
    public void Products_of_matrices_are_sums_of_products(DType dtype)
    {
        var random = new Random(11);
        foreach (var (n, k, m, batch) in ((int, int, int, int)[])[(1, 1, 1, 1), (3, 5, 7, 2), (8, 16, 9, 1), (65, 33, 17, 3), (2, 0, 3, 1)])
        {
            Tensor Any(params Dim[] shape)
            {
                var count = (int)Shape.Of(shape).ElementCount;
                return Tensor.Of(Shape.Of(shape), [.. Enumerable.Range(0, count).Select(_ => random.NextInt64())]).Cast(dtype);
            }
            var (a, b) = (Any(batch, n, k), Any(batch, k, m));
            var (x, y) = (Expr.Variable("a", a.Shape, dtype), Expr.Variable("b", b.Shape, dtype));
            long[] p = a.Cast(DType.Int64).ToArray<long>(), q = b.Cast(DType.Int64).ToArray<long>();
            long Element(int at) => Enumerable
                .Range(0, k)
                .Aggregate(0L, (sum, i) => sum + p[at / m * k + i] * q[(at / (n * m) * k + i) * m + at % m]);
            var expected = Tensor.Of([batch, n, m], [.. Enumerable.Range(0, batch * n * m).Select(Element)]).Cast(dtype);
            var values = TensorSet.Of(("a", a), ("b", b));
            Assert.True(expected.BitEquals(MatMul(x, y).Evaluate(values)));
            Assert.True(expected.BitEquals(MatMul(x, y).Compile().Run(values)[0]));
            if (k > 0) Assert.True(expected.BitEquals(MatMul(x, y).EvaluateInOnnxRuntime(values)));
            if (k > 0) Assert.Contains("whole product", MatMul(x, y).Compile().Explain(values));
        }
    }

    public static TheoryData<DType> Integers => [.. DTypes.All.Where(d => d.IsInteger())];

    [Fact]
    public void Division_by_zero_is_an_error_that_names_the_op() =>
        Assert.StartsWith("Divide: ", Assert.Throws<TensorException>(() => Value(X / Y, 1)).Message);
}
