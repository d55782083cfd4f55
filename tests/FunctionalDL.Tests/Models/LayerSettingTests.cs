using FunctionalDL.Tests.Expressions;

namespace FunctionalDL.Tests.Models;

/// <summary>Settings and defaults of layers, each on an input that tells them from their neighbours.</summary>
public class LayerSettingTests
{
    static Tensor Values(int seed, params Dim[] shape) => Derivatives.Random(Key.Of(seed), Shape.Of(shape));

    static double[] Predicted(Layer layer, Tensor x) =>
        Model.Input(x.DType, [.. x.Shape.Slice(1, x.Shape.Rank)]).Then(layer).Initialize(1).Predict(x).ToArray<double>();

    static void Near(double[] expected, double[] actual) => Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-12);

    [Fact]
    public void Softmax_is_along_the_last_axis_of_any_rank()
    {
        var x = Values(1, 2, 3, 4);
        var shares = Predicted(Layer.Softmax, x);
        foreach (var row in shares.Chunk(4)) Assert.Equal(1, row.Sum(), 1e-12);
        Near([.. shares.Select(p => Math.Log(p))], Predicted(Layer.LogSoftmax, x));
    }

    [Fact]
    public void Activations_have_their_settings()
    {
        Tensor x = Tensor.Of(Shape.Of(1, 2), [-1.0, 2]);
        Near([2 * (Math.Exp(-1) - 1), 2], Predicted(Layer.Elu(2), x));
        Near([-0.3, 2], Predicted(Layer.LeakyRelu(0.3), x));
    }

    [Fact]
    public void A_pool_steps_by_its_window()
    {
        var x = Tensor.Of(Shape.Of(1, 1, 6), [1.0, 3, 5, 9, 2, 4]);
        Near([2, 7, 3], Predicted(Layer.AveragePool1D(2), x));
        Near([2, 4, 7, 5.5, 3], Predicted(Layer.AveragePool1D(2, stride: 1), x));
        Near([3, 9, 4], Predicted(Layer.MaxPool1D(2), x));
    }

    /// <summary>A window of ones whose elements are two apart, over each channel by itself.</summary>
    [Fact]
    public void A_depthwise_convolution_dilates()
    {
        var x = Values(2, 1, 2, 5, 6).As<double>();
        var y = Predicted(Layer.DepthwiseConv2D(2, dilation: (2, 3), initializer: Initializer.Ones), x);
        double[] expected = [.. from c in Enumerable.Range(0, 2) from i in Enumerable.Range(0, 3) from j in Enumerable.Range(0, 3)
                                select x[0, c, i, j] + x[0, c, i + 2, j] + x[0, c, i, j + 3] + x[0, c, i + 2, j + 3]];
        Near(expected, y);
    }

    public static TheoryData<string, Layer, Dim[], DType, string, double> FirstValues => new()
    {
        { "recurrent uniform in ±1/√16", Layer.SimpleRnn(16), [3, 2], DType.Float32, "recurrent", 0.25 / Math.Sqrt(3) },
        { "lstm", Layer.Lstm(16), [3, 2], DType.Float32, "recurrent", 0.25 / Math.Sqrt(3) },
        { "embedding", Layer.Embedding(50, 40), [3], DType.Int64, "weight", 0.02 },
        { "positions", Layer.PositionEmbedding(50), [3, 40], DType.Float32, "weight", 0.02 },
        { "2 × 4²", Layer.Conv2D(8, 4, initializer: Initializer.HeNormal), [2, 5, 5], DType.Float32, "weight", Math.Sqrt(2.0 / 32) },
        { "uniform", Layer.Conv2D(8, 4, initializer: Initializer.HeUniform), [2, 5, 5], DType.Float32, "weight", Math.Sqrt(2.0 / 32) },
        { "matrix of 4 to 400", Layer.Dense(400, initializer: Initializer.HeNormal), [4], DType.Float32, "weight", Math.Sqrt(2.0 / 4) },
    };

    /// <summary>The standard deviation of first values: a tenth of it is several times its own.</summary>
    [Theory]
    [MemberData(nameof(FirstValues))]
    public void First_values_have_their_deviation(string name, Layer layer, Dim[] input, DType dtype, string parameter, double deviation)
    {
        var model = Model.Input(dtype, input).Then(layer).Initialize(3);
        var values = model.Parameters.Single(p => p.Key.EndsWith(parameter, StringComparison.Ordinal)).Value.ToArray<float>();
        var actual = Math.Sqrt(values.Average(v => (double)v * v));
        Assert.True(Math.Abs(actual / deviation - 1) < 0.13, $"{name}: {actual}, not {deviation}");
    }

    /// <summary>What stands at a place that does not count changes nothing at those that do.</summary>
    [Fact]
    public void A_decoder_looks_past_what_its_mask_leaves_out()
    {
        var mask = Expr.Variable("mask", [Model.Batch, 4], DType.Bool);
        var model = Model.Input(DType.Float64, 4, 6).TransformerDecoder(2, mask: mask).Initialize(1);
        var seen = Tensor.Of(Shape.Of(1, 4), [true, false, true, true]);
        var x = Values(3, 1, 4, 6).ToArray<double>();
        double[] At(double[] input) => model.Predict(("input", Tensor.Of(Shape.Of(1, 4, 6), input)), ("mask", seen)).ToArray<double>();
        double[] other = [.. x.Select((v, i) => i / 6 == 1 ? v * v + i : v)];
        var (one, two) = (At(x), At(other));
        Near(one[..6], two[..6]);
        Near(one[12..], two[12..]);
        double[] shown = [.. x.Select((v, i) => i / 6 == 2 ? v * v + i % 4 : v)];
        Assert.Contains(Enumerable.Range(18, 6), i => Math.Abs(At(shown)[i] - one[i]) > 1e-6);
    }

    /// <summary>Attention to another sequence by places: with the same weights, the formula out of <c>Functions</c>.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_to_another_sequence_turns_queries_and_keys(bool rotary)
    {
        var memory = Expr.Variable("memory", [Model.Batch, 5, 4], DType.Float64);
        var model = Model.Input(DType.Float64, 3, 4).MultiHeadAttention(1, rotary: rotary, memory: memory).Initialize(2);
        var (x, m) = (Values(4, 1, 3, 4), Values(5, 1, 5, 4));
        Expr Part(string name) => Expr.Constant(model.Parameters.Single(p =>
            p.Key.Contains($".{name}", StringComparison.Ordinal) && p.Key.EndsWith(".weight", StringComparison.Ordinal)).Value);
        var (q, kv) = (MatMul(Expr.Constant(x), Part("query")), MatMul(Expr.Constant(m), Part("keyvalue")));
        var (k, v) = (Slice(kv, -1, 0, 4), Slice(kv, -1, 4, 8));
        if (rotary) (q, k) = (RotaryPositions(q), RotaryPositions(k));
        var expected = MatMul(Functions.Attention(q, k, v), Part("out")).Evaluate();
        Near(expected.ToArray<double>(), model.Predict(("input", x), ("memory", m)).ToArray<double>());
    }
}
