using FunctionalDL.Testing;
using static FunctionalDL.Functions;

namespace FunctionalDL.Tests.Expressions;

/// <summary>Numbers of few bits: in evaluator, engine and OnnxRuntime the same, bit for bit, and what their own arithmetic has.</summary>
public class NarrowTests
{
    static readonly (string Name, Func<Expr, Expr, Expr> Of, Func<long, long, long> Oracle)[] Whole =
    [
        ("add", (a, b) => a + b, (a, b) => a + b),
        ("subtract", (a, b) => a - b, (a, b) => a - b),
        ("multiply", (a, b) => a * b, (a, b) => a * b),
        ("divide", (a, b) => a / b, (a, b) => a / b),
        ("max", Maximum, Math.Max),
        ("min", Minimum, Math.Min),
        ("negate", (a, b) => -a, (a, b) => -a),
        ("abs", (a, b) => Abs(a), (a, b) => Math.Abs(a)),
        ("sign", (a, b) => Sign(a), (a, b) => Math.Sign(a)),
        ("remainder", Remainder, (a, b) => a % b),
        ("modulo", Modulo, (a, b) => (a % b + b) % b),
        ("and", BitAnd, (a, b) => a & b),
        ("or", BitOr, (a, b) => a | b),
        ("xor", BitXor, (a, b) => a ^ b),
        ("not", (a, b) => BitNot(a), (a, b) => ~a),
        ("left", (a, b) => ShiftLeft(a, BitAnd(b, Full(b, 15))), (a, b) => a << (int)(b & 15)),
        ("right", (a, b) => ShiftRight(a, BitAnd(b, Full(b, 15))), (a, b) => a >> (int)(b & 15)),
        ("cube", (a, b) => Power(a, 3), (a, b) => a * a * a),
        ("chain", (a, b) => (a + b) / 2 * b - a, (a, b) => a),
    ];

    static readonly Expr M = Expr.Variable("m", ["n"], DType.Int8), N = Expr.Variable("n", ["n"], DType.Int8);

    /// <summary>All pairs of numbers of 8 bits, but for divisors of 0.</summary>
    static TensorSet Pairs(DType dtype)
    {
        long[] all = [.. Enumerable.Range(0, 256).Select(i => (long)i)];
        (long A, long B)[] pairs = [.. all.SelectMany(a => all.Skip(1).Select(b => (a, b)))];
        return TensorSet.Of(
            ("m", Tensor.Vector([.. pairs.Select(p => p.A)]).Cast(dtype)),
            ("n", Tensor.Vector([.. pairs.Select(p => p.B)]).Cast(dtype)));
    }

    [Theory]
    [InlineData(DType.Int8), InlineData(DType.UInt8)]
    public void Arithmetic_of_8_bits_wraps_around(DType dtype)
    {
        var (a, b, at) = (Expr.Variable("m", ["n"], dtype), Expr.Variable("n", ["n"], dtype), Pairs(dtype));
        long[] x = at["m"].Cast(DType.Int64).ToArray<long>(), y = at["n"].Cast(DType.Int64).ToArray<long>();
        long Wrapped(long v) => dtype == DType.Int8 ? (sbyte)v : (byte)v;
        Expr[] outputs = [.. Whole.Select(w => w.Of(a, b)), a < b, Equal(a, b), a <= b];
        var (expected, actual) = (Evaluator.Evaluate(outputs, at), Compilation.Compile(outputs).Run(at));
        foreach (var (i, output) in outputs.Index())
        {
            Assert.True(expected[i].BitEquals(actual[i]) && expected[i].BitEquals(output.Compile().Run(at)[0]), $"{output} in the engine");
            Assert.True(expected[i].BitEquals(output.EvaluateInOnnxRuntime(at)), $"{output} in OnnxRuntime");
            if (i < Whole.Length - 1)
                Assert.Equal(x.Zip(y, (m, n) => Wrapped(Whole[i].Oracle(m, n))), expected[i].Cast(DType.Int64).ToArray<long>());
        }
    }

    [Fact]
    public void Arithmetic_of_32_bits_wraps_around()
    {
        var (a, b) = (Expr.Variable("m", ["n"], DType.Int32), Expr.Variable("n", ["n"], DType.Int32));
        int[] numbers = [0, 1, -1, 46341, 65536, int.MaxValue, int.MinValue, 12345678];
        int[] x = [.. numbers.SelectMany(m => numbers.Select(_ => m))], y = [.. numbers.SelectMany(_ => numbers)];
        var at = TensorSet.Of(("m", Tensor.Vector(x)), ("n", Tensor.Vector(y)));
        foreach (
            var (f, oracle) in new (Expr, Func<int, int, int>)[]
            {
                (a + b, (m, n) => m + n),
                (a - b, (m, n) => m - n),
                (a * b, (m, n) => m * n),
                (a * b + a, (m, n) => m * n + m),
            })
        {
            Assert.Equal(x.Zip(y, oracle), f.Evaluate(at).ToArray<int>());
            Assert.Equal(x.Zip(y, oracle), f.Compile().Run(at)[0].ToArray<int>());
            Assert.Equal(x.Zip(y, oracle), f.EvaluateInOnnxRuntime(at).ToArray<int>());
        }
    }

    /// <summary>Numbers up to 2⁶⁴: order, quotients, casts and places are those of numbers without signs.</summary>
    [Fact]
    public void Arithmetic_of_64_bits_without_signs()
    {
        var (a, b) = (Expr.Variable("m", ["n"], DType.UInt64), Expr.Variable("n", ["n"], DType.UInt64));
        ulong[] numbers =
        [
            0, 1, 2, 3, 10, 4294967295, 4294967296, (1UL << 53) + 1, long.MaxValue, 1UL << 63, (1UL << 63) + 1, (1UL << 63) + 1025,
            ulong.MaxValue - 1, ulong.MaxValue,
        ];
        (ulong A, ulong B)[] pairs = [.. numbers.SelectMany(m => numbers.Skip(1).Select(n => (m, n)))];
        ulong[] x = [.. pairs.Select(p => p.A)], y = [.. pairs.Select(p => p.B)];
        var at = TensorSet.Of(("m", Tensor.Vector(x)), ("n", Tensor.Vector(y)));
        void Are(Expr f, Tensor expected)
        {
            Assert.True(expected.BitEquals(f.Evaluate(at)), $"{f} in the evaluator");
            Assert.True(expected.BitEquals(f.Compile().Run(at)[0]), $"{f} in the engine");
            Assert.True(expected.BitEquals(f.EvaluateInOnnxRuntime(at)), $"{f} in OnnxRuntime");
        }
        Tensor Of<T>(Func<ulong, ulong, T> f) where T : unmanaged => Tensor.Vector([.. x.Zip(y, f)]);
        Are(a + b, Of((m, n) => m + n));
        Are(a - b, Of((m, n) => m - n));
        Are(a * b, Of((m, n) => m * n));
        Are(a / b, Of((m, n) => m / n));
        Are(Remainder(a, b), Of((m, n) => m % n));
        Are(Modulo(a, b), Of((m, n) => m % n));
        Are(BitAnd(a, b), Of((m, n) => m & n));
        Are(BitXor(a, b), Of((m, n) => m ^ n));
        Are(BitNot(a), Of((m, _) => ~m));
        Are(ShiftLeft(a, b), Of((m, n) => n < 64 ? m << (int)n : 0));
        Are(ShiftRight(a, b), Of((m, n) => n < 64 ? m >> (int)n : 0));
        Are(Power(a, 3), Of((m, _) => m * m * m));
        Are(Power(a, b), Of((m, n) => (ulong)System.Numerics.BigInteger.ModPow(m, n, System.Numerics.BigInteger.One << 64)));
        Are(-a, Of((m, _) => 0 - m));
        Are(Abs(a), Of((m, _) => m));
        Are(Sign(a), Of((m, _) => m == 0 ? 0UL : 1));
        Are(Maximum(a, b), Of(Math.Max));
        Are(Minimum(a, b), Of(Math.Min));
        Are(a < b, Of((m, n) => m < n));
        Are(a <= b, Of((m, n) => m <= n));
        Are(Equal(a, b), Of((m, n) => m == n));
        Are(Max(a), Tensor.Scalar(ulong.MaxValue));
        Are(Min(b), Tensor.Scalar(1UL));
        Are(ArgMax(a), Tensor.Scalar((long)Array.IndexOf(x, x.Max())));
        Are(TopK(a, 40).Values, Tensor.Vector([.. x.OrderDescending().Take(40)]));
        Are(TopK(b, 40, largest: false).Indices, Tensor.Vector([.. y.Index().OrderBy(p => p.Item).Take(40).Select(p => (long)p.Index)]));
        Are((a < b).Cast(DType.UInt64), Of((m, n) => m < n ? 1UL : 0));
        foreach (var to in DTypes.All.Where(d => d != DType.BFloat16)) Are(a.Cast(to), Tensor.Vector(x).Cast(to));
        foreach (var from in DTypes.All) Are(a.Cast(from).Cast(DType.UInt64), Tensor.Vector(x).Cast(from).Cast(DType.UInt64));
        var floats = Expr.Constant(Tensor.Vector(double.NaN, -1, -1e30, 0.9, 1e19, 9223372036854775808.0, 18446744073709551616.0, 1e30));
        Are(floats.Cast(DType.UInt64), Tensor.Vector<ulong>(0, 0, 0, 0, 10000000000000000000, 1UL << 63, ulong.MaxValue, ulong.MaxValue));
    }

    /// <summary>Sums of all extents, products and places.</summary>
    [Theory]
    [InlineData(DType.Int32), InlineData(DType.Int8), InlineData(DType.UInt8), InlineData(DType.Float16), InlineData(DType.BFloat16)]
    [InlineData(DType.Int16), InlineData(DType.UInt16), InlineData(DType.UInt32), InlineData(DType.UInt64)]
    public void Reductions_and_structure_agree(DType dtype)
    {
        var x = Expr.Variable("x", [37, 53], dtype);
        Expr[] outputs =
        [
            Sum(x),
            Sum(x, 0),
            Sum(x, 1),
            Max(x),
            Max(x, 0),
            Min(x, 1),
            ArgMax(x, 1),
            MatMul(x, Transpose(x)),
            Transpose(x) + Transpose(x),
            Concat(0, x, x * x),
            Pad(x, 0, 2, 1, 1),
            Slice(x, 1, 3, 50) * Slice(x, 1, 2, 49),
            Reshape(x, [53, 37]),
            x.Cast(DType.Float32) * 0.5,
            Sum(x * x, 0),
            Gather(x, Expr.Constant(Tensor.Vector(3L, 1, 36))),
            ScatterAdd(Expr.Constant(Tensor.Vector([.. Enumerable.Range(0, 37).Select(i => (long)(i % 5))])), x, 5),
            OneHot(ArgMax(x, 1), 53, dtype),
            Select(x > Full(x, 1), x, x + x),
        ];
        var at = TensorSet.Of(("x", new Random(3).Tensor(new(dtype, [37, 53]), special: false)));
        var (expected, together) = (Evaluator.Evaluate(outputs, at), Compilation.Compile(outputs).Run(at));
        foreach (var (i, output) in outputs.Index())
        {
            Assert.True(expected[i].BitEquals(together[i]), $"{output} beside others");
            Assert.True(expected[i].BitEquals(output.Compile().Run(at)[0]), $"{output} alone");
        }
    }

    [Theory]
    [InlineData(DType.Float16), InlineData(DType.BFloat16)]
    public void Half_floats_are_computed_in_float32_and_rounded_each_time(DType dtype)
    {
        var (a, b) = (Expr.Variable("a", ["n"], dtype), Expr.Variable("b", ["n"], dtype));
        var random = new Random(7);
        Tensor Any() =>
            dtype == DType.Float16
                ? Tensor.Vector([.. Enumerable.Range(0, 20000).Select(_ => BitConverter.UInt16BitsToHalf((ushort)random.Next(1 << 16)))])
                : Tensor.Vector([.. Enumerable.Range(0, 20000).Select(_ => BFloat16.FromBits((ushort)random.Next(1 << 16)))]);
        var at = TensorSet.Of(("a", Any()), ("b", Any()));
        (Expr Of, Func<double, double, double> Oracle)[] functions =
        [
            (a + b, (x, y) => x + y),
            (a - b, (x, y) => x - y),
            (a * b, (x, y) => x * y),
            (a / b, (x, y) => x / y),
            (Sqrt(a), (x, y) => Math.Sqrt(x)),
            (-a, (x, y) => -x),
            (Abs(a), (x, y) => Math.Abs(x)),
        ];
        double[] m = at["a"].Cast(DType.Float64).ToArray<double>(),
            n = at["b"].Cast(DType.Float64).ToArray<double>();
        foreach (var (f, oracle) in functions)
        {
            var value = f.Evaluate(at);
            // Sums, products, quotients and roots of half floats rounded to float32 on the way are rounded no other way.
            Assert.Equal(
                Tensor.Vector([.. m.Zip(n, oracle)]).Cast(dtype).Cast(DType.Float64).ToArray<double>(),
                value.Cast(DType.Float64).ToArray<double>());
            Laws.SameValue($"{f}", value, f.Compile().Run(at)[0], 0);
        }
        Expr[] chains =
        [
            (a + b) * a - b,
            Exp(a) + b,
            Tanh(a * b),
            Maximum(a, b) * 2 + Select(a < b, a, b),
            (a + b).Cast(DType.Float32) * 3,
        ];
        foreach (var (i, f) in chains.Index())
            Laws.SameValue($"{f}", f.Evaluate(at), Compilation.Compile(chains).Run(at)[i], 0);
    }

    public static TheoryData<DType> Integers => [.. Enum.GetValues<DType>().Where(d => d.IsInteger())];

    [Theory, MemberData(nameof(Integers))]
    public void Indices_and_labels_are_integers_of_any_dtype(DType dtype)
    {
        var (table, at, z) = (Expr.Variable("t", [4, 3]), Expr.Variable("i", ["n"], dtype), Expr.Variable("z", ["n", 3]));
        Tensor indices = Tensor.Vector(2L, 0, 1, 2);
        Expr[] Of(Expr i) =>
            [
                Gather(table, i),
                OneHot(i, 3),
                ScatterAdd(i, z, 4),
                Loss.SoftmaxCrossEntropy.Apply(z, i),
                Sum(Gather(table, i)).Gradient(table),
            ];
        TensorSet Values(Tensor i) => TensorSet.Of(("t", Key.Of(1).Uniform([4, 3])), ("z", Key.Of(2).Uniform([4, 3])), ("i", i));
        var expected = Evaluator.Evaluate(Of(Expr.Variable("i", ["n"], DType.Int64)), Values(indices));
        foreach (var (i, y) in Of(at).Index())
        {
            Assert.True(expected[i].BitEquals(y.Evaluate(Values(indices.Cast(dtype)))));
            Laws.SameValue($"{y}", expected[i], y.Compile().Run(Values(indices.Cast(dtype)))[0], 1e-6);
            Laws.SameValue($"{y}", expected[i], y.EvaluateInOnnxRuntime(Values(indices.Cast(dtype))), 1e-6);
        }
        Assert.Contains(
            "outside 0 to 3",
            Assert
                .Throws<TensorException>(() =>
                    Gather(table, at).Compile().Run(("t", Key.Of(1).Uniform([4, 3])), ("i", Tensor.Vector(4L).Cast(dtype))))
                .Message);
    }

    /// <summary>Images and labels of a byte each train as floats and int64 do, to the same bits.</summary>
    [Fact]
    public void A_data_set_of_bytes_is_trained_on()
    {
        var pixels = new Random(4).Tensor(new(DType.Int64, [32, 6]), special: false).As<long>().Map(v => (byte)(v + 4));
        var labels = Tensor.Vector([.. Enumerable.Range(0, 32).Select(i => (byte)(pixels.Span[6 * i] % 3))]);
        Model Of(DType dtype) => Model.Input(dtype, 6).Then(Layer.Of("scaled", x => x.Cast(DType.Float32) / 8)).Dense(3);
        TrainingRun Fit(DType dtype, Tensor y) =>
            Of(dtype).Fit(new Dataset(pixels.Cast(dtype), y), Loss.SoftmaxCrossEntropy, Optimizer.Sgd(0.1), epochs: 2, batch: 8, seed: 1);
        var (bytes, floats) = (Fit(DType.UInt8, labels), Fit(DType.Float32, labels.Cast(DType.Int64)));
        foreach (var (name, value) in floats.Model.Parameters) Assert.True(value.BitEquals(bytes.Model.Parameters[name]), name);
    }
}
