using FunctionalDL.Tests.Expressions;

namespace FunctionalDL.Tests.Models;

/// <summary>The gradient of every layer, as it is trained and as it predicts, in float64 against central differences.</summary>
public class LayerGradientTests
{
    static readonly Expr Memory = Derivatives.Variable("memory", Model.Batch, 3, 5),
        Tokens = Expr.Variable("tokens", [Model.Batch, "time"], DType.Int64);

    static readonly Dictionary<string, (Layer Layer, Dim[] Input)> Cases = new()
    {
        ["Dense"] = (Layer.Dense(3), [4]),
        ["Conv1D"] = (Layer.Conv1D(3, 2, stride: 2, padding: 1, dilation: 2), [2, 7]),
        ["Conv2D"] = (Layer.Conv2D(4, (3, 2), padding: Padding.Same, groups: 2), [2, 4, 3]),
        ["DepthwiseConv2D"] = (Layer.DepthwiseConv2D(2, multiplier: 2, stride: 2), [3, 4, 5]),
        ["ConvTranspose2D"] = (Layer.ConvTranspose2D(4, 3, stride: 2, padding: 1, outputPadding: 1, groups: 2), [2, 3, 2]),
        ["MaxPool2D"] = (Layer.MaxPool2D(2, stride: (1, 2), padding: 1), [2, 4, 5]),
        ["MaxPool1D"] = (Layer.MaxPool1D(2), [2, 5]),
        ["AveragePool2D"] = (Layer.AveragePool2D(2, stride: 1, padding: 1), [2, 3, 4]),
        ["AveragePool1D"] = (Layer.AveragePool1D(2), [2, 5]),
        ["GlobalMaxPool"] = (Layer.GlobalMaxPool, [2, 3, 4]),
        ["GlobalAveragePool"] = (Layer.GlobalAveragePool, [2, "height", 4]),
        ["BatchNorm"] = (Layer.BatchNorm(), [3, 4]),
        ["LayerNorm"] = (Layer.LayerNorm(), ["time", 5]),
        ["GroupNorm"] = (Layer.GroupNorm(2), [4, 3]),
        ["InstanceNorm"] = (Layer.InstanceNorm(), [3, 4, "height"]),
        ["LocalResponseNorm"] = (Layer.LocalResponseNorm(3, alpha: 0.5), [4, 3]),
        ["Upsample2D"] = (Layer.Upsample2D((2, 3), ResizeMode.Linear), [2, 3, 2]),
        ["Bidirectional"] =
            (Layer.Bidirectional(Layer.Lstm(2, returnSequences: true), Layer.Gru(3, returnSequences: true, reverse: true)), ["time", 2]),
        ["RmsNorm"] = (Layer.RmsNorm(), [5]),
        ["Dropout"] = (Layer.Dropout(0.4), [6]),
        ["Residual"] = (Layer.Residual(Layer.Dense(4) >> Layer.Tanh), [4]),
        ["Residual, with a shortcut"] = (Layer.Residual(Layer.Dense(3) >> Layer.Tanh, Layer.Dense(3)), [4]),
        ["Rematerialize"] = (Layer.Rematerialize(Layer.Dense(4) >> Layer.Tanh), [4]),
        ["Concat"] = (Layer.Concat(-1, Layer.Dense(2), Layer.Tanh), [3]),
        ["Parallel"] = (Layer.Parallel("product", x => x[0] * x[1], Layer.Dense(2), Layer.Dense(2) >> Layer.Sigmoid), [3]),
        ["Flatten"] = (Layer.Flatten, [2, 3]),
        ["Reshape"] = (Layer.Reshape(3, 2), [6]),
        ["Embedding"] = (Layer.Of("sign", x => (x > 0).Cast(DType.Int64)) >> Layer.Embedding(2, 3), ["time"]),
        ["SimpleRnn"] = (Layer.SimpleRnn(3, returnSequences: true), ["time", 2]),
        ["Lstm"] = (Layer.Lstm(3), ["time", 2]),
        ["Lstm, from the end"] = (Layer.Lstm(2, returnSequences: true, reverse: true), ["time", 2]),
        ["Gru"] = (Layer.Gru(3, returnSequences: true), ["time", 2]),
        ["PositionEmbedding"] = (Layer.PositionEmbedding(40), ["time", 4]),
        ["SinusoidalPositions"] = (Layer.SinusoidalPositions, ["time", 4]),
        ["MultiHeadAttention"] = (Layer.MultiHeadAttention(2, causal: true, rotary: true), ["time", 8]),
        ["MultiHeadAttention, to another sequence"] = (Layer.MultiHeadAttention(2, memory: Memory), ["time", 4]),
        ["TransformerEncoder"] = (Layer.TransformerEncoder(2, hidden: 6, dropout: 0.2, mask: Tokens > 0), ["time", 4]),
        ["TransformerEncoder, norm last"] = (Layer.TransformerEncoder(2, hidden: 6, normFirst: false, activation: Layer.Silu), ["time", 4]),
        ["TransformerDecoder"] = (Layer.TransformerDecoder(2, memory: Memory), ["time", 4]),
        ["Relu"] = (Layer.Relu, [4]),
        ["LeakyRelu"] = (Layer.LeakyRelu(0.1), [4]),
        ["Elu"] = (Layer.Elu(1.5), [4]),
        ["Selu"] = (Layer.Selu, [4]),
        ["Gelu"] = (Layer.Gelu, [4]),
        ["GeluTanh"] = (Layer.GeluTanh, [4]),
        ["Silu"] = (Layer.Silu, [4]),
        ["Softplus"] = (Layer.Softplus, [4]),
        ["Softsign"] = (Layer.Softsign, [4]),
        ["HardSigmoid"] = (Layer.HardSigmoid, [4]),
        ["HardSwish"] = (Layer.HardSwish, [4]),
        ["HardTanh"] = (Layer.HardTanh(-0.5, 0.25), [4]),
        ["Relu6"] = (Layer.Relu6, [4]),
        ["PRelu"] = (Layer.PRelu(), [3, 2]),
        ["PRelu, one for all"] = (Layer.PRelu(perChannel: false), ["time", 3]),
        ["ThresholdedRelu"] = (Layer.ThresholdedRelu(0.2), [4]),
        ["Celu"] = (Layer.Celu(1.5), [4]),
        ["Swish"] = (Layer.Swish(1.5), [4]),
        ["Shrink"] = (Layer.Shrink(0.1, 0.3), [4]),
        ["HardShrink"] = (Layer.HardShrink(), [4]),
        ["SoftShrink"] = (Layer.SoftShrink(0.3), [4]),
        ["TanhShrink"] = (Layer.TanhShrink, [4]),
        ["LogSigmoid"] = (Layer.LogSigmoid, [4]),
        ["Glu"] = (Layer.Glu(1), [4, 3]),
        ["SwiGlu"] = (Layer.SwiGlu(), ["time", 6]),
        ["Softmin"] = (Layer.Softmin, [4]),
        ["Mish"] = (Layer.Mish, [4]),
        ["Tanh"] = (Layer.Tanh, [4]),
        ["Sigmoid"] = (Layer.Sigmoid, [4]),
        ["Softmax"] = (Layer.Softmax, [4]),
        ["LogSoftmax"] = (Layer.LogSoftmax, [4]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Fact]
    public void Every_layer_is_here() => Factories.HaveRows<Layer>(Cases.Keys, nameof(Layer.Sequence));

    [Theory, MemberData(nameof(Names))]
    public void Derivatives_agree(string name)
    {
        var model = Model.Input(DType.Float64, Cases[name].Input).Then(Cases[name].Layer);
        foreach (var isTraining in new[] { true, false })
        {
            var y = Forward.Build(model.Body, isTraining).Outputs[0].Value;
            Derivatives.Agree(Square(y), Point(model, y), order: 1);
        }
    }

    /// <summary>
    /// In float32, as models are trained, outputs and gradients are those of float64 but for rounding; compiled they are too.
    /// </summary>
    [Theory, MemberData(nameof(Names))]
    public void Single_precision_is_close_to_double(string name)
    {
        var model = Model.Input(DType.Float64, Cases[name].Input).Then(Cases[name].Layer);
        var y = Forward.Build(model.Body, isTraining: false).Outputs[0].Value;
        Expr[] both = [y, .. Mean(Square(y)).Gradient([.. Graph.Variables(y).Where(v => v.DType.IsFloat())])];
        var at = Point(model, y);
        var single = at.Map((_, value) => value.DType == DType.Float64 ? value.Cast(DType.Float32) : value);
        var expected = Evaluator.Evaluate(both, single.Map((_, value) => value.DType == DType.Float32 ? value.Cast(DType.Float64) : value));
        var rounded = Graph.WithPrecision(both, DType.Float32);
        foreach (
            var (e, reference, compiled) in expected.Zip(Evaluator.Evaluate(rounded, single), Compilation.Compile(rounded).Run(single)))
            for (var i = 0; i < e.Count; i++)
            {
                Assert.Equal(e.GetDouble(i), reference.GetDouble(i), 1e-5 * Math.Max(1, Math.Abs(e.GetDouble(i))));
                Assert.Equal(e.GetDouble(i), compiled.GetDouble(i), 1e-5 * Math.Max(1, Math.Abs(e.GetDouble(i))));
            }
    }

    /// <summary>
    /// Inputs that are small, large and special. Where the layer magnifies the rounding of its inputs, as softmax does with large ones,
    /// as much is allowed; NaN and infinity are where they are in float64.
    /// </summary>
    [Theory, MemberData(nameof(Names))]
    public void Single_precision_is_close_to_double_far_from_1_too(string name)
    {
        var model = Model.Input(DType.Float64, Cases[name].Input).Then(Cases[name].Layer);
        var y = Forward.Build(model.Body, isTraining: false).Outputs[0].Value;
        var (at, compiled) = (Point(model, y), y.WithPrecision(DType.Float32).Compile());
        foreach (
            var map in new Func<double, double>[]
            {
                x => 1e-20 * x,
                x => 1e-6 * x,
                x => 30 * x,
                x => 1e4 * x,
                x => x > 0.3 ? 0 : x,
                x => x > 0.5 ? double.NaN : x,
                x => x > 0.5 ? double.PositiveInfinity : x,
                x => x < -0.5 ? double.NegativeInfinity : x,
            })
        {
            var single = at.With("input", at["input"].As<double>().Map(map))
                .Map((_, value) => value.DType == DType.Float64 ? value.Cast(DType.Float32) : value);
            Tensor Exact(double relative) =>
                y.Evaluate(
                    single.Map(
                        (_, value) =>
                            value.DType == DType.Float32 ? value.Cast(DType.Float64).As<double>().Map(x => x * (1 + relative)) : value));
            var (exact, nearby, actual) = (Exact(0), Exact(1e-7), compiled.Run(single)[0]);
            for (var i = 0; i < exact.Count; i++)
            {
                var (e, a) = (exact.GetDouble(i), actual.GetDouble(i));
                if (e.Equals(a)) continue;
                var allowed = 1e-5 * Math.Max(map(1) is > 0 and < 1 ? map(1) : 1, Math.Abs(e)) + 20 * Math.Abs(nearby.GetDouble(i) - e);
                Assert.True(
                    Math.Abs(e - a) <= allowed || (Math.Abs(e) > float.MaxValue && double.IsInfinity(a)),
                    $"{name} of {map(1)}, {map(-1)}: {a} in float32, {e} in float64, {allowed:0e0} allowed");
            }
        }
    }

    /// <summary>What is exported to ONNX is the layer as it predicts.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Exported_layers_compute_the_same(string name)
    {
        var model = Model.Input(DType.Float64, Cases[name].Input).Then(Cases[name].Layer).Initialize(5);
        var parameters = model.Parameters.Map((_, value) => value.Cast(DType.Float32));
        (string, Expr)[] outputs = [("value", model.Output.WithPrecision(DType.Float32))];
        OnnxVerification.Verify(OnnxExport.ToOnnx(outputs, parameters), outputs, parameters, 1e-5);
    }

    static TensorSet Point(Model model, Expr y)
    {
        Expr[] variables = [.. Graph.Variables([y, model.InputVariable])];
        var at = TensorSet.Of(variables.Select((v, i) => KeyValuePair.Create(v.VariableName!, Value(v, Key.Of(3).Fold(i)))));
        return at;

        static Tensor Value(Expr variable, Key key)
        {
            var sizes = Sizes.None.With(Model.Batch, 2).With("time", 4).With("height", 3).With("width", 3);
            var values = Derivatives.Random(key, variable.Shape.Resolve(sizes));
            return variable.DType == DType.Int64 ? values.As<double>().Map(v => (long)Math.Floor(2 * v + 2))
                : variable.VariableName!.EndsWith("variance") ? values.As<double>().Map(v => 1.1 + v)
                : values;
        }
    }

    [Fact]
    public void Embeddings_collect_the_gradients_of_their_tokens()
    {
        var model = Model.Input(DType.Int64, "time").Embedding(5, 3);
        var tokens = Tensor.Of(Shape.Of(2, 2), [1L, 4, 1, 0]);
        var weight = model.ParameterList[0].Variable;
        var g = Sum(model.Output).Gradient(weight).Evaluate(("input", tokens), ("embedding1.weight", Tensor.Zeros(DType.Float32, [5, 3])));
        Assert.Equal([1f, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0, 0, 1, 1, 1], g.ToArray<float>());
    }
}
