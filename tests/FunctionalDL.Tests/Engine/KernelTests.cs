using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Engine;

/// <summary>Steps of their own: random numbers, the largest element's place, chosen slices; and what goes wrong in them.</summary>
public class KernelTests
{
    /// <summary>Every stream of every key, in both types, with the bits of the evaluator.</summary>
    [Fact]
    public void Random_numbers_have_the_bits_of_their_key_and_stream()
    {
        var key = Expr.Variable("key", Shape.Scalar, DType.Int64);
        Expr[] outputs =
        [
            .. from dtype in new[] { DType.Float32, DType.Float64 } from stream in new[] { 0L, 1, 2, 1L << 40 }
               select RandomUniform(key, [5, 7], dtype, stream),
        ];
        foreach (var k in new[] { 0L, 1, -1, 1L << 32, (1L << 32) + 1, long.MinValue })
            EngineTests.Agrees(outputs, TensorSet.Of(("key", Tensor.Scalar(k))), 0);
    }

    /// <summary>The first of several largest, and the first NaN, along either axis.</summary>
    [Theory, InlineData(DType.Float32), InlineData(DType.Float64), InlineData(DType.Int64)]
    public void The_place_of_the_largest_is_that_of_the_evaluator(DType dtype)
    {
        var nan = dtype == DType.Int64 ? 3 : double.NaN;
        double[] values = [1, 5, 5, 2, nan, 7, 1, nan, nan, 7, nan, -1, -2, -2, -3, double.NegativeInfinity, double.NegativeInfinity,
            double.NegativeInfinity, 0, -0.0, 0];
        var x = Expr.Variable("x", [7, 3], dtype);
        EngineTests.Agrees([ArgMax(x, 0), ArgMax(x, 1), ArgMax(Transpose(x), 0), ArgMax(Reverse(x, 1), 1), ArgMax(Reshape(x, [21]))],
            TensorSet.Of(("x", Tensor.Of([7, 3], values).Cast(dtype))), 0);
    }

    /// <summary>Slices along each axis, so wide that they are shared among chunks, in and out.</summary>
    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Chosen_slices_of_any_width_agree(int axis)
    {
        foreach (var (a, b, c) in new[] { (3, 4, 700), (4, 300, 5), (600, 2, 3), (40, 40, 40) })
        {
            Expr x = Expr.Variable("x", [a, b, c]), i = Expr.Variable("i", [4], DType.Int64),
                all = Expr.Variable("all", [x.Shape[axis]], DType.Int64);
            var chosen = Gather(x, i, axis);
            EngineTests.Agrees([chosen, Sum(Sin(chosen)).Gradient(x), ScatterAdd(all, x, 9, axis), Gather(x.Cast(DType.Int64), i, axis),
                Gather(x > 0, i, axis)], TensorSet.Of(
                ("x", EngineTests.Uniform(1, [a, b, c]).As<float>().Map(u => 5 * u)), ("i", Tensor.Vector(1L, 0, 1, 1)),
                    ("all", Tensor.Vector([.. Enumerable.Range(0, x.Shape[axis].Size).Select(n => n * 5L % 9)]))), 1e-5);
        }
    }

    /// <summary>Every dtype, padded by a value.</summary>
    [Theory, InlineData(DType.Float32, -1.5), InlineData(DType.Float64, 0.1), InlineData(DType.Int64, -3), InlineData(DType.Bool, 1)]
    public void Padding_has_its_value(DType dtype, double value)
    {
        var x = Expr.Variable("x", [2, 3, 4], dtype);
        Expr[] outputs = [.. Enumerable.Range(0, 3).SelectMany(axis => new[] { Pad(x, axis, 1, 2, value),
            Pad(Transpose(x), axis, 0, 1, value), Pad(Slice(x, axis, 1, 2), axis, 2, 0, value) })];
        EngineTests.Agrees(outputs, TensorSet.Of(("x", EngineTests.Uniform(1, [2, 3, 4]).Cast(dtype))), 0);
    }

    /// <summary>Truth values and casts of negative numbers, and what is made of them in numbers of any type.</summary>
    [Theory, InlineData(DType.Float32), InlineData(DType.Float64), InlineData(DType.Int64)]
    public void Truths_are_those_of_the_evaluator(DType dtype)
    {
        Expr x = Expr.Variable("x", [4, 9], dtype), truth = x.Cast(DType.Bool), y = Expr.Variable("y", [9], DType.Bool);
        Expr[] outputs = [truth, !truth, truth & y, truth | y, Equal(x, 0 * x), Select(y, truth, x > 0), Select(truth & y, x, -x),
            (x > 0).Cast(DType.Int64) + y.Cast(DType.Int64), OneHot(ArgMax(x, 1), 9, DType.Bool), OneHot(ArgMax(x, 1), 9, dtype) * x];
        EngineTests.Agrees(outputs, TensorSet.Of(("x", EngineTests.Uniform(1, [4, 9]).As<float>().Map(u =>
            MathF.Round(2 * u)).Cast(dtype)), ("y", EngineTests.Uniform(2, [9]).As<float>().Map(u => u > 0 ? 1f : 0).Cast(DType.Bool))), 0);
    }

    /// <summary>An index below 0 is as wrong as one that is too large, wherever it stands and whoever meets it.</summary>
    [Theory, InlineData(-1), InlineData(3), InlineData(long.MinValue), InlineData(1L << 32)]
    public void Indices_out_of_range_are_refused(long index)
    {
        Expr x = Expr.Variable("x", [3]), i = Expr.Variable("i", [3], DType.Int64);
        var values = TensorSet.Of(("x", Tensor.Vector(1f, 2, 3)), ("i", Tensor.Vector(0L, 2, index)));
        foreach (var y in (Expr[])[Gather(x, i), OneHot(i, 3), ScatterAdd(i, x, 3)])
            Assert.Contains($"index {index} ", Assert.Throws<TensorException>(() => y.Compile().Run(values)).Message);
    }

    /// <summary>What a chunk throws on another thread reaches the caller, and the next run is well.</summary>
    [Fact]
    public void Errors_of_other_threads_are_thrown()
    {
        Expr x = Expr.Variable("x", ["n"], DType.Int64), y = Expr.Variable("y", ["n"], DType.Int64);
        var f = (x / y).Compile(new() { Threads = 4 });
        var ones = Tensor.Full(DType.Int64, [1 << 18], 1).As<long>().ToArray<long>();
        for (var i = 0; i < 3; i++)
        {
            long[] divisors = [.. ones];
            divisors[^(1 + i * 80_000)] = 0;
            var (a, b) = (Tensor.Vector(ones), Tensor.Vector(divisors));
            Assert.Contains("divided by 0", Assert.Throws<TensorException>(() => f.Run(("x", a), ("y", b))).Message);
            Assert.Equal(1L, f.Run(("x", a), ("y", a))[0].As<long>().Span[0]);
        }
    }

    /// <summary>An input of as many elements in another shape, in the middle of a loop.</summary>
    [Fact]
    public void A_loop_takes_other_shapes_of_as_many_elements()
    {
        Expr x = Expr.Variable("x", ["n", "m"]), w = Expr.Variable("w", []);
        var loop = Compilation.Compile([w + 1, Sum(x, 1)]).Start(TensorSet.Of(("w", 0f)), ("w", 0));
        foreach (var (n, m) in new[] { (2, 3), (3, 2), (6, 1), (1, 6) })
        {
            loop.Set("x", Tensor.Of([n, m], [1f, 2, 3, 4, 5, 6]));
            loop.Step();
            Assert.Equal(Enumerable.Range(0, n).Select(row => (float)Enumerable.Range(1 + row * m, m).Sum()),
                loop.Output<float>(1).ToArray());
        }
    }

    /// <summary>Numbers are given in the order of the names, not in that of the expression.</summary>
    [Fact]
    public void Functions_of_numbers_take_them_in_the_order_named()
    {
        Expr x = Expr.Variable("x", Shape.Scalar, DType.Float64), y = Expr.Variable("y", Shape.Scalar, DType.Float64);
        var f = (y - 10 * x).ToVectorFunction("x", "y");
        Assert.Equal(5 - 10 * 3, f(MathNet.Numerics.LinearAlgebra.Vector<double>.Build.DenseOfArray([3, 5])));
    }

    /// <summary>Two outputs of one value in two shapes, and one given twice.</summary>
    [Fact]
    public void One_value_may_be_given_in_several_shapes()
    {
        Expr x = Expr.Variable("x", [2, 6]), y = Sin(x);
        EngineTests.Agrees([y, Reshape(y, [3, 4]), Reshape(y, [12]), y, Reshape(x, [4, 3]), ExpandDims(y, 0)],
            TensorSet.Of(("x", EngineTests.Uniform(1, [2, 6]))), 1e-6);
        Laws.SameValue("shape", Reshape(y, [3, 4]).Evaluate(("x", EngineTests.Uniform(1, [2, 6]))),
            Compilation.Compile([y, Reshape(y, [3, 4])]).Run(("x", EngineTests.Uniform(1, [2, 6])))[1], 1e-6);
    }

    /// <summary>Long sums over k, of an A that is strided or has few rows, in edges and in runs beyond those that are added up one after
    /// another.</summary>
    [Theory, InlineData(1, 1300, 40), InlineData(3, 1300, 70), InlineData(13, 1300, 45)]
    public void Long_products_count_every_term(int n, int k, int m)
    {
        Expr x = Expr.Variable("x", [n, k]), turned = Transpose(Expr.Variable("turned", [k, n])), w = Expr.Variable("w", [k, m]);
        var sparse = EngineTests.Uniform(1, [k, m]).As<float>().Map(u => MathF.Round(u));
        EngineTests.Agrees([MatMul(x, w), MatMul(turned, w)], TensorSet.Of(
            ("x", EngineTests.Uniform(2, [n, k]).As<float>().Map(u => MathF.Round(4 * u))),
                ("turned", EngineTests.Uniform(3, [k, n]).As<float>().Map(u => MathF.Round(4 * u))), ("w", sparse)), 0);
    }

    /// <summary>So many terms that their sums are summed again, in blocks of more columns than a panel has.</summary>
    [Fact]
    public void Very_long_products_count_every_term_of_every_column()
    {
        const int n = 5, k = 33_000, m = 300;
        float[] w = [.. Enumerable.Range(0, k * m).Select(i => (float)(i % m % 7))];
        var y = MatMul(Expr.Variable("x", [n, k]), Expr.Variable("w", [k, m])).Compile().Run(("x", Tensor.Full(DType.Float32, [n, k], 1)),
            ("w", Tensor.Of([k, m], w)))[0].ToArray<float>();
        Assert.Equal(Enumerable.Range(0, n * m).Select(i => (float)k * (i % m % 7)), y);
    }
}
