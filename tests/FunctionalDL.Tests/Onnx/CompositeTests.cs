using FunctionalDL.Onnx;

namespace FunctionalDL.Tests.Onnx;

/// <summary>What ONNX has an operator for is written as that operator, and nothing else is.</summary>
public class CompositeTests
{
    static Model Image => Model.Input(4, 8, 6);

    static Model Series => Model.Input("time", 5);

    static Model Rows => Model.Input(3, 6);

    static Layer Of(Func<Expr, Expr> f) => Layer.Of("f", f);

    const string Recurrent = "Gather Concat Unsqueeze Gather Transpose Unsqueeze Gather Transpose Unsqueeze";

    /// <summary>A layer on its input, and the operators in the file, the one that names the output left out.</summary>
    static readonly Dictionary<string, (Model Model, string Operators)> Table = new()
    {
        ["Relu"] = (Rows.Relu(), "Relu"),
        ["Clip"] = (Rows.Then(Of(x => Minimum(Maximum(x, -0.25), 0.5))), "Clip"),
        ["Clip, from above first"] = (Rows.Then(Of(x => Maximum(Minimum(x, 0.5), -0.25))), "Clip"),
        ["Elu"] = (Rows.Elu(0.7), "Elu"),
        ["Selu"] = (Rows.Selu(), "Selu"),
        ["LeakyRelu"] = (Rows.LeakyRelu(0.2), "LeakyRelu"),
        ["HardSigmoid"] = (Rows.HardSigmoid(), "HardSigmoid"),
        ["HardSwish"] = (Rows.Then(Of(x => x * HardSigmoid(x))), "HardSwish"),
        ["Silu"] = (Rows.Silu(), "Sigmoid Mul"),
        ["Softsign"] = (Rows.Softsign(), "Softsign"),
        ["Softplus"] = (Rows.Softplus(), "Softplus"),
        ["Mish"] = (Rows.Mish(), "Mish"),
        ["Gelu"] = (Rows.Gelu(), "Div Erf Add Mul Mul"),
        ["Softmax"] = (Rows.Softmax(), "Softmax"),
        ["Softmax of an axis"] = (Rows.Then(Of(x => Softmax(x, 1))), "Softmax"),
        ["LogSoftmax"] = (Rows.LogSoftmax(), "LogSoftmax"),
        ["Dense"] = (Model.Input(5).Dense(3), "Gemm"),
        ["Dense of three axes"] = (Series.Dense(3).Relu(), "MatMul Add Relu"),
        ["Dense without bias"] = (Model.Input(5).Dense(3, bias: false), "MatMul"),
        ["Gemm of a transpose"] = (Model.Input(5).Then(Of(x => MatMul(Transpose(x), x))), "Gemm"),
        ["Flatten"] = (Image.Flatten(), "Flatten"),
        ["Reshape"] = (Image.Then(Layer.Reshape(8, 24)), "Reshape"),
        ["Squeeze"] = (Rows.Then(Of(x => Squeeze(Slice(x, 1, 0, 1), 1))), "Slice Squeeze"),
        ["Unsqueeze"] = (Rows.Then(Of(x => ExpandDims(x, 1))), "Unsqueeze"),
        ["Conv"] = (Image.Conv2D(5, 3, padding: 1).Relu(), "Conv Relu"),
        ["Conv1D"] = (Model.Input(4, 9).Conv1D(3, 3), "Conv"),
        ["DepthwiseConv"] = (Image.Then(Layer.DepthwiseConv2D(3, 2)), "Conv"),
        ["ConvTranspose"] = (Image.Then(Layer.ConvTranspose2D(5, 3, 2)), "ConvTranspose"),
        ["BatchNorm"] = (Image.BatchNorm(), "BatchNormalization"),
        ["BatchNorm of features"] = (Model.Input(6).BatchNorm(epsilon: 0.1), "BatchNormalization"),
        ["LayerNorm"] = (Rows.LayerNorm(), "LayerNormalization"),
        ["RmsNorm"] = (Rows.Then(Layer.RmsNorm()), "Pow ReduceMean Add Sqrt Div Mul"),
        ["GroupNorm"] = (Image.Then(Layer.GroupNorm(2)), "Reshape InstanceNormalization Reshape Reshape Mul Reshape Add"),
        ["InstanceNorm"] = (Image.Then(Layer.GroupNorm(4)), "InstanceNormalization"),
        ["AveragePool"] = (Image.Then(Layer.AveragePool2D(2)), "AveragePool"),
        ["AveragePool with padding"] = (Image.Then(Layer.AveragePool2D(3, 2, Padding.Of((1, 0), (1, 1)))), "AveragePool"),
        ["AveragePool of one channel"] = (Model.Input(1, 8, 6).Then(Layer.AveragePool2D(2)), "AveragePool"),
        ["AveragePool1D"] = (Model.Input(3, 8).Then(Layer.AveragePool1D(2)), "AveragePool"),
        ["MaxPool"] = (Image.Then(Layer.MaxPool2D(2)), "MaxPool"),
        ["GlobalAveragePool"] = (Image.Then(Layer.GlobalAveragePool), "GlobalAveragePool Flatten"),
        ["GlobalMaxPool"] = (Image.Then(Layer.GlobalMaxPool), "GlobalMaxPool Flatten"),
        ["Mean"] = (Rows.Then(Of(x => Mean(x, 1))), "ReduceMean"),
        ["MeanKeep"] = (Rows.Then(Of(x => MeanKeep(x, 2))), "ReduceMean"),
        ["SumKeep"] = (Rows.Then(Of(x => SumKeep(x, 1))), "ReduceSum"),
        ["LogSumExp"] = (Rows.Then(Of(x => LogSumExp(x, 1))), "ReduceLogSumExp"),
        ["LogSumExpKeep"] = (Rows.Then(Of(x => LogSumExpKeep(x))), "ReduceLogSumExp"),
        ["L2"] = (Rows.Then(Of(x => Sqrt(Sum(Square(x), 1)))), "ReduceL2"),
        ["L2 that keeps the axis"] = (Rows.Then(Of(x => Sqrt(SumKeep(Square(x), 2)))), "ReduceL2"),
        ["Lstm"] = (Series.Then(Layer.Lstm(3)), $"Transpose {Recurrent} LSTM Squeeze"),
        ["Lstm backwards, all steps"] = (Series.Then(Layer.Lstm(3, true, true)), $"Transpose {Recurrent} LSTM Squeeze Transpose"),
        ["Gru"] = (Series.Then(Layer.Gru(3, false, true)), $"Transpose Gather {Recurrent} GRU Squeeze"),
        ["Gru, all steps"] = (Series.Then(Layer.Gru(3, true)), $"Transpose Gather {Recurrent} GRU Squeeze Transpose"),
        ["SimpleRnn"] = (Series.Then(Layer.SimpleRnn(3)), $"Transpose {Recurrent.Replace("Gather ", "")} RNN Squeeze"),
        ["SimpleRnn, all steps"] = (Model.Input(7, 5).Then(Layer.SimpleRnn(3, true, true)),
            $"Transpose {Recurrent.Replace("Gather ", "")} RNN Squeeze Transpose"),
    };

    public static TheoryData<string> Names => [.. Table.Keys];

    /// <summary>Parameters and running statistics unlike those a model begins with.</summary>
    internal static TensorSet Trained(Model model) => TensorSet.Of(model.Initialize(1).Parameters.Index().Select(p =>
        KeyValuePair.Create(p.Item.Key, (Tensor)Key.Of(p.Index + 7).Uniform(p.Item.Value.Shape).As<float>().Map(u => u + 0.1f))));

    internal static GraphProto Written(
        IReadOnlyList<(string, Expr)> outputs, TensorSet parameters, OnnxOptions? options = null) =>
        ModelProto.Parser.ParseFrom(OnnxExport.ToOnnx(outputs, parameters, options)).Graph;

    static string Operators(GraphProto graph) => string.Join(" ", graph.Node.Select(node => node.OpType).SkipLast(graph.Output.Count));

    static string Operators(Expr y, OnnxOptions? options = null) => Operators(Written([("y", y)], TensorSet.Empty, options));

    [Theory, MemberData(nameof(Names))]
    public void Layers_are_written_as_operators_of_the_same_values(string name)
    {
        var (model, operators) = Table[name];
        var parameters = Trained(model);
        var bytes = OnnxExport.ToOnnx(model.Outputs, parameters);
        Assert.Equal(operators, Operators(ModelProto.Parser.ParseFrom(bytes).Graph));
        Assert.InRange(OnnxVerification.Verify(bytes, model.Outputs, parameters, 1e-5).MaxDifference, 0, 1e-5);
    }

    [Theory, MemberData(nameof(Names))]
    public void Primitives_alone_have_the_same_values(string name)
    {
        var (model, parameters) = (Table[name].Model, Trained(Table[name].Model));
        var bytes = OnnxExport.ToOnnx(model.Outputs, parameters, new() { PrimitivesOnly = true });
        Assert.InRange(OnnxVerification.Verify(bytes, model.Outputs, parameters, 1e-5).MaxDifference, 0, 1e-5);
    }

    /// <summary>In float64, where OnnxRuntime has a kernel and an attribute, which is a float32, holds the number.</summary>
    [Fact]
    public void In_float64_those_that_have_a_kernel_are_operators()
    {
        var (x, w, b) = (Expr.Variable("x", ["n", 4], DType.Float64), Expr.Variable("w", [3, 4], DType.Float64),
            Expr.Variable("b", [3], DType.Float64));
        var scale = Expr.Variable("scale", [4], DType.Float64);
        Expr Normal(double epsilon) =>
            (x - MeanKeep(x, -1)) / Sqrt(MeanKeep(Square(x - MeanKeep(x, -1)), -1) + epsilon) * scale;
        foreach (var (operators, y) in new (string, Expr)[]
        {
            ("Relu", Relu(x)), ("Softmax", Softmax(x)), ("LogSoftmax", LogSoftmax(x)), ("Gemm", MatMul(x, Transpose(w)) + b),
            ("Clip", Minimum(Maximum(x, 0.1), 0.7)), ("ReduceMean", Mean(x, 1)), ("ReduceLogSumExp", LogSumExp(x)),
            ("LayerNormalization", Normal(1.0 / 1024)),
        })
        {
            Assert.Equal(operators, Operators(y));
            var verification = OnnxVerification.Verify(OnnxExport.ToOnnx([("y", y)], TensorSet.Empty), [("y", y)], TensorSet.Empty, 1e-12);
            Assert.InRange(verification.MaxDifference, 0, 1e-12);
        }
        foreach (var y in new[] { Normal(1e-5), Elu(x), Selu(x), LeakyRelu(x), HardSigmoid(x), Softsign(x), Mish(x) })
        {
            Assert.Contains(' ', Operators(y));
            OnnxVerification.Verify(OnnxExport.ToOnnx([("y", y)], TensorSet.Empty), [("y", y)], TensorSet.Empty, 1e-10);
        }
    }

    static readonly Expr X = Expr.Variable("x", ["n", 3, 4]), M = Expr.Variable("m", ["n", 4]), V = Expr.Variable("v", [4]),
        W = Expr.Variable("w", [4, 4]), C = Expr.Variable("c", [3]), P = Expr.Variable("p", ["n", 3, 6, 6]);

    static Expr Standard(Expr x, int inner, int outer, Func<Expr, Expr> root) =>
        (x - MeanKeep(x, inner)) / root(MeanKeep(Square(x - MeanKeep(x, inner)), outer));

    static Expr Wide(Expr v) => Reshape(v, [3, 1, 1]);

    /// <summary>What comes near a composite and differs in one place, and the operator it must not become.</summary>
    static readonly Dictionary<string, (Expr Value, string Operator)> Near = new()
    {
        ["Relu from 1 on"] = (Maximum(X, 1), "Relu"),
        ["Relu of −0"] = (Maximum(X, -0.0), "Relu"),
        ["a clip whose limits cross"] = (Minimum(Maximum(X, 2), 1), "Clip"),
        ["Gelu of another slope"] = (0.5 * X * (1 + Erf(X * 0.7)), "Div"),
        ["Elu whose branches are exchanged"] = (Select(X > 0, Expm1(X), X), "Elu"),
        ["Elu of another argument"] = (Select(X > 0, X, 1 * Expm1(2 * X)), "Elu"),
        ["LeakyRelu from 1 on"] = (Select(X > 1, X, 0.1 * X), "LeakyRelu"),
        ["HardSigmoid of 2"] = (Minimum(Maximum(X + 2, 0), 6) / 6, "HardSigmoid"),
        ["Softsign of a square"] = (X / (1 + Square(X)), "Softsign"),
        ["Softmax summed over another axis"] = (Exp(X - SumKeep(X, 2)) / SumKeep(Exp(X - SumKeep(X, 2)), 1), "Softmax"),
        ["Softmax whose maximum is of another axis"] =
            (Exp(X - ExpandDims(StopGradient(Max(X, 1)), 1)) / SumKeep(Exp(X - ExpandDims(StopGradient(Max(X, 1)), 1)), 2), "Softmax"),
        ["a column as bias"] = (MatMul(M, W) + SumKeep(M, 1), "Gemm"),
        ["LayerNorm whose ε is outside of the root"] = (Standard(X, 2, 2, v => Sqrt(v) + 1e-5) * V + V, "LayerNormalization"),
        ["LayerNorm whose variance is of another axis"] = (Standard(X, 2, 1, v => Sqrt(v + 1e-5)) * V + V, "LayerNormalization"),
        ["LayerNorm of the middle axis"] = (Standard(X, 1, 1, v => Sqrt(v + 1e-5)) * V + V, "LayerNormalization"),
        ["BatchNorm whose ε is outside of the root"] = ((P - Wide(C)) * Wide(C / (Sqrt(Abs(C)) + 1e-5)) + Wide(C), "BatchNormalization"),
        ["BatchNorm that adds the mean"] = ((P + Wide(C)) * Wide(C / Sqrt(Abs(C) + 1e-5)) + Wide(C), "BatchNormalization"),
        ["a pool that divides by another number"] = (Conv(Reshape(P, [3 * (Dim)"n", 1, 6, 6]),
            Broadcast(Expr.Constant(1f), [1, 1, 2, 2])) / 3.0, "AveragePool"),
        ["a mean over one of two spatial axes"] = (Mean(P, 3), "GlobalAveragePool"),
        ["a mean that divides by one more"] = (Sum(P, 2, 3) / 37.0, "GlobalAveragePool"),
        ["a mean over the wrong number"] = (Sum(X, 1) / 4.0, "ReduceMean"),
        ["a mean of a size that may be 0"] = (Mean(M, 0), "ReduceMean"),
        ["the root of a sum of cubes"] = (Sqrt(Sum(Abs(Power(X, 3)), 1)), "ReduceL2"),
        ["a Norm that cannot overflow"] = (Norm(X, 1), "ReduceL2"),
    };

    public static TheoryData<string> NearNames => [.. Near.Keys];

    [Theory, MemberData(nameof(NearNames))]
    public void What_differs_in_one_place_is_no_composite(string name)
    {
        var (y, not) = Near[name];
        var bytes = OnnxExport.ToOnnx([("y", y)], TensorSet.Empty);
        Assert.DoesNotContain(not, ModelProto.Parser.ParseFrom(bytes).Graph.Node.Select(node => node.OpType));
        OnnxVerification.Verify(bytes, [("y", y)], TensorSet.Empty);
    }

    /// <summary>A loop that differs from an LSTM in one gate, and one of which the cells of all steps are wanted.</summary>
    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void A_loop_that_is_not_quite_an_LSTM_stays_a_loop(int difference)
    {
        var (x, w, u, b) = (Expr.Variable("x", ["time", "n", 5]), Expr.Variable("w", [5, 12]), Expr.Variable("u", [3, 12]),
            Expr.Variable("b", [12]));
        var zeros = Broadcast(Expr.Constant(0f), ["n", 3]);
        var loop = Scan([zeros, zeros], [MatMul(x, w) + b], (h, e) =>
        {
            var gates = Split(e[0] + MatMul(h[0], u), -1, 3, 3, 3, 3);
            var c = Sigmoid(gates[1]) * h[1] + Sigmoid(gates[0]) * (difference == 1 ? Sigmoid(gates[2]) : Tanh(gates[2]));
            return [Sigmoid(gates[3]) * Tanh(c), c];
        });
        (string, Expr)[] outputs = [("h", loop.Steps[0]), ("last", loop.Last[0]), .. difference == 2 ? [("c", loop.Steps[1])] : Nothing];
        var bytes = OnnxExport.ToOnnx(outputs, TensorSet.Empty);
        var operators = ModelProto.Parser.ParseFrom(bytes).Graph.Node.Select(node => node.OpType).ToArray();
        Assert.Single(operators, difference == 0 ? "LSTM" : "Scan");
        Assert.DoesNotContain(difference == 0 ? "Scan" : "LSTM", operators);
        OnnxVerification.Verify(bytes, outputs, TensorSet.Empty, 1e-5);
    }

    static (string, Expr)[] Nothing => [];

    /// <summary>The state that a network begins with and the one it ends in.</summary>
    [Fact]
    public void A_recurrence_takes_its_state_on()
    {
        foreach (var recurrence in new[] { Recurrence.Lstm(3), Recurrence.Gru(3), Recurrence.SimpleRnn(3) })
        {
            var model = Model.Of([ModelInput.Of("x", "time", 5), ModelInput.Of("state", recurrence.StateSize)], (scope, input) =>
            {
                var run = recurrence.Run(scope, input["x"], initial: input["state"]);
                return [("steps", run.Steps), ("state after", run.State)];
            });
            var parameters = Trained(model);
            var bytes = OnnxExport.ToOnnx(model.Outputs, parameters);
            Assert.DoesNotContain(ModelProto.Parser.ParseFrom(bytes).Graph.Node, node => node.OpType == "Scan");
            OnnxVerification.Verify(bytes, model.Outputs, parameters, 1e-5);
        }
    }

    /// <summary>Parts that something else needs are written beside it, unless that were most of them, or a product twice.</summary>
    [Fact]
    public void Parts_needed_elsewhere_are_written_too()
    {
        var variance = MeanKeep(Square(M - MeanKeep(M, -1)), -1);
        var normal = (M - MeanKeep(M, -1)) / Sqrt(variance + 1e-5) * V + V;
        (string, Expr)[] one = [("y", normal), ("mean", MeanKeep(M, -1))];
        Assert.Contains(Written(one, TensorSet.Empty).Node, node => node.OpType == "LayerNormalization");
        OnnxVerification.Verify(OnnxExport.ToOnnx(one, TensorSet.Empty), one, TensorSet.Empty, 1e-5);

        var product = MatMul(M, W);
        (string, Expr)[] twice = [("y", product + V), ("product", product)];
        Assert.Equal("MatMul Add", Operators(Written(twice, TensorSet.Empty)));
        var e = Exp(M - ExpandDims(StopGradient(Max(M, 1)), 1));
        (string, Expr)[] most = [("y", e / SumKeep(e, 1)), ("e", e)];
        Assert.DoesNotContain(Written(most, TensorSet.Empty).Node, node => node.OpType == "Softmax");
    }

    /// <summary>Gradients need what is inside of composites; operators stay where that costs nothing.</summary>
    [Fact]
    public void Training_steps_have_operators_too_and_their_values_stay()
    {
        var data = new Dataset(Key.Of(1).Uniform([8, 3, 6, 6]), Tensor.Vector(0L, 1, 2, 0, 1, 2, 0, 1));
        var model = (Model.Input(3, 6, 6).Conv2D(4, 3) >> Layer.BatchNorm() >> Layer.Relu >> Layer.AveragePool2D(2) >> Layer.GroupNorm(2)
            >> Layer.Gelu >> Layer.GlobalAveragePool >> Layer.Dense(5) >> Layer.LayerNorm() >> Layer.Elu() >> Layer.Dense(3)).Initialize(1);
        var step = TrainingStep.Of(model, Loss.SoftmaxCrossEntropy, Optimizer.Sgd(0.1), data);
        var bytes = OnnxExport.ToOnnx(step.Outputs, TensorSet.Empty);
        string[] operators = [.. ModelProto.Parser.ParseFrom(bytes).Graph.Node.Select(node => node.OpType)];
        foreach (var op in new[] { "Relu", "AveragePool", "GlobalAveragePool", "Gemm", "ReduceMean" }) Assert.Contains(op, operators);
        Assert.InRange(OnnxVerification.Verify(bytes, step).MaxDifference, 0, 1e-4);

        foreach (var layer in new[] { Layer.Lstm(4), Layer.Gru(4), Layer.SimpleRnn(4) })
        {
            var network = Model.Input(5, 3).Then(layer).Dense(3).Initialize(1);
            var series = new Dataset(Key.Of(1).Uniform([8, 5, 3]), data.Targets);
            var training = TrainingStep.Of(network, Loss.SoftmaxCrossEntropy, Optimizer.Sgd(0.1), series);
            OnnxVerification.Verify(OnnxExport.ToOnnx(training.Outputs, TensorSet.Empty), training);
        }
    }

    /// <summary>
    /// NaN and infinities: operators give what the evaluator gives, but for the largest of a plane, where OnnxRuntime passes NaN over, and
    /// Elu and Selu near 0, which it takes from a difference.
    /// </summary>
    [Fact]
    public void Special_values_stay()
    {
        const float infinity = float.PositiveInfinity;
        float[] values = [float.NaN, infinity, -infinity, -0f, 0, 1e-10f, 0.3f, -0.3f, 3, -3, 100, -100, 1e30f, -1e30f];
        var x = Expr.Variable("x", [values.Length]);
        var given = TensorSet.Of(("x", Tensor.Vector(values)));
        foreach (var y in new[] { Relu(x), Minimum(Maximum(x, -1), 6), Maximum(Minimum(x, 6), -1), Elu(x), Selu(x), LeakyRelu(x),
            HardSigmoid(x), x * HardSigmoid(x), Softsign(x), Mish(x), Gelu(x) })
        {
            var (ours, theirs) = (y.Evaluate(given).ToArray<float>(), y.EvaluateInOnnxRuntime(given).ToArray<float>());
            Assert.Equal(ours, theirs, (a, b) => a.Equals(b) || Math.Abs(a - b) <= 2e-6 * Math.Abs(a) + 1e-7);
        }
        foreach (var row in new float[][] { [-infinity, 1, 2], [-infinity, -infinity, -infinity], [infinity, 1, 2], [float.NaN, 1, 2],
            [1e30f, -1e30f, 5], [1000, 1001, 1002] })
        {
            var m = Expr.Variable("m", [1, 3]);
            var at = TensorSet.Of(("m", Tensor.Of([1, 3], row)));
            foreach (var y in new[] { Softmax(m), LogSoftmax(m), LogSumExp(m), Mean(m, 1), Sqrt(Sum(Square(m), 1)) })
            {
                var (ours, theirs) = (y.Evaluate(at).ToArray<float>(), y.EvaluateInOnnxRuntime(at).ToArray<float>());
                Assert.Equal(ours, theirs, (a, b) => a.Equals(b) || Math.Abs(a - b) <= 2e-6 * Math.Abs(a) + 1e-7);
            }
        }
    }
}
