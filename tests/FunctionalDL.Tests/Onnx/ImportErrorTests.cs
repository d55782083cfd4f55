using FunctionalDL.Onnx;
using Google.Protobuf;
using static FunctionalDL.Tests.Onnx.Proto;

namespace FunctionalDL.Tests.Onnx;

public class ImportErrorTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static void Refused(string text, ModelProto model) =>
        Assert.Contains(text, Assert.Throws<OnnxImportException>(() => OnnxModel.Parse(model.ToByteArray())).Message);

    static GraphProto Doubled => Graph([Value("x", 2)], ["y"], [Node("Add", ["x", "x"], ["y"])]);

    [Fact]
    public void All_that_cannot_be_read_is_listed_at_once()
    {
        var graph = Graph(
            [Value("x", 2)],
            ["y", "z"],
            [
                Node("NoSuchThing", ["x"], ["a"]), Node("Exp", ["a"], ["y"]), Node("Another", ["x", "x"], ["b"]),
                Node("Concat", ["x", "x"], ["c"], ("axis", 5)), Node("Sum", ["b", "c"], ["z"]),
            ]);
        var e = Assert.Throws<OnnxImportException>(() => Read(graph));
        Assert.Equal(["Another", "Concat", "NoSuchThing"], e.Problems.Select(p => p.Operator).Order());
        Assert.Equal([true, false, true], e.Problems.OrderBy(p => p.Operator).Select(p => p.IsUnsupported));
        Assert.Contains("NoSuchThing (ai.onnx 18) at \"a.node\", (float32[2]): the operator has no form here.", e.Message);
        Assert.Contains("Concat (ai.onnx 18) at \"c.node\", (float32[2], float32[2])", e.Message);
    }

    [Fact]
    public void Graphs_that_are_none_are_refused()
    {
        Refused("depends on itself", Model(Graph([Value("x", 2)], ["y"], [Node("Add", ["x", "z"], ["y"]), Node("Exp", ["y"], ["z"])])));
        Refused("called \"y\"", Model(Graph([Value("x", 2)], ["y"], [Node("Exp", ["x"], ["y"]), Node("Log", ["x"], ["y"])])));
        Refused("called \"x\"", Model(Graph([Value("x", 2), Value("x", 2)], ["y"], [Node("Exp", ["x"], ["y"])])));
        Refused("nothing makes the value \"h\"", Model(Graph([Value("x", 2)], ["y"], [Node("Exp", ["h"], ["y"])])));
        Refused("no graph", new ModelProto { IrVersion = 8 });
        Refused("IR version 2", new ModelProto { IrVersion = 2, Graph = Doubled });
        Refused("opset 99", Model(Doubled, 99));
        Refused("which version", new ModelProto { IrVersion = 8, Graph = Doubled });
        Refused("no outputs", Model(Graph([Value("x", 2)], [], [])));
    }

    [Fact]
    public void Tensors_that_are_none_are_refused()
    {
        static ModelProto With(TensorProto tensor)
        {
            tensor.Name = "w";
            var graph = Graph([Value("x", 2)], ["y"], [Node("Add", ["x", "w"], ["y"])]);
            graph.Initializer.Add(tensor);
            return Model(graph);
        }
        var zeros = ByteString.CopyFrom(new byte[8]);
        Refused("takes 12 bytes, and the file has 8", With(new() { DataType = 1, Dims = { 3 }, RawData = zeros }));
        Refused("more elements than an array", With(new() { DataType = 1, Dims = { 1L << 40, 1L << 40 }, RawData = zeros }));
        Refused("a dimension of -2 elements", With(new() { DataType = 1, Dims = { -2 }, RawData = zeros }));
        Refused("3 elements, and the file 2", With(new() { DataType = 1, Dims = { 3 }, FloatData = { 1, 2 } }));
        Refused("data type 8 (string)", With(new() { DataType = 8, Dims = { 1 }, StringData = { ByteString.Empty } }));
        Refused("in another file", With(new() { DataType = 1, Dims = { 2 }, DataLocation = TensorProto.Types.DataLocation.External }));
    }

    [Fact]
    public void Attributes_of_another_kind_are_refused()
    {
        Refused("attribute axis is of the kind Float, and has to be Int",
            Model(Graph([Value("x", 2)], ["y"], [Node("Softmax", ["x"], ["y"], ("axis", 1f))])));
        Refused("attribute axis is missing", Model(Graph([Value("x", 2)], ["y"], [Node("Concat", ["x", "x"], ["y"])])));
    }

    [Theory, InlineData(40), InlineData(10_000)]
    public void Graphs_inside_of_graphs_end_somewhere(int depth)
    {
        // Written from the inside out, as bytes: the messages themselves would be built and written by recursion.
        static byte[] Head(int field, int length)
        {
            var stream = new MemoryStream();
            var output = new CodedOutputStream(stream);
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteLength(length);
            output.Flush();
            return stream.ToArray();
        }
        var (inside, node) = (Doubled.ToByteArray(), new NodeProto { OpType = "If", Input = { "c" }, Output = { "y" } }.ToByteArray());
        var (attribute, heads, length) = (new AttributeProto { Name = "then_branch" }.ToByteArray(), new Stack<byte[]>(), inside.Length);
        void Around(int field, byte[] before)
        {
            byte[] head = [.. Head(field, before.Length + length), .. before];
            heads.Push(head);
            length += head.Length;
        }
        Around(6, []);
        for (var i = 0; i < depth; i++)
        {
            Around(5, attribute);
            Around(1, node);
            Around(i < depth - 1 ? 6 : 7, []);
        }
        Assert.Throws<OnnxImportException>(() => OnnxModel.Parse((byte[])[.. heads.SelectMany(h => h), .. inside]));
    }

    [Fact]
    public void Loops_within_loops_are_not_unrolled_without_end()
    {
        // 60 turns, eight deep: 60⁸ additions.
        var level = new GraphProto { Name = "inner" };
        foreach (var depth in Enumerable.Range(0, 8))
        {
            level = Graph(
                [Value($"i{depth}", DType.Int64), Value($"go{depth}", DType.Bool), Value($"h{depth}", 2)],
                [$"goes{depth}", $"next{depth}"],
                [
                    Node("Identity", [$"go{depth}"], [$"goes{depth}"]),
                    depth == 0 ? Node("Add", ["h0", "x"], ["next0"])
                        : Node("Loop", ["turns", "", $"h{depth}"], [$"next{depth}"], ("body", level)),
                ]);
        }
        Refused("nodes once its loops are unrolled", Model(Graph(
            [Value("x", 2)], ["y"], [Node("Loop", ["turns", "", "x"], ["y"], ("body", level))], ("turns", Tensor.Scalar(60L)))));
    }

    [Fact]
    public void A_model_for_one_size_of_the_batch_says_so()
    {
        var read = Read(Graph([Value("x", 1, 6)], ["y"], [Node("Reshape", ["x", "shape"], ["y"])], ("shape", Tensor.Vector(1L, 2, 3))));
        var error = Assert.Throws<OnnxImportException>(() => read.ToModel());
        Assert.Contains("was written for batches of 1 (\"x\" is float32[1, 6])", error.Message);
        var scalar = Read(Graph([Value("x", "n", 2), Value("s")], ["y"], [Node("Mul", ["x", "s"], ["y"])]));
        Assert.Contains("without an axis for a batch", Assert.Throws<FunctionalException>(() => scalar.ToModel()).Message);
    }

    [Fact]
    public void A_function_that_calls_itself_is_refused()
    {
        var call = Node("F", ["a"], ["b"]);
        call.Domain = "mine";
        var function = new FunctionProto { Name = "F", Domain = "mine", Input = { "a" }, Output = { "b" }, Node = { call } };
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "mine", Version = 1 });
        var model = Model(Graph([Value("a", 2)], ["b"], [call]));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "mine", Version = 1 });
        model.Functions.Add(function);
        Refused("calls itself", model);
    }

    string Saved(string name, Action<TensorProto> change)
    {
        var model = Model(Graph([Value("x", 2)], ["y"], [Node("Add", ["x", "w"], ["y"])], ("w", new[] { 1f, 2f })));
        var tensor = model.Graph.Initializer[0];
        tensor.RawData = ByteString.Empty;
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        change(tensor);
        var inner = Directory.CreateDirectory(Path.Combine(folder, "model")).FullName;
        var path = Path.Combine(inner, name);
        File.WriteAllBytes(path, model.ToByteArray());
        File.WriteAllBytes(Path.Combine(inner, "data"), [.. new byte[4], .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)]);
        return path;
    }

    static void At(TensorProto tensor, string location, string? offset = null, string? length = null)
    {
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        if (offset is not null) tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset });
        if (length is not null) tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = length });
    }

    [Fact]
    public void Data_beside_the_model_are_read_and_none_elsewhere()
    {
        float[] Sums(string file) => OnnxModel.Load(file).Run(("x", new[] { 1f, 2f }))[0].ToArray<float>();
        Assert.Equal([2f, 4f], Sums(Saved("good", t => At(t, "data", "4", "8"))));

        var secret = Path.Combine(folder, "secret");
        File.WriteAllBytes(secret, new byte[8]);
        void Refused(string text, Action<TensorProto> change) =>
            Assert.Contains(text, Assert.ThrowsAny<FunctionalException>(() => OnnxModel.Load(Saved("bad", change))).Message);
        Refused("not a file of the model's folder", t => At(t, "../secret"));
        Refused("not a file of the model's folder", t => At(t, "a/../../secret"));
        Refused("not a file of the model's folder", t => At(t, secret));
        Refused("not a file of the model's folder", t => At(t, ""));
        Refused("which has 12", t => At(t, "data", "8", "8"));
        Refused("which has 12", t => At(t, "data", "9223372036854775807", "9223372036854775807"));
        Refused("no whole number", t => At(t, "data", "-4", "8"));
        Refused("cannot be read", t => At(t, "absent"));
        if (OperatingSystem.IsWindows()) return;
        File.CreateSymbolicLink(Path.Combine(folder, "model", "link"), secret);
        Refused("not a file of the model's folder", t => At(t, "link"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "model", "away"), folder);
        Refused("not a file of the model's folder", t => At(t, "away/secret"));
        // A link that stays inside is followed.
        File.CreateSymbolicLink(Path.Combine(folder, "model", "inside"), "data");
        Assert.Equal([2f, 4f], Sums(Saved("linked", t => At(t, "inside", "4", "8"))));
    }
}
