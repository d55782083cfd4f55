using FunctionalDL.Onnx;
using Google.Protobuf;
using static FunctionalDL.Tests.Onnx.Proto;

namespace FunctionalDL.Tests.Onnx;

public class ImportTests
{
    static readonly Tensor Two = Tensor.Scalar(2f);

    public static TheoryData<string, Model> Models => new()
    {
        { "mlp", Model.Input(20).Dense(16).Relu().Dense(4).Softmax() },
        {
            "cnn",
            (Model.Input(1, 12, 12) >> Layer.Conv2D(4, 3) >> Layer.BatchNorm() >> Layer.Relu >> Layer.MaxPool2D(2)).Flatten().Dense(3)
        },
        { "separable", Model.Input(2, 8, 8) >> Layer.DepthwiseConv2D(3) >> Layer.GroupNorm(2) >> Layer.Silu >> Layer.GlobalAveragePool },
        { "lstm", Model.Input("time", 5).Lstm(6).Dense(2) },
        { "gru", Model.Input("time", 5).Gru(6, returnSequences: true).Dense(2) },
        { "rnn backwards", Model.Input("time", 5).SimpleRnn(6, reverse: true).Dense(2) },
        { "transformer", Model.Input(DType.Int64, "time").Embedding(11, 8).TransformerEncoder(2, 16).Dense(11) },
        { "norms", Model.Input(6, 8).LayerNorm().Gelu().RmsNorm().Dense(3).LogSoftmax() },
        { "upwards", Model.Input(3, 5, 5) >> Layer.ConvTranspose2D(2, 3, 2) >> Layer.Elu() >> Layer.AveragePool2D(2) },
        { "residual", Model.Input(8) >> Layer.Residual(Layer.Dense(8) >> Layer.Tanh >> Layer.Dropout(0.5)) >> Layer.LeakyRelu() },
    };

    [Theory, MemberData(nameof(Models))]
    public void What_is_exported_is_read_as_the_same_function_with_the_same_parameters(string name, Model untrained)
    {
        var model = untrained.Initialize(3);
        var read = OnnxModel.Parse(OnnxExport.ToOnnx(model.Outputs, model.Parameters));
        Assert.Equal(model.Parameters.Names.Order(), read.Parameters.Names.Order());
        Assert.All(model.Parameters, p => Assert.True(read.Parameters[p.Key].BitEquals(p.Value), name));

        var again = read.ToModel();
        Assert.Equal(
            model.ParameterList.Select(p => (p.Name, p.Type, p.IsTrainable)).Order(),
            again.ParameterList.Select(p => (p.Name, p.Type, p.IsTrainable)).Order());
        foreach (var batch in new[] { 1, 3 })
        {
            var sizes = Sizes.None.With("batch", batch);
            var hasTime = model.InputVariable.Shape.Any(d => d.Name == "time");
            var type = model.InputVariable.Type.Resolve(hasTime ? sizes.With("time", 7) : sizes);
            var x = ((Tensor)Key.Of(batch).Uniform(type.Shape, DType.Float32).As<float>().Map(u => 4 * u)).Cast(type.DType);
            var (ours, theirs) = (model.Predict(x).As<float>(), again.Predict(x).As<float>());
            Assert.Equal(ours.Shape, theirs.Shape);
            Assert.Equal(ours.ToArray<float>(), theirs.ToArray<float>(), (a, b) => Math.Abs(a - b) <= 1e-5 * Math.Max(1, Math.Abs(a)));
        }
    }

    [Fact]
    public void A_model_that_was_read_trains_with_its_statistics_and_is_exported_with_its_names()
    {
        var seen = Model.Input(1, 8, 8) >> Layer.Conv2D(4, 3) >> Layer.BatchNorm() >> Layer.Relu;
        var model = seen.Flatten().Dropout(0.1).Dense(3).Initialize(1);
        var read = OnnxModel.Parse(OnnxExport.ToOnnx(model.Outputs, model.Parameters)).ToModel();
        var x = Key.Of(1).Uniform([64, 1, 8, 8], DType.Float32);
        var y = Tensor.Vector([.. Enumerable.Range(0, 64).Select(i => (long)(i % 3))]);
        var run = read.Fit(new(x, y), Loss.SoftmaxCrossEntropy, Optimizer.Adam(1e-2), epochs: 30, batch: 16, seed: 1);
        Assert.InRange(run.History[^1].Loss, 0, run.History[0].Loss / 2);
        Assert.All(model.ParameterList.Where(p => !p.IsTrainable), p =>
            Assert.False(run.Model.Parameters[p.Name].BitEquals(model.Parameters[p.Name]), p.Name));
        var again = OnnxModel.Parse(OnnxExport.ToOnnx(run.Model.Outputs, run.Model.Parameters));
        Assert.Equal(model.Parameters.Names.Order(), again.Parameters.Names.Order());
    }

    [Fact]
    public void A_shape_that_is_computed_from_sizes_stays_one_for_all_sizes()
    {
        // x [batch, time, 6] → [batch, time, 2, 3] → [batch·time, 6], as PyTorch writes view(b, t, 2, -1) and flatten.
        var graph = Graph(
            [Value("x", "batch", "time", 6)],
            ["y"],
            [
                Node("Shape", ["x"], ["shape"]),
                Node("Gather", ["shape", "zero"], ["b"], ("axis", 0)),
                Node("Gather", ["shape", "one"], ["t"], ("axis", 0)),
                Node("Unsqueeze", ["b", "axis"], ["b1"]), Node("Unsqueeze", ["t", "axis"], ["t1"]),
                Node("Concat", ["b1", "t1", "two", "rest"], ["split"], ("axis", 0)),
                Node("Reshape", ["x", "split"], ["heads"]),
                Node("Mul", ["b", "t"], ["bt"]), Node("Unsqueeze", ["bt", "axis"], ["bt1"]),
                Node("Concat", ["bt1", "rest"], ["flat"], ("axis", 0)),
                Node("Reshape", ["heads", "flat"], ["y"]),
            ],
            ("zero", Tensor.Scalar(0L)), ("one", Tensor.Scalar(1L)), ("axis", Tensor.Vector(0L)), ("two", Tensor.Vector(2L)),
            ("rest", Tensor.Vector(-1L)));
        var read = Read(graph);
        Assert.Equal("float32[batch·time, 6]", read.Outputs[0].Value.Type.ToString());
        Assert.Equal(Shape.Of(10, 6), read.Run(("x", Key.Of(1).Uniform([2, 5, 6], DType.Float32)))[0].Shape);
        Assert.Empty(read.Parameters);
    }

    [Fact]
    public void Nodes_may_stand_in_any_order_and_what_no_output_needs_is_not_read()
    {
        var read = Read(Graph(
            [Value("x", 2)],
            ["y"],
            [Node("Add", ["h", "x"], ["y"]), Node("NoSuchThing", ["x"], ["unused"]), Node("Mul", ["x", "2"], ["h"])],
            ("2", Two)));
        Assert.Equal([3f, 6f], read.Run(("x", new[] { 1f, 2f }))[0].ToArray<float>());
    }

    [Fact]
    public void A_function_is_read_where_it_is_called()
    {
        var function = new FunctionProto { Name = "Scaled", Domain = "mine", Input = { "a" }, Output = { "b" }, Attribute = { "by" } };
        function.OpsetImport.Add(new OperatorSetIdProto { Version = 18 });
        var by = new AttributeProto { Name = "value_float", RefAttrName = "by", Type = AttributeProto.Types.AttributeType.Float };
        function.Node.Add(new NodeProto { OpType = "Constant", Output = { "c" }, Attribute = { by } });
        function.Node.Add(Node("Mul", ["a", "c"], ["b"]));
        var call = Node("Scaled", ["x"], ["y"], ("by", 3f));
        call.Domain = "mine";
        var model = Model(Graph([Value("x", 2)], ["y"], [call]));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "mine", Version = 1 });
        model.Functions.Add(function);
        Assert.Equal([3f, 6f], OnnxModel.Parse(model.ToByteArray()).Run(("x", new[] { 1f, 2f }))[0].ToArray<float>());
    }

    [Fact]
    public void A_branch_on_a_size_is_resolved_and_one_on_a_value_is_a_choice()
    {
        var (twice, same) = (Graph([], ["t"], [Node("Mul", ["x", "2"], ["t"])]), Graph([], ["e"], [Node("Identity", ["x"], ["e"])]));
        var read = Read(Graph(
            [Value("x", 3), Value("c", DType.Bool)],
            ["y", "z"],
            [
                Node("Shape", ["x"], ["shape"]), Node("Equal", ["shape", "three"], ["isThree"]),
                Node("Squeeze", ["isThree"], ["cond"]),
                Node("If", ["cond"], ["y"], ("then_branch", twice), ("else_branch", same)),
                Node("If", ["c"], ["z"], ("then_branch", twice), ("else_branch", same)),
            ],
            ("2", Two), ("three", Tensor.Vector(3L))));
        var values = read.Run(("x", new[] { 1f, 2f, 3f }), ("c", Tensor.Scalar(false)));
        Assert.Equal([2f, 4f, 6f], values[0].ToArray<float>());
        Assert.Equal([1f, 2f, 3f], values[1].ToArray<float>());
        Assert.DoesNotContain(Graph_Variables(read.Outputs[0].Value), name => name == "c");
    }

    static IEnumerable<string> Graph_Variables(Expr e) => FunctionalDL.Graph.Variables([e]).Select(v => v.VariableName!);

    [Theory, InlineData(3), InlineData(100)]
    public void A_loop_is_unrolled_or_a_scan(int turns)
    {
        var body = Graph(
            [Value("i", DType.Int64), Value("go", DType.Bool), Value("h", 2)],
            ["goesOn", "next", "seen"],
            [Node("Identity", ["go"], ["goesOn"]), Node("Add", ["h", "x"], ["next"]), Node("Mul", ["next", "half"], ["seen"])],
            ("half", Tensor.Scalar(0.5f)));
        var read = Read(Graph(
            [Value("x", 2)],
            ["last", "all"],
            [Node("Loop", ["turns", "", "x"], ["last", "all"], ("body", body))],
            ("turns", Tensor.Scalar((long)turns))));
        var values = read.Run(("x", new[] { 1f, 2f }));
        Assert.Equal([turns + 1f, 2 * (turns + 1f)], values[0].ToArray<float>());
        Assert.Equal(Shape.Of(turns, 2), values[1].Shape);
        Assert.Equal((turns + 1f) / 2, values[1].GetDouble(2 * (turns - 1)));
    }

    [Fact]
    public void A_scalar_stays_one_and_half_floats_are_rounded_where_they_are_used()
    {
        var half = Tensor.Vector((Half)0.1f, (Half)2f);
        var read = Read(Graph(
            [Value("x", DType.Float16, 2)],
            ["y", "s"],
            [Node("Mul", ["x", "w"], ["y"]), Node("Add", ["scale", "scale"], ["s"])],
            ("w", half), ("scale", Two)));
        Assert.Equal(DType.Float32, read.Parameters["w"].DType);
        Assert.Equal(Shape.Scalar, read.Parameters["scale"].Shape);
        var values = read.Run(("x", half));
        Assert.Equal([(Half)((float)(Half)0.1f * (float)(Half)0.1f), (Half)4f], values[0].ToArray<Half>());
        Assert.Equal(Shape.Scalar, values[1].Shape);
    }

    [Fact]
    public void A_model_is_cut_at_any_value()
    {
        var read = Read(Graph([Value("x", "n", 2)], ["y"], [Node("Mul", ["x", "2"], ["h"]), Node("Exp", ["h"], ["y"])], ("2", Two)));
        Assert.Equal(["h", "y"], read.ValueNames);
        var model = read.Cut("h").ToModel().Dense(3).Initialize(1);
        Assert.Equal(["2", "dense1.weight", "dense1.bias"], model.Parameters.Names);
        var e = Assert.Throws<OnnxImportException>(() => read.Cut("g"));
        Assert.Contains("no value \"g\"", e.Message);
    }

    [Fact]
    public void Inputs_that_a_cut_does_not_need_are_no_inputs_of_the_model()
    {
        var read = Read(Graph(
            [Value("x", "n", 2), Value("z", "n", 2)], ["y"], [Node("Mul", ["x", "2"], ["h"]), Node("Add", ["h", "z"], ["y"])], ("2", Two)));
        Assert.Equal(["x", "z"], read.ToModel().Inputs.Select(v => v.VariableName));
        Assert.Equal(["x"], read.Cut("h").ToModel().Inputs.Select(v => v.VariableName));
    }

    [Fact]
    public void A_new_layer_has_another_name_than_those_that_were_read()
    {
        var model = Model.Input(4).Dense(3).Initialize(1);
        var read = OnnxModel.Parse(OnnxExport.ToOnnx(model.Outputs, model.Parameters)).ToModel().Dense(2);
        Assert.Equal(["dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"], read.ParameterList.Select(p => p.Name));
    }

    [Fact]
    public void A_shape_that_depends_on_a_value_asks_for_it_and_takes_it()
    {
        var graph = Graph([Value("x", 6), Value("shape", DType.Int64, 2)], ["y"], [Node("Reshape", ["x", "shape"], ["y"])]);
        var e = Assert.Throws<OnnxImportException>(() => Read(graph));
        Assert.Equal(["shape"], Assert.Single(e.Problems).Unknown);
        Assert.Contains("OnnxImportOptions.Fixed", e.Message);
        var read = Read(graph, new() { Fixed = TensorSet.Of(("shape", new[] { 2L, 3L })) });
        Assert.Equal("x", Assert.Single(read.Inputs).VariableName);
        Assert.Equal(Shape.Of(2, 3), read.Outputs[0].Value.Shape);
    }
}
