using FunctionalDL.Onnx;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Onnx;

/// <summary>What is in the file.</summary>
public class WriterTests
{
    static readonly Expr X = Expr.Variable("x", ["batch", 3]), Scale = Expr.Variable("scale", [3]);

    static byte[] Write(params (string, Expr)[] outputs) => OnnxExport.ToOnnx(outputs, TensorSet.Of(("scale", Tensor.Vector(1f, 2, 3))));

    static GraphProto Read(params (string, Expr)[] outputs) => ModelProto.Parser.ParseFrom(Write(outputs)).Graph;

    static string[] Ops(GraphProto graph) => [.. graph.Node.Select(node => node.OpType)];

    [Fact]
    public void A_model_says_what_it_is()
    {
        var bytes = OnnxExport.ToOnnx(
            [("y", X * Scale)],
            TensorSet.Of(("scale", Tensor.Vector(1f, 2, 3))),
            new()
            {
                Name = "scaling",
                Description = "x times scale",
                Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
            });
        var model = ModelProto.Parser.ParseFrom(bytes);

        Assert.Equal(
            (8, "FunctionalDL", "x times scale", "scaling"),
            (model.IrVersion, model.ProducerName, model.DocString, model.Graph.Name));
        Assert.Equal(("", 18), (Assert.Single(model.OpsetImport).Domain, model.OpsetImport[0].Version));
        Assert.Equal(["a = 1", "b = 2"], model.MetadataProps.Select(m => $"{m.Key} = {m.Value}"));
        Assert.Equal("scale", Assert.Single(model.Graph.Initializer).Name);
        var input = Assert.Single(model.Graph.Input);
        Assert.Equal("x", input.Name);
        Assert.Equal(["batch", ""], input.Type.TensorType.Shape.Dim.Select(d => d.DimParam));
        Assert.Equal([0, 3], input.Type.TensorType.Shape.Dim.Select(d => d.DimValue));
    }

    /// <summary>An axis twice as long as another must not have its name: runtimes take axes of one name for equally long.</summary>
    [Fact]
    public void Axes_of_other_lengths_have_other_names()
    {
        var graph = Read(("twice", Concat(0, X, X)), ("one more", Pad(X, 0, 1, 0)), ("same", Sin(X)));
        Assert.Equal(["2·batch", "batch + 1", "batch"], graph.Output.Select(output => output.Type.TensorType.Shape.Dim[0].DimParam));
    }

    [Fact]
    public void A_shared_node_is_written_once()
    {
        var x = Expr.Variable("x", []);
        for (var i = 0; i < 60; i++) x += x;

        Assert.Equal(60, Ops(Read(("y", x))).Count(op => op == "Add"));
        Assert.Equal(Math.Pow(2, 60), x.EvaluateInOnnxRuntime(TensorSet.Of(("x", 1f))).ToScalar());
    }

    [Fact]
    public void Depth_does_not_matter()
    {
        static Expr Deep(int depth) => Enumerable.Range(0, depth).Aggregate(X, (x, _) => Sin(x));
        Assert.Equal(100_001, Read(("y", Deep(100_000))).Node.Count);

        var values = TensorSet.Of(("x", Key.Of(1).Uniform([2, 3])));
        Laws.SameValue("deep", Deep(10_000).Evaluate(values), Deep(10_000).EvaluateInOnnxRuntime(values), 1e-5);
    }

    [Fact]
    public void Sizes_and_constants_are_written_once_and_broadcasts_left_to_the_ops()
    {
        var graph = Read(
            ("a", Mean(X + 1, 0)),
            ("b", Reshape(X * Scale + 1, [(Dim)"batch" * 3])),
            ("c", Sum(X * Scale) / SizeOf("batch", DType.Float32)));
        foreach (var op in new[] { "Shape", "Gather" })
            Assert.Single(Ops(graph), op);
        Assert.DoesNotContain("Expand", Ops(graph));
        Assert.Equal(graph.Initializer.Count, graph.Initializer.Select(i => (i.DataType, i.Dims.Count, i.RawData)).Distinct().Count());
    }

    [Fact]
    public void What_no_output_needs_is_not_written()
    {
        var graph = Read(("a", X * Broadcast(Scale, ["batch", 3])), ("b", new Expr(new FunctionalDL.Ops.SizedLikeOp(), X, Scale)));
        Assert.Equal(["Mul", "Identity", "Identity"], Ops(graph));
        Assert.All(graph.Initializer, i => Assert.Contains(graph.Node, node => node.Input.Contains(i.Name)));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "no outputs", "at least one" },
        { "no name", "Name it" },
        { "one name twice", "Rename" },
        { "the name of an input", "Rename" },
        { "a size from nowhere", "\"time\"" },
        { "a parameter of another shape", "float32[4]" },
        { "too large", "2 GiB" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void What_cannot_be_written_is_refused(string why, string message)
    {
        var half = Tensor<float>.Adopt([1 << 28], new float[1 << 28]);
        var error = Assert.ThrowsAny<FunctionalException>(() => why switch
        {
            "no outputs" => Write(),
            "no name" => Write(("", X)),
            "one name twice" => Write(("y", X), ("y", Sin(X))),
            "the name of an input" => Write(("x", Sin(X))),
            "a size from nowhere" => Write(("y", Range("time"))),
            "a parameter of another shape" => Write(("y", Expr.Variable("scale", [4]))),
            _ => Write(("y", Expr.Constant(half)), ("z", Expr.Constant(half.Reshape([1 << 14, 1 << 14])))),
        });
        Assert.Contains(message, error.Message);
    }
}
