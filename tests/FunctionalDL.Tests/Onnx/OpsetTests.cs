using FunctionalDL.Onnx;

namespace FunctionalDL.Tests.Onnx;

/// <summary>Models in the versions of ONNX's operators.</summary>
public class OpsetTests
{
    static readonly (string Name, Model Model)[] Models =
    [
        ("images", Model.Input(3, 8, 8).Conv2D(4, 3).BatchNorm().Relu().Then(Layer.AveragePool2D(2)).Then(Layer.GroupNorm(2))
            .Then(Layer.GlobalAveragePool).Dense(3).Softmax()),
        ("text", Model.Input("time", 8).Then(Layer.TransformerEncoder(2)).Then(Layer.Of("mean", x => Mean(x, 1))).Dense(3).LogSoftmax()),
        ("series", Model.Input("time", 4).Then(Layer.Lstm(3, true)).Then(Layer.Gru(3, true)).Then(Layer.SimpleRnn(2))),
        ("activations", Model.Input(4).Gelu().GeluTanh().Mish().Elu().Selu().HardSigmoid().Softsign().Then(
            Layer.Of("hardswish", x => x * HardSigmoid(x)))),
        ("reductions", Model.Input(4, 3).Then(Layer.Of("reductions", x =>
            LogSumExp(x, 1) + Max(x, 1) + Min(x, 1) + Norm(x, 1) + Sqrt(Sum(Square(x), 1)) + Mean(SumKeep(x, 1), 1)))),
    ];

    public static TheoryData<int> Opsets => [.. Enumerable.Range(13, 10)];

    [Theory, MemberData(nameof(Opsets))]
    public void Each_is_run_by_OnnxRuntime(int opset)
    {
        foreach (var (name, model) in Models)
            foreach (var primitivesOnly in new[] { false, true })
            {
                var parameters = CompositeTests.Trained(model);
                var bytes = OnnxExport.ToOnnx(model.Outputs, parameters, new() { Opset = opset, PrimitivesOnly = primitivesOnly });
                var file = ModelProto.Parser.ParseFrom(bytes);
                Assert.Equal((opset, name), (file.OpsetImport.Single().Version, name));
                Assert.Equal(opset switch { 13 or 14 => 7, <= 18 => 8, <= 20 => 9, _ => 10 }, file.IrVersion);
                Assert.InRange(OnnxVerification.Verify(bytes, model.Outputs, parameters, 1e-5).MaxDifference, 0, 1e-5);
            }
    }

    /// <summary>A whole training step, which scatters only from opset 16 on.</summary>
    [Theory, InlineData(13), InlineData(16), InlineData(22)]
    public void Training_steps_too(int opset)
    {
        var model = Model.Input(6).Dense(5).LayerNorm().Tanh().Dense(3).Initialize(1);
        var loss = Loss.SoftmaxCrossEntropy.Apply(model.Output, Expr.Variable("target", [Model.Batch], DType.Int64));
        var step = new TrainingStep(loss, model.Parameters, Optimizer.Adam());
        OnnxVerification.Verify(OnnxExport.ToOnnx(step.Outputs, TensorSet.Empty, new() { Opset = opset }), step);
    }

    [Fact]
    public void An_operator_is_written_from_the_opset_on_that_has_it()
    {
        string[] At(int opset, Func<Model, Model> layer)
        {
            var model = layer(Model.Input(6));
            var graph = CompositeTests.Written(model.Outputs, CompositeTests.Trained(model), new() { Opset = opset });
            return [.. graph.Node.Select(n => n.OpType)];
        }
        Assert.DoesNotContain("LayerNormalization", At(16, x => x.LayerNorm()));
        Assert.Contains("LayerNormalization", At(17, x => x.LayerNorm()));
        Assert.Contains("Erf", At(19, x => x.Gelu()));
        Assert.Contains("Gelu", At(20, x => x.Gelu()));
        Assert.Contains("Gelu", At(20, x => x.GeluTanh()));
        Assert.Contains("Softplus", At(17, x => x.Mish()));
        Assert.Contains("Mish", At(18, x => x.Mish()));
    }

    [Fact]
    public void What_an_opset_does_not_have_is_refused()
    {
        var scattered = ScatterAdd(Expr.Variable("i", ["n"], DType.Int64), Expr.Variable("x", ["n"]), 4);
        var error = Assert.Throws<UnsupportedOnnxException>(() =>
            OnnxExport.ToOnnx([("y", scattered)], TensorSet.Empty, new() { Opset = 15 }));
        Assert.Contains("opset 15", error.Message);
        Assert.Contains("ScatterND", error.Message);
        Assert.Same(scattered, error.Node);
        OnnxExport.ToOnnx([("y", scattered)], TensorSet.Empty, new() { Opset = 16 });

        var empty = Reshape(Expr.Variable("x", [0, 3]), [3, 0]);
        Assert.Throws<UnsupportedOnnxException>(() => OnnxExport.ToOnnx([("y", empty)], TensorSet.Empty, new() { Opset = 13 }));

        foreach (var opset in new[] { 12, 23 })
            Assert.Contains("13 to 22", Assert.Throws<FunctionalException>(() =>
                OnnxExport.ToOnnx([("y", scattered)], TensorSet.Empty, new() { Opset = opset })).Message);
    }
}
