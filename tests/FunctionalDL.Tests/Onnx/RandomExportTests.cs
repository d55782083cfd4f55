using FsCheck.Xunit;
using FunctionalDL.Ops;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Onnx;

/// <summary>What is drawn in OnnxRuntime is, bit for bit, what is drawn here.</summary>
public class RandomExportTests
{
    static readonly Expr Seed = Expr.Variable("key", Shape.Scalar, DType.Int64);

    static readonly Key[] Keys =
    [
        new(0), new(ulong.MaxValue), new(1UL << 63), new(uint.MaxValue), new(1UL << 32), Key.Of(1), Key.Of(-5),
        .. Enumerable.Range(0, 9).Select(i => Key.Of(7).Fold(i)),
    ];

    static readonly long[] Streams = [0, 1, 7, uint.MaxValue, 1L << 32, (1L << 40) + 3, long.MaxValue, -1, long.MinValue];

    static readonly Shape[] Shapes = [[], [1], [3], [4], [5], [2, 3], [64, 33], [0], [2, 0, 3], [1001]];

    /// <summary>How many bits are other ones than those of <see cref="Key.Uniform"/>: none, wherever it runs.</summary>
    internal static IEnumerable<(string Name, Expr Differing, TensorSet Values)> Exports() =>
        from dtype in new[] { DType.Float32, DType.Float64 }
        from pair in Shapes.SelectMany(shape => Streams, (shape, stream) => (Shape: shape, Stream: stream)).Index()
        let key = Keys[pair.Index % Keys.Length]
        let drawn = RandomUniform(Seed, pair.Item.Shape, dtype, pair.Item.Stream)
        let same = Equal(drawn, Expr.Variable("here", pair.Item.Shape, dtype))
        select (
            $"{dtype} {pair.Item.Shape} stream {pair.Item.Stream}",
            Sum(Not(same).Cast(DType.Int64)),
            TensorSet.Of(("key", key.ToTensor()), ("here", key.Uniform(pair.Item.Shape, dtype, pair.Item.Stream))));

    [Fact]
    public void Every_shape_and_stream_has_the_bits_of_its_key()
    {
        foreach (var (name, differing, values) in Exports())
        {
            var count = differing.EvaluateInOnnxRuntime(values).ToScalar();
            Assert.True(count == 0, $"{name}: {count} differ");
        }
    }

    /// <summary>The size is known when it runs, and one file draws with every key.</summary>
    [Theory, InlineData(DType.Float32), InlineData(DType.Float64)]
    public void Sizes_may_be_known_when_it_runs(DType dtype)
    {
        var x = Expr.Variable("x", ["n", 3], dtype);
        var drawn = RandomUniform(Seed, ["n", 3], dtype, stream: 2) + 0 * x;
        using var session = OnnxSession.Load(OnnxExport.ToOnnx([("y", drawn)], TensorSet.Empty));
        foreach (var (key, i) in Keys.Select((key, i) => (key, i)))
        {
            var values = TensorSet.Of(("key", key.ToTensor()), ("x", Tensor.Zeros(dtype, [i, 3])));
            Assert.True(key.Uniform([i, 3], dtype, 2).BitEquals(session.Run(values)["y"]), $"{key} {i}");
        }
    }

    [Property(Arbitrary = [typeof(TensorArbitrary)])]
    public void Keys_are_derived_there_as_here(long[] keys, long number)
    {
        var (key, by) = (Expr.Variable("keys", [keys.Length], DType.Int64), Expr.Variable("number", Shape.Scalar, DType.Int64));
        var values = TensorSet.Of(("keys", Tensor.Vector(keys)), ("number", number));
        Tensor expected = Tensor.Vector([.. keys.Select(k => (long)new Key((ulong)k).Fold(number).Value)]);
        foreach (var value in (Tensor[])[FoldKey(key, by).Evaluate(values), FoldKey(key, by).EvaluateInOnnxRuntime(values)])
            Assert.True(expected.BitEquals(value));
    }

    /// <summary>The rounds are written out once for a draw, whatever its size, and the key's words once for all.</summary>
    [Fact]
    public void A_draw_takes_a_bounded_number_of_nodes()
    {
        static int Nodes(params Shape[] shapes)
        {
            var outputs = shapes.Select((shape, i) => ($"y{i}", RandomUniform(Seed, shape, stream: i)));
            return FunctionalDL.Onnx.ModelProto.Parser.ParseFrom(OnnxExport.ToOnnx([.. outputs], TensorSet.Empty)).Graph.Node.Count;
        }
        Assert.Equal(Nodes([10]), Nodes([10_000_000]));
        Assert.InRange(Nodes([10]), 100, 190);
        Assert.InRange(Nodes([10], [10]) - Nodes([10]), 100, 160);
    }

    /// <summary>Dropout in a loop over time draws inside the loop's body.</summary>
    [Fact]
    public void Numbers_are_drawn_inside_of_loops()
    {
        var x = Expr.Variable("x", [5, 3]);
        var drawn = Scan(
            [Expr.Constant(Tensor.Zeros(DType.Float32, [3]))],
            [x],
            (h, e) => [h[0] + e[0] * RandomUniform(FoldKey(Seed, (100 * Sum(e[0])).Cast(DType.Int64)), [3])]).Last[0];
        var values = TensorSet.Of(("key", Key.Of(3).ToTensor()), ("x", Key.Of(1).Uniform([5, 3])));
        Laws.SameValue("loop", drawn.Evaluate(values), drawn.EvaluateInOnnxRuntime(values), 1e-6);
    }
}
