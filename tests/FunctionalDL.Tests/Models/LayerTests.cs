using FunctionalDL.Tests.Expressions;

namespace FunctionalDL.Tests.Models;

public class LayerTests
{
    static Tensor Values(int seed, params Dim[] shape) => Derivatives.Random(Key.Of(seed), Shape.Of(shape));

    /// <summary>Training normalizes by the batch and moves the running statistics; prediction uses those.</summary>
    [Fact]
    public void Batch_norm_trains_on_the_batch_and_predicts_with_what_it_has_seen()
    {
        var model = Model.Input(DType.Float64, 2, 3).BatchNorm(momentum: 0.75, epsilon: 1e-12).Initialize(1);
        var x = Values(1, 4, 2, 3).As<double>();
        var training = Forward.Build(model.Body, isTraining: true);
        var at = model.Parameters.With("input", x);
        var y = training.Outputs[0].Value.Evaluate(at).As<double>();

        for (var channel = 0; channel < 2; channel++)
        {
            double[] values = [.. from b in Enumerable.Range(0, 4) from s in Enumerable.Range(0, 3) select x[b, channel, s]];
            double[] normalized = [.. from b in Enumerable.Range(0, 4) from s in Enumerable.Range(0, 3) select y[b, channel, s]];
            var (mean, variance) = (values.Average(), values.Average(v => v * v) - values.Average() * values.Average());
            Assert.Equal(0, normalized.Average(), 1e-10);
            Assert.Equal(1, normalized.Average(v => v * v), 1e-8);
            Assert.Equal(0.25 * mean, training.Updates["batchnorm1.mean"].Evaluate(at).As<double>()[channel], 1e-12);
            Assert.Equal(0.75 + 0.25 * variance, training.Updates["batchnorm1.variance"].Evaluate(at).As<double>()[channel], 1e-12);
        }
        Assert.Equal(x.ToArray<double>(), model.Predict(x).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-10);
        Assert.False(model.ParameterList[0].IsTrainable);
    }

    [Fact]
    public void Norms_leave_mean_0_and_variance_1()
    {
        var x = Values(1, 3, 4, 6);
        foreach (var (model, count) in new[]
        {
            (Model.Input(DType.Float64, 4, 6).LayerNorm(1e-12), 6),
            (Model.Input(DType.Float64, 4, 6).GroupNorm(2, 1e-12), 12),
        })
            foreach (var group in model.Initialize(1).Predict(x).ToArray<double>().Chunk(count))
            {
                Assert.Equal(0, group.Average(), 1e-10);
                Assert.Equal(1, group.Average(v => v * v), 1e-8);
            }
        Assert.All(Model.Input(DType.Float64, 4, 6).RmsNorm(1e-12).Initialize(1).Predict(x).ToArray<double>().Chunk(6),
            row => Assert.Equal(1, row.Average(v => v * v), 1e-8));
    }

    [Fact]
    public void Dropout_drops_by_the_key_in_training_and_nothing_in_prediction()
    {
        var model = Model.Input(DType.Float64, 1000).Dropout(0.25);
        var x = Tensor.Full(DType.Float64, [2, 1000], 3);
        double[] Train(long seed) =>
            Forward
                .Build(model.Body, isTraining: true)
                .Outputs[0]
                .Value.Evaluate(("input", x), ("key", Key.Of(seed).ToTensor()))
                .ToArray<double>();

        var y = Train(1);
        Assert.Equal(y, Train(1));
        Assert.NotEqual(y, Train(2));
        Assert.All(y, v => Assert.True(v is 0 or 4));
        Assert.InRange(y.Count(v => v == 0) / 2000.0, 0.2, 0.3);
        Assert.Equal(x.ToArray<double>(), model.Predict(x).ToArray<double>());
    }

    /// <summary>Activations at points where their values are known, and far out, where none overflows.</summary>
    [Theory]
    [InlineData("leakyrelu", -2, -0.02)]
    [InlineData("elu", -1, -0.63212055882855767)]
    [InlineData("selu", 1, 1.0507009873554805)]
    [InlineData("gelutanh", 1, 0.8411919906082768)]
    [InlineData("gelu", 1, 0.84134474606854293)]
    [InlineData("silu", 2, 1.7615941559557649)]
    [InlineData("softsign", -3, -0.75)]
    [InlineData("hardsigmoid", 1, 0.66666666666666663)]
    [InlineData("hardswish", 1, 0.66666666666666663)]
    [InlineData("hardtanh", 0.25, 0.25)]
    [InlineData("relu6", 7, 6)]
    [InlineData("prelu", -2, -0.5)]
    [InlineData("thresholdedrelu", 1.5, 1.5)]
    [InlineData("celu", -1, -0.63212055882855767)]
    [InlineData("swish", 2, 1.7615941559557649)]
    [InlineData("shrink", -2, -2)]
    [InlineData("hardshrink", -2, -2)]
    [InlineData("softshrink", -2, -1.5)]
    [InlineData("tanhshrink", 1, 0.23840584404423515)]
    [InlineData("logsigmoid", -2, -2.1269280110429727)]
    [InlineData("softmin", 5, 1)]
    [InlineData("mish", 1, 0.86509838826731034)]
    public void Activations_have_their_values(string name, double x, double y)
    {
        Layer[] all =
        [
            Layer.LeakyRelu(),
            Layer.Elu(),
            Layer.Selu,
            Layer.GeluTanh,
            Layer.Gelu,
            Layer.Silu,
            Layer.Softsign,
            Layer.HardSigmoid,
            Layer.HardSwish,
            Layer.HardTanh(),
            Layer.Relu6,
            Layer.PRelu(),
            Layer.ThresholdedRelu(),
            Layer.Celu(),
            Layer.Swish(),
            Layer.Shrink(),
            Layer.HardShrink(),
            Layer.SoftShrink(),
            Layer.TanhShrink,
            Layer.LogSigmoid,
            Layer.Softmin,
            Layer.Mish,
        ];
        var model = Model.Input(DType.Float64, 1).Then(all.Single(layer => layer.Name == name)).Initialize(1);
        Assert.Equal(y, model.Predict(Tensor.Of(Shape.Of(1, 1), [x])).ToScalar(), 1e-15);

        var v = Expr.Variable("input", ["batch", 1], DType.Float64);
        foreach (var far in new[] { -1e4, 1e4, 0 })
        {
            var at = model.Parameters.With("input", Tensor.Of(Shape.Of(1, 1), [far]));
            Assert.True(double.IsFinite(Sum(model.Output).Gradient(v).Evaluate(at).ToScalar()));
        }
    }

    [Fact]
    public void Nested_layers_have_names_that_say_where_they_are()
    {
        var block = Layer.Residual(Layer.Dense(4) >> Layer.Relu >> Layer.Dense(4));
        var model = Model
            .Input(4)
            .Then(block)
            .Then(block.Copy())
            .Then(Layer.Concat(-1, Layer.Dense(2, bias: false), Layer.Dense(3, bias: false).Named("head")));
        Assert.Equal(
            [
                "residual1.dense1.weight",
                "residual1.dense1.bias",
                "residual1.dense2.weight",
                "residual1.dense2.bias",
                "residual2.dense1.weight",
                "residual2.dense1.bias",
                "residual2.dense2.weight",
                "residual2.dense2.bias",
                "concat1.dense1.weight",
                "concat1.head1.weight",
            ],
            model.ParameterList.Select(p => p.Name));
        Assert.Equal(Shape.Of(Model.Batch, 5), model.Output.Shape);
    }

    /// <summary>The networks that training steps are measured with (the peer's program has the same).</summary>
    [Fact]
    public void The_measured_networks_have_their_sizes()
    {
        var digits = Model
            .Input(1, 28, 28)
            .Conv2D(16, 3, padding: 1)
            .Relu()
            .MaxPool2D(2)
            .Conv2D(32, 3, padding: 1)
            .Relu()
            .MaxPool2D(2)
            .Flatten()
            .Dense(10);
        Assert.Equal(Shape.Of(Model.Batch, 10), digits.Output.Shape);
        Assert.Equal(160 + 4640 + 15690, Elements(digits));

        var lstm = Model.Input(DType.Int64, "time").Embedding(65, 128).Lstm(128, returnSequences: true).Dense(65);
        Assert.Equal(Shape.Of(Model.Batch, "time", 65), lstm.Output.Shape);
        Assert.Equal(65 * 128 + 128 * 512 * 2 + 512 + 128 * 65 + 65, Elements(lstm));

        var transformer = Model.Input(DType.Int64, "time").Embedding(65, 128).PositionEmbedding(64)
            .TransformerDecoder(4).TransformerDecoder(4).LayerNorm().Dense(65);
        Assert.Equal(Shape.Of(Model.Batch, "time", 65), transformer.Output.Shape);
        Assert.Equal(
            65 * 128 + 64 * 128 + 2 * (4 * 128 + 128 * 384 + 384 + 128 * 128 + 128 + 128 * 512 * 2 + 512 + 128) + 256 + 128 * 65 + 65,
            Elements(transformer));

        static int Elements(Model model) => model.ParameterList.Sum(p => p.Type.Shape.ElementCount);
    }

    [Fact]
    public void Tokens_outside_the_vocabulary_are_refused()
    {
        var model = Model.Input(DType.Int64, "time").Embedding(5, 2).Initialize(1);
        Assert.Contains(
            "vocabulary",
            Assert.ThrowsAny<FunctionalException>(() => model.Predict(Tensor.Of(Shape.Of(1, 2), [1L, 5]))).Message);
        Assert.Contains("integers", Assert.ThrowsAny<FunctionalException>(() => Model.Input("time").Embedding(5, 2)).Message);
    }

    public static TheoryData<string, Func<object>> Invalid => new()
    {
        { "filters", () => Layer.Conv2D(0, 3) },
        { "kernel", () => Layer.Conv1D(2, 0) },
        { "groups", () => Model.Input(3, 8, 8).Conv2D(4, 3, groups: 2) },
        { "groups", () => Layer.ConvTranspose2D(3, 2, groups: 2) },
        { "Channels come first", () => Model.Input(28, 28).Conv2D(4, 3) },
        { "window", () => Layer.MaxPool2D(0) },
        { "flattening", () => Model.Input(5).GlobalAveragePool() },
        { "momentum", () => Layer.BatchNorm(momentum: 2) },
        { "ε", () => Layer.LayerNorm(epsilon: 0) },
        { "groups", () => Model.Input(5, 4).GroupNorm(2) },
        { "rate", () => Layer.Dropout(1) },
        { "rate", () => Layer.Dropout(double.NaN) },
        { "slope NaN", () => Layer.LeakyRelu(double.NaN) },
        { "α", () => Layer.Elu(double.PositiveInfinity) },
        { "slope NaN", () => Layer.PRelu(slope: double.NaN) },
        { "axis of channels", () => Model.Input(DType.Float32).PRelu() },
        { "α NaN", () => Layer.ThresholdedRelu(double.NaN) },
        { "α is 0", () => Layer.Celu(0) },
        { "α Infinity", () => Layer.Celu(double.PositiveInfinity) },
        { "β NaN", () => Layer.Swish(double.NaN) },
        { "Exchange", () => Layer.HardTanh(1, -1) },
        { "Exchange", () => Layer.HardTanh(double.NaN, 1) },
        { "λ -1", () => Layer.Shrink(0, -1) },
        { "bias NaN", () => Layer.Shrink(double.NaN) },
        { "λ NaN", () => Layer.SoftShrink(double.NaN) },
        { "no two halves", () => Model.Input(3).Glu() },
        { "no two halves", () => Model.Input(3).SwiGlu() },
        { "branches", () => Layer.Concat(1) },
        { "vocabulary", () => Layer.Embedding(0, 4) },
        { "length", () => Layer.PositionEmbedding(0) },
    };

    [Theory, MemberData(nameof(Invalid))]
    public void Invalid_settings_are_refused_by_name(string message, Func<object> build) =>
        Assert.Contains(message, Assert.ThrowsAny<FunctionalException>(build).Message);
}
