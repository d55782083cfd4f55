using FunctionalDL.Onnx;
using Google.Protobuf;
using static FunctionalDL.Tests.Onnx.Proto;

namespace FunctionalDL.Tests.Onnx;

/// <summary>Operators beside those of the conformance cases at hand, against OnnxRuntime.</summary>
public class ImportedNodeTests
{
    static Tensor Random(long seed, params int[] shape) =>
        Key.Of(seed).Uniform([.. shape.Select(n => (Dim)n)], DType.Float32).As<float>().Map(u => 2 * u - 1);

    static void Agree(long opset, NodeProto node, params (string Name, Tensor Value)[] inputs) => Agree(opset, node, inputs, []);

    static void Agree(long opset, NodeProto node, (string Name, Tensor Value)[] inputs, (string Name, Tensor Value)[] constants)
    {
        var graph = new GraphProto { Name = "graph", Node = { node } };
        graph.Input.AddRange(inputs.Select(i => Value(i.Name, i.Value.DType, [.. i.Value.Shape])));
        graph.Initializer.AddRange(constants.Select(c => c.Value.ToProto(c.Name)));
        foreach (var output in node.Output) graph.Output.Add(new ValueInfoProto { Name = output });
        var model = Model(graph, opset);
        var read = OnnxModel.Parse(model.ToByteArray());
        foreach (var (name, value) in read.Outputs)
            graph.Output.First(o => o.Name == name).Type = OnnxTypes.ValueInfo(name, value.Type).Type;
        using var session = OnnxSession.Load(model.ToByteArray());
        var theirs = session.Run(TensorSet.Of(inputs));
        foreach (var ((name, _), ours) in read.Outputs.Zip(read.Run(inputs)))
        {
            Assert.Equal(theirs[name].Describe(), ours.Describe());
            for (var i = 0; i < ours.Count; i++)
                Assert.InRange(ours.GetDouble(i) - theirs[name].GetDouble(i), -1e-4, 1e-4);
        }
    }

    [Theory, InlineData(10, null), InlineData(16, "half_pixel"), InlineData(16, "output_half_pixel")]
    public void Regions_are_RoiAlign(int opset, string? mode)
    {
        var node = Node("RoiAlign", ["x", "r", "i"], ["y"], ("output_height", 3), ("output_width", 2), ("sampling_ratio", 2),
            ("spatial_scale", 0.5f));
        if (mode is not null) node.Attribute.Add(Attribute("coordinate_transformation_mode", mode));
        Tensor regions = new float[,] { { 1, 2, 9, 12 }, { 0, 0, 3, 3 }, { -4, 5, 18, 19 } };
        Agree(opset, node, ("x", Random(1, 2, 3, 6, 8)), ("r", regions), ("i", new[] { 0L, 1L, 1L }));
    }

    [Theory, InlineData(0), InlineData(1)]
    public void Transforms_are_DFT_and_STFT(int isOneSided)
    {
        Agree(17, Node("DFT", ["x"], ["y"], ("axis", 1), ("onesided", isOneSided)), ("x", Random(1, 2, 7, 1)));
        Agree(17, Node("STFT", ["x", "step", "window", "length"], ["y"], ("onesided", isOneSided)),
            [("x", Random(2, 2, 20, 1))],
            [("step", Tensor.Scalar(3L)), ("window", Random(3, 8)), ("length", Tensor.Scalar(8L))]);
    }

    [Fact]
    public void Quantized_products_are_those_of_whole_numbers()
    {
        var bytes = Tensor.Of<byte>([2, 3], [1, 200, 3, 90, 5, 255]);
        var weights = Tensor.Of<byte>([3, 2], [7, 8, 120, 10, 11, 250]);
        Agree(13, Node("MatMulInteger", ["a", "b", "p", "q"], ["y"]), ("a", bytes), ("b", weights), ("p", Tensor.Scalar((byte)12)),
            ("q", Tensor.Scalar((byte)3)));
        var (scale, zero) = (Tensor.Scalar(0.02f), Tensor.Scalar((byte)128));
        Agree(13, Node("QLinearMatMul", ["a", "s", "z", "b", "s2", "z2", "s3", "z3"], ["y"]), ("a", bytes), ("s", scale), ("z", zero),
            ("b", weights), ("s2", scale), ("z2", zero), ("s3", Tensor.Scalar(0.05f)), ("z3", zero));
        Agree(13, Node("DynamicQuantizeLinear", ["x"], ["y", "s", "z"]), ("x", Random(4, 3, 5)));
    }

    [Theory, InlineData("forward"), InlineData("reverse"), InlineData("bidirectional")]
    public void Recurrences_run_in_both_directions_over_sequences_of_their_lengths(string direction)
    {
        var directions = direction == "bidirectional" ? 2 : 1;
        foreach (var (op, gates) in new[] { ("LSTM", 4), ("GRU", 3), ("RNN", 1) })
            Agree(14, Node(op, ["x", "w", "r", "b", "n"], ["y", "h"], ("hidden_size", 4), ("direction", direction)),
                ("x", Random(1, 5, 3, 2)), ("w", Random(2, directions, 4 * gates, 2)), ("r", Random(3, directions, 4 * gates, 4)),
                ("b", Random(4, directions, 8 * gates)), ("n", Tensor.Vector(5, 2, 3)));
    }

    [Fact]
    public void Older_opsets_have_attributes_where_newer_ones_have_inputs()
    {
        Agree(9, Node("Slice", ["x"], ["y"], ("starts", new[] { 1L, -2 }), ("ends", new[] { 100L, -1 }), ("axes", new[] { 0L, 2 })),
            ("x", Random(1, 3, 2, 4)));
        Agree(9, Node("TopK", ["x"], ["y", "i"], ("k", 2)), ("x", Random(2, 3, 5)));
        Agree(9, Node("Softmax", ["x"], ["y"], ("axis", 1)), ("x", Random(3, 2, 3, 4)));
        Agree(10, Node("Resize", ["x", "s"], ["y"], ("mode", "linear")), [("x", Random(4, 1, 2, 3, 4))],
            [("s", Tensor.Vector(1f, 1, 2, 2))]);
        Agree(9, Node("Upsample", ["x", "s"], ["y"], ("mode", "nearest")), [("x", Random(5, 1, 2, 3, 4))],
            [("s", Tensor.Vector(1f, 1, 2, 3))]);
        Agree(7, Node("Dropout", ["x"], ["y"], ("ratio", 0.9f)), ("x", Random(6, 4)));
    }
}
