using FunctionalDL.Tests.Expressions;

namespace FunctionalDL.Tests.Models;

/// <summary>What layers compute, against the same written otherwise: by hand, or out of smaller layers.</summary>
public class LayerValueTests
{
    static Tensor Values(int seed, params Dim[] shape) => Derivatives.Random(Key.Of(seed), Shape.Of(shape));

    static readonly Expr Memory = Derivatives.Variable("memory", Model.Batch, "keys", 4),
        Mask = Expr.Variable("mask", [Model.Batch, "keys"], DType.Bool);

    static Model Sequence(params Layer[] layers) => Model.Input(DType.Float64, "time", 4).Then(Layer.Sequence(layers));

    static Layer[] Block(bool normFirst, params Layer[] parts) => [.. parts.SelectMany(part => normFirst
        ? new[] { Layer.Residual(Layer.LayerNorm() >> part >> Layer.Dropout(0.3)) }
        : [Layer.Residual(part >> Layer.Dropout(0.3)), Layer.LayerNorm()])];

    static Layer FeedForward(int hidden, Layer activation) => Layer.Dense(hidden) >> activation >> Layer.Dense(4);

    public static TheoryData<string, Model, Model> Blocks
    {
        get
        {
            var all = new TheoryData<string, Model, Model>();
            foreach (var normFirst in new[] { true, false })
            {
                all.Add(
                    $"encoder, {normFirst}",
                    Sequence(Layer.TransformerEncoder(2, dropout: 0.3, normFirst: normFirst)),
                    Sequence(Block(normFirst, Layer.MultiHeadAttention(2, dropout: 0.3), FeedForward(16, Layer.Gelu))));
                all.Add(
                    $"encoder with settings, {normFirst}",
                    Sequence(
                        Layer.TransformerEncoder(2, hidden: 5, dropout: 0.3, rotary: true, activation: Layer.Relu, normFirst: normFirst)),
                    Sequence(Block(normFirst, Layer.MultiHeadAttention(2, rotary: true, dropout: 0.3), FeedForward(5, Layer.Relu))));
                all.Add(
                    $"decoder, {normFirst}",
                    Sequence(Layer.TransformerDecoder(2, hidden: 5, dropout: 0.3, activation: Layer.Tanh, normFirst: normFirst)),
                    Sequence(Block(normFirst, Layer.MultiHeadAttention(2, causal: true, dropout: 0.3), FeedForward(5, Layer.Tanh))));
                all.Add(
                    $"decoder with memory, {normFirst}",
                    Sequence(Layer.TransformerDecoder(2, dropout: 0.3, memory: Memory, memoryMask: Mask, normFirst: normFirst)),
                    Sequence(
                        Block(
                            normFirst,
                            Layer.MultiHeadAttention(2, causal: true, dropout: 0.3),
                            Layer.MultiHeadAttention(2, mask: Mask, memory: Memory, dropout: 0.3),
                            FeedForward(16, Layer.Gelu))));
            }
            return all;
        }
    }

    /// <summary>A block is its parts one after another, as it predicts and, with the same numbers drawn, as it is trained.</summary>
    [Theory]
    [MemberData(nameof(Blocks))]
    public void Transformer_blocks_are_their_parts(string name, Model block, Model parts)
    {
        Assert.Equal(block.ParameterList.Select(p => p.Type), parts.ParameterList.Select(p => p.Type));
        TensorSet At(Model model) =>
            TensorSet
                .Of(model.ParameterList.Select((p, i) => KeyValuePair.Create(p.Name, Values(i, [.. p.Type.Shape]))))
                .With("input", Values(100, 2, 3, 4))
                .With("memory", Values(101, 2, 3, 4))
                .With("mask", Tensor.Of(Shape.Of(2, 3), [true, false, true, true, true, false]))
                .With("key", Key.Of(7).ToTensor());
        foreach (var isTraining in new[] { false, true })
        {
            var (actual, expected) = (
                Forward.Build(block.Body, isTraining).Outputs[0].Value.Evaluate(At(block)),
                Forward.Build(parts.Body, isTraining).Outputs[0].Value.Evaluate(At(parts)));
            Assert.True(
                expected.ToArray<double>().Zip(actual.ToArray<double>()).All(p => Math.Abs(p.First - p.Second) < 1e-12),
                $"{name}, training {isTraining}");
        }
    }

    /// <summary>softmax(q kᵀ/√d) v with q = x Wq + bq …, places turned in both q and k.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_of_one_head_is_its_formula(bool rotary)
    {
        var model = Model.Input(DType.Float64, 3, 4).MultiHeadAttention(1, rotary: rotary).Initialize(3);
        var x = Values(1, 2, 3, 4);
        Expr P(string name) => Expr.Constant(model.Parameters["attention1." + name]);
        Expr Part(int i) => Reshape(Slice(MatMul(Expr.Constant(x), P("qkv1.weight")) + P("qkv1.bias"), -1, 4 * i, 4 * i + 4), [2, 1, 3, 4]);
        var (q, k) = rotary ? (RotaryPositions(Part(0)), RotaryPositions(Part(1))) : (Part(0), Part(1));
        var taken = MatMul(Softmax(MatMul(q, Transpose(k, 0, 1, 3, 2)) / 2), Part(2));
        var expected = (MatMul(Reshape(taken, [2, 3, 4]), P("out1.weight")) + P("out1.bias")).Evaluate();
        Assert.Equal(expected.ToArray<double>(), model.Predict(x).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    /// <summary>Keys that are masked are as keys that are not there.</summary>
    [Fact]
    public void Masked_memory_is_not_seen()
    {
        var model = Model.Input(DType.Float64, 3, 4).MultiHeadAttention(2, mask: Mask, memory: Memory).Initialize(1);
        Tensor x = Values(1, 1, 3, 4), memory = Values(2, 1, 5, 4);
        var first = Slice(Expr.Constant(memory), 1, 0, 2).Evaluate();
        var masked = model.Predict(
            ("input", x),
            ("memory", memory),
            ("mask", Tensor.Of(Shape.Of(1, 5), [true, true, false, false, false])));
        var without = model.Predict(("input", x), ("memory", first), ("mask", Tensor.Of(Shape.Of(1, 2), [true, true])));
        Assert.Equal(without.ToArray<double>(), masked.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    static readonly double Epsilon = 0.5;

    public static TheoryData<string, Layer, double[]> Norms => new()
    {
        // Mean 3 and variance 8/3 of 1, 3, 5; mean square 35/3.
        { "layer", Layer.LayerNorm(Epsilon), [.. new[] { 1.0, 3, 5 }.Select(x => (x - 3) / Math.Sqrt(8.0 / 3 + Epsilon))] },
        { "rms", Layer.RmsNorm(Epsilon), [.. new[] { 1.0, 3, 5 }.Select(x => x / Math.Sqrt(35.0 / 3 + Epsilon))] },
        { "group", Layer.GroupNorm(1, Epsilon), [.. new[] { 1.0, 3, 5 }.Select(x => (x - 3) / Math.Sqrt(8.0 / 3 + Epsilon))] },
        { "batch", Layer.BatchNorm(0.9, Epsilon), [.. new[] { 1.0, 3, 5 }.Select(x => x / Math.Sqrt(1 + Epsilon))] },
    };

    [Theory]
    [MemberData(nameof(Norms))]
    public void Norms_are_their_formulas(string name, Layer layer, double[] expected)
    {
        Assert.NotEmpty(name);
        var y = Model.Input(DType.Float64, 3).Then(layer).Initialize(1).Predict(new[,] { { 1.0, 3, 5 } });
        Assert.Equal(expected, y.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-14);
    }

    /// <summary>What is not given is what the documentation says.</summary>
    [Fact]
    public void Defaults_are_those_that_are_usual()
    {
        double Predicted(Layer layer) =>
            Model
                .Input(DType.Float64, 2)
                .Then(layer)
                .Initialize(1)
                .Predict(
                    new[,]
                    {
                        { 1e-3, -1e-3 },
                    })
                .ToArray<double>()[0];
        Assert.Equal(1e-3 / Math.Sqrt(1e-6 + 1e-5), Predicted(Layer.LayerNorm()), 1e-12);
        Assert.Equal(1e-3 / Math.Sqrt(1e-6 + 1e-6), Predicted(Layer.RmsNorm()), 1e-12);
        Assert.Equal(1e-3 / Math.Sqrt(1 + 1e-5), Predicted(Layer.BatchNorm()), 1e-15);
        var norm = Model.Input(DType.Float64, 1).BatchNorm().Initialize(1);
        var next = Forward
            .Build(norm.Body, isTraining: true)
            .Updates["batchnorm1.mean"]
            .Evaluate(
                norm.Parameters.With(
                    "input",
                    new[,]
                    {
                        { 1.0 },
                        { 3 },
                    }));
        Assert.Equal(0.1 * 2, next.ToArray<double>()[0], 1e-12);
        var dense = Model.Input(50).Dense(50).Initialize(1);
        Assert.All(dense.Parameters["dense1.bias"].ToArray<float>(), b => Assert.Equal(0, b));
        Assert.InRange(dense.Parameters["dense1.weight"].ToArray<float>().Max(), 0.2f, (float)Math.Sqrt(6.0 / 100));
    }

    /// <summary>Height comes first in every pair: kernel, stride, dilation, window, and what is added at the end.</summary>
    [Fact]
    public void Pairs_are_height_and_width()
    {
        static Shape Of(Layer layer) => Model.Input(2, 9, 11).Then(layer).Output.Shape;
        Assert.Equal(Shape.Of(Model.Batch, 4, 8, 9), Of(Layer.Conv2D(4, (2, 3))));
        Assert.Equal(Shape.Of(Model.Batch, 4, 9, 4), Of(Layer.Conv2D(4, 1, stride: (1, 3))));
        Assert.Equal(Shape.Of(Model.Batch, 4, 7, 5), Of(Layer.Conv2D(4, 3, dilation: (1, 3))));
        Assert.Equal(Shape.Of(Model.Batch, 6, 8, 9), Of(Layer.DepthwiseConv2D((2, 3), multiplier: 3)));
        Assert.Equal(Shape.Of(Model.Batch, 2, 4, 3), Of(Layer.MaxPool2D((2, 3))));
        Assert.Equal(Shape.Of(Model.Batch, 2, 8, 5), Of(Layer.AveragePool2D(2, stride: (1, 2))));
        Assert.Equal(Shape.Of(Model.Batch, 4, 11, 35), Of(Layer.ConvTranspose2D(4, 3, stride: (1, 3), outputPadding: (0, 2))));
        Assert.Equal(Shape.Of(Model.Batch, 4, 18, 21), Of(Layer.ConvTranspose2D(4, 3, stride: 2, padding: 1, outputPadding: (1, 0))));
    }

    /// <summary>Parameters of one shape begin with different values.</summary>
    [Fact]
    public void Parameters_are_drawn_apart()
    {
        var model = Model.Input(6).Dense(6).Dense(6).Initialize(1);
        Assert.False(model.Parameters["dense1.weight"].BitEquals(model.Parameters["dense2.weight"]));
    }

    [Fact]
    public void Dropout_layers_draw_apart()
    {
        var model = Model.Input(DType.Float64, 200).Parallel("both", x => x[0] - x[1], Layer.Dropout(0.5), Layer.Dropout(0.5));
        var y = Forward
            .Build(model.Body, isTraining: true)
            .Outputs[0]
            .Value.Evaluate(("input", Tensor.Full(DType.Float64, [1, 200], 1)), ("key", Key.Of(1).ToTensor()));
        Assert.Contains(y.ToArray<double>(), d => d != 0);
    }

    /// <summary>A shortcut takes the place of x also where the shapes agree.</summary>
    [Fact]
    public void A_shortcut_is_taken()
    {
        var model = Model.Input(DType.Float64, 2).Residual(Layer.Of("three", x => 3 * x), Layer.Of("ten", x => 10 * x));
        Assert.Equal([13, 26], model.Predict(new[,] { { 1.0, 2 } }).ToArray<double>());
    }
}
