using FunctionalDL.Tests.Expressions;

namespace FunctionalDL.Tests.Models;

/// <summary>The gradient of every layer, as it is trained and as it predicts, in float64 against central differences.</summary>
public class LayerGradientTests
{
    static readonly Expr Memory = Derivatives.Variable("memory", Model.Batch, 3, 5), Tokens = Expr.Variable("tokens", [Model.Batch, "time"], DType.Int64);

    static readonly Dictionary<string, (Layer Layer, Dim[] Input)> Cases = new()
    {
        ["dense"] = (Layer.Dense(3), [4]),
        ["conv1d"] = (Layer.Conv1D(3, 2, stride: 2, padding: 1, dilation: 2), [2, 7]),
        ["conv2d"] = (Layer.Conv2D(4, (3, 2), padding: Padding.Same, groups: 2), [2, 4, 3]),
        ["depthwise conv2d"] = (Layer.DepthwiseConv2D(2, multiplier: 2, stride: 2), [3, 4, 5]),
        ["transposed conv2d"] = (Layer.ConvTranspose2D(4, 3, stride: 2, padding: 1, outputPadding: 1, groups: 2), [2, 3, 2]),
        ["max pooling"] = (Layer.MaxPool2D(2, stride: (1, 2), padding: 1), [2, 4, 5]),
        ["max pooling over time"] = (Layer.MaxPool1D(2), [2, 5]),
        ["average pooling"] = (Layer.AveragePool2D(2, stride: 1, padding: 1), [2, 3, 4]),
        ["average pooling over time"] = (Layer.AveragePool1D(2), [2, 5]),
        ["global max pooling"] = (Layer.GlobalMaxPool, [2, 3, 4]),
        ["global average pooling"] = (Layer.GlobalAveragePool, [2, "height", 4]),
        ["batch norm"] = (Layer.BatchNorm(), [3, 4]),
        ["layer norm"] = (Layer.LayerNorm(), ["time", 5]),
        ["group norm"] = (Layer.GroupNorm(2), [4, 3]),
        ["rms norm"] = (Layer.RmsNorm(), [5]),
        ["dropout"] = (Layer.Dropout(0.4), [6]),
        ["residual"] = (Layer.Residual(Layer.Dense(4) >> Layer.Tanh), [4]),
        ["residual with a shortcut"] = (Layer.Residual(Layer.Dense(3) >> Layer.Tanh, Layer.Dense(3)), [4]),
        ["concat"] = (Layer.Concat(-1, Layer.Dense(2), Layer.Tanh), [3]),
        ["simple rnn"] = (Layer.SimpleRnn(3, returnSequences: true), ["time", 2]),
        ["lstm"] = (Layer.Lstm(3), ["time", 2]),
        ["lstm from the end"] = (Layer.Lstm(2, returnSequences: true, reverse: true), ["time", 2]),
        ["gru"] = (Layer.Gru(3, returnSequences: true), ["time", 2]),
        ["positions"] = (Layer.PositionEmbedding(40), ["time", 4]),
        ["sinusoids"] = (Layer.SinusoidalPositions, ["time", 4]),
        ["attention"] = (Layer.MultiHeadAttention(2, causal: true, rotary: true), ["time", 8]),
        ["attention to another sequence"] = (Layer.MultiHeadAttention(2, memory: Memory), ["time", 4]),
        ["encoder"] = (Layer.TransformerEncoder(2, hidden: 6, dropout: 0.2, mask: Tokens > 0), ["time", 4]),
        ["encoder, norm last"] = (Layer.TransformerEncoder(2, hidden: 6, normFirst: false, activation: Layer.Silu), ["time", 4]),
        ["decoder"] = (Layer.TransformerDecoder(2, memory: Memory), ["time", 4]),
        ["relu"] = (Layer.Relu, [4]),
        ["leaky relu"] = (Layer.LeakyRelu(0.1), [4]),
        ["elu"] = (Layer.Elu(1.5), [4]),
        ["selu"] = (Layer.Selu, [4]),
        ["gelu"] = (Layer.Gelu, [4]),
        ["gelu by tanh"] = (Layer.GeluTanh, [4]),
        ["silu"] = (Layer.Silu, [4]),
        ["softplus"] = (Layer.Softplus, [4]),
        ["softsign"] = (Layer.Softsign, [4]),
        ["hard sigmoid"] = (Layer.HardSigmoid, [4]),
        ["mish"] = (Layer.Mish, [4]),
        ["tanh"] = (Layer.Tanh, [4]),
        ["sigmoid"] = (Layer.Sigmoid, [4]),
        ["softmax"] = (Layer.Softmax, [4]),
        ["log softmax"] = (Layer.LogSoftmax, [4]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Derivatives_agree(string name)
    {
        var model = Model.Input(DType.Float64, Cases[name].Input).Then(Cases[name].Layer);
        foreach (var isTraining in new[] { true, false })
        {
            var y = Forward.Build(model, isTraining).Output;
            Derivatives.Agree(Square(y), Point(model, y), order: 1);
        }
    }

    /// <summary>In float32, as models are trained, outputs and gradients are those of float64 but for rounding; compiled they are too.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Single_precision_is_close_to_double(string name)
    {
        var model = Model.Input(DType.Float64, Cases[name].Input).Then(Cases[name].Layer);
        var y = Forward.Build(model, isTraining: false).Output;
        Expr[] both = [y, .. Mean(Square(y)).Gradient([.. Graph.Variables(y).Where(v => v.DType.IsFloat())])];
        var at = Point(model, y);
        var single = at.Map((_, value) => value.DType == DType.Float64 ? value.Cast(DType.Float32) : value);
        var expected = Evaluator.Evaluate(both, single.Map((_, value) => value.DType == DType.Float32 ? value.Cast(DType.Float64) : value));
        var rounded = Graph.WithPrecision(both, DType.Float32);
        foreach (var (e, reference, compiled) in expected.Zip(Evaluator.Evaluate(rounded, single), Compilation.Compile(rounded).Run(single)))
            for (var i = 0; i < e.Count; i++)
            {
                Assert.Equal(e.GetDouble(i), reference.GetDouble(i), 1e-5 * Math.Max(1, Math.Abs(e.GetDouble(i))));
                Assert.Equal(e.GetDouble(i), compiled.GetDouble(i), 1e-5 * Math.Max(1, Math.Abs(e.GetDouble(i))));
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
            var values = Derivatives.Random(key, variable.Shape.Resolve(Sizes.None.With(Model.Batch, 2).With("time", 4).With("height", 3)));
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
