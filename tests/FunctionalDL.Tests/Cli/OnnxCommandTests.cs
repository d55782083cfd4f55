using System.Text.Json.Nodes;
using FunctionalDL.Cli;
using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL.Tests.Cli;

/// <summary>The commands of <c>fdl</c> for ONNX files.</summary>
public class OnnxCommandTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (Fdl.Run(arguments, output, error), output.ToString(), error.ToString());
    }

    string At(string name) => Path.Combine(folder, name);

    static readonly Model Mlp = Model.Input(6).Dense(50).Tanh().Dense(3).Softmax().Initialize(1);

    string Exported(string name = "a.onnx", Model? model = null)
    {
        (model ?? Mlp).ExportOnnx(At(name), new() { Metadata = new Dictionary<string, string> { ["made by"] = "a test" } });
        return At(name);
    }

    static JsonNode Json(params string[] arguments) => JsonNode.Parse(Run([.. arguments, "--json"]).Output)!;

    [Fact]
    public void Inspect_tells_inputs_outputs_operators_parameters_and_costs()
    {
        var (code, output, error) = Run("inspect", Exported());
        Assert.Equal((0, ""), (code, error));
        foreach (var part in new[] { "float32[batch, 6]", "float32[batch, 3]", "Gemm", "Tanh", "503", "opset", "18", "a test" })
            Assert.Contains(part, output);

        var json = Json("inspect", At("a.onnx"), "--size", "batch=10");
        Assert.Equal((503, 503 * 4), ((double)json["parameters"]!, (double)json["parameterBytes"]!));
        Assert.Equal(("float32[batch, 6]", 8), ((string)json["inputs"]!["input"]!, (long)json["ir"]!));
        Assert.Equal(2, (int)json["operators"]!["Gemm"]!);
        // 2·n·k·m for each product, an operation for each element of the sums, tanh and what softmax is.
        var products = 2.0 * 10 * (6 * 50 + 50 * 3);
        Assert.InRange((double)json["operations"]!, products + 10 * 50, products + 10 * 50 * 2 + 10 * 3 * 8);
        Assert.InRange((double)json["peakBytes"]!, 10 * 100 * 4, 10 * 160 * 4);
    }

    [Fact]
    public void Inspect_counts_a_convolution()
    {
        var json = Json("inspect", Exported("c.onnx", Model.Input(3, 8, 8).Conv2D(16, 3, padding: Padding.Valid).Initialize(1)));
        Assert.InRange((double)json["operations"]!, 2.0 * 16 * 36 * 27, 2.0 * 16 * 36 * 27 + 4 * 16 * 36);
    }

    [Fact]
    public void Inspect_says_why_costs_are_unknown()
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Exported()));
        model.Graph.Node[0].Domain = "no.such.domain";
        File.WriteAllBytes(At("b.onnx"), model.ToByteArray());
        var json = Json("inspect", At("b.onnx"));
        Assert.Null(json["operations"]);
        Assert.Contains("no.such.domain", (string)json["remark"]!);
        Assert.Contains("unknown", Run("inspect", At("b.onnx")).Output);
    }

    [Fact]
    public void Files_that_are_none_are_refused_in_words()
    {
        File.WriteAllText(At("text.onnx"), "not a model");
        foreach (var command in new[] { "inspect", "run" })
        {
            Assert.Equal(1, Run(command, At("none.onnx")).Code);
            var (code, _, error) = Run(command, At("text.onnx"));
            Assert.Equal(1, code);
            Assert.Contains("text.onnx", error);
        }
        Assert.Contains("no dimension \"seq\"", Run("inspect", Exported(), "--size", "seq=3").Error);
        Assert.Contains("Write name=number", Run("inspect", Exported(), "--size", "batch").Error);
    }

    [Fact]
    public void Verify_sees_that_a_model_is_as_proven()
    {
        var (code, output, _) = Run("verify", Exported());
        Assert.Equal(0, code);
        Assert.Contains("OnnxRuntime computes what was proven at 4 sizes", output);
        Assert.Contains("agrees with central differences", output);
        Assert.True((bool)Json("verify", At("a.onnx"))["asProven"]!);
    }

    [Fact]
    public void Verify_sees_another_file_and_a_missing_proof()
    {
        var other = Exported("b.onnx", Mlp.Initialize(2));
        File.Copy(other, Exported(), overwrite: true);
        var (code, output, _) = Run("verify", At("a.onnx"));
        Assert.Equal(2, code);
        Assert.Contains("not the file that was proven", output);
        Assert.False((bool)Json("verify", At("a.onnx"))["asProven"]!);
        Assert.Equal(0, Run("verify", At("b.onnx"), "--proof", At("b.proof.json")).Code);

        File.Delete(At("b.proof.json"));
        Assert.Equal(1, Run("verify", At("b.onnx")).Code);
        Assert.Contains("b.proof.json", Run("verify", At("b.onnx")).Error);
    }

    [Fact]
    public void Diff_of_a_model_and_itself_is_nothing()
    {
        var (code, output, _) = Run("diff", Exported(), At("a.onnx"), "--run", "--size", "batch=4");
        Assert.Equal(0, code);
        Assert.Contains("the same nodes, types and tensors", output);
        Assert.Contains("0.0e+0", output);
    }

    [Fact]
    public void Diff_names_nodes_tensors_types_and_versions()
    {
        var proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Exported()));
        proto.IrVersion = 9;
        proto.Graph.Node.First(n => n.OpType == "Tanh").OpType = "Sigmoid";
        proto.Graph.Node.Add(new NodeProto { Name = "new", OpType = "Identity", Input = { "output" }, Output = { "again" } });
        var weight = proto.Graph.Initializer.First(t => t.Name == "dense1.bias");
        var place = proto.Graph.Initializer.IndexOf(weight);
        proto.Graph.Initializer[place] = weight.Read("").As<float>().Map(w => w + 0.25f).ToProto("dense1.bias");
        File.WriteAllBytes(At("b.onnx"), proto.ToByteArray());

        var json = Json("diff", At("a.onnx"), At("b.onnx"), "--run");
        (string, string, string)[] found = [.. json["differences"]!.AsArray().Select(d =>
            ((string)d!["part"]!, (string)d["name"]!, (string)d["change"]!))];
        Assert.Equal(
            [("version", "IR", "8 → 9"), ("node", "Tanh", "Tanh → Sigmoid"), ("node", "new", "added"),
                ("initializer", "dense1.bias", "elements differ by up to 2.5e-1")],
            found);
        Assert.InRange((double)json["outputs"]!["output"]!, 1e-3, 1);
        Assert.Equal(2, Run("diff", At("a.onnx"), At("b.onnx")).Code);
        Assert.Contains("Tanh → Sigmoid", Run("diff", At("a.onnx"), At("b.onnx")).Output);
    }

    [Theory, InlineData(13), InlineData(22)]
    public void Convert_writes_for_another_opset(int opset)
    {
        var (code, _, error) = Run("convert", Exported(), At("b.onnx"), "--opset", $"{opset}");
        Assert.Equal((0, ""), (code, error));
        var read = OnnxModel.Load(At("b.onnx"));
        Assert.Equal((opset, "a test"), (read.Opset, read.Description.Metadata["made by"]));
        Assert.True(read.Parameters.BitEquals(Mlp.Parameters));
        var json = Json("diff", At("a.onnx"), At("b.onnx"), "--run", "--size", "batch=4");
        Assert.InRange((double)json["outputs"]!["output"]!, 0, 1e-6);
    }

    [Theory, InlineData("float16", 2e-3), InlineData("bfloat16", 2e-2), InlineData("float64", 1e-6)]
    public void Convert_keeps_parameters_in_another_dtype(string dtype, double tolerance)
    {
        var (code, output, error) = Run("convert", Exported(), At("b.onnx"), "--dtype", dtype);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("b.onnx", output);
        var json = Json("diff", At("a.onnx"), At("b.onnx"), "--run", "--size", "batch=4");
        Assert.InRange((double)json["outputs"]!["output"]!, 0, tolerance);
        var there = (double)Json("inspect", At("b.onnx"))["parameterBytes"]!;
        Assert.Equal(503 * DTypes.All.First(d => d.Name() == dtype).ByteSize(), there);
    }

    [Fact]
    public void Convert_refuses_numbers_that_are_too_large()
    {
        var model = Mlp.WithParameters(Mlp.Parameters.Map((_, value) => value.As<float>().Map(w => w * 1e6f)));
        var (code, _, error) = Run("convert", Exported("a.onnx", model), At("b.onnx"), "--dtype", "float16");
        Assert.Equal(1, code);
        Assert.Contains("Take bfloat16", error);
        Assert.False(File.Exists(At("b.onnx")));
    }

    [Fact]
    public void Parameters_go_out_and_come_in()
    {
        Assert.Equal(0, Run("convert", Exported(), "--to-safetensors", At("w.safetensors")).Code);
        Assert.Equal(
            Mlp.Parameters.Names.Order(),
            Safetensors.Load(At("w.safetensors")).Tensors.Names.Where(n => n.StartsWith("dense", StringComparison.Ordinal)).Order());
        var other = Mlp.Initialize(2);
        Safetensors.Save(At("v.safetensors"), other.Parameters);
        Assert.Equal(0, Run("convert", At("a.onnx"), At("b.onnx"), "--from-safetensors", At("v.safetensors")).Code);
        Exported("c.onnx", other);
        Assert.Equal(0, Run("diff", At("b.onnx"), At("c.onnx"), "--run").Code);

        Safetensors.Save(At("x.safetensors"), TensorSet.Of(("dense1.bias", new float[7])));
        string Refused() => Run("convert", At("a.onnx"), At("d.onnx"), "--from-safetensors", At("x.safetensors")).Error;
        Assert.Contains("float32[7] there and float32[50]", Refused());
        Safetensors.Save(At("x.safetensors"), TensorSet.Of(("other", new float[7])));
        Assert.Contains("no initializer \"other\"", Refused());
    }

    [Fact]
    public void Tensors_go_beside_the_model_and_back()
    {
        Assert.Equal(0, Run("convert", Exported(), At("b.onnx"), "--external-data", "b.data").Code);
        var bytes = File.ReadAllBytes(At("b.data"));
        Assert.InRange(bytes.Length, 50 * 6 * 4, 50 * 6 * 4);
        Assert.Equal(0, Run("diff", At("a.onnx"), At("b.onnx"), "--run").Code);
        Assert.Equal("b.data", (string)Json("inspect", At("b.onnx"))["externalData"]![0]!);

        Assert.Contains("--no-external-data", Run("convert", At("b.onnx"), At("c.onnx")).Error);
        Assert.Equal(0, Run("convert", At("b.onnx"), At("c.onnx"), "--no-external-data").Code);
        Assert.Equal(0, Run("diff", At("a.onnx"), At("c.onnx")).Code);
        Assert.Contains("plain name", Run("convert", At("a.onnx"), At("d.onnx"), "--external-data", "../d.data").Error);

        File.WriteAllBytes(At("b.data"), bytes[..100]);
        Assert.Contains("b.data", Run("convert", At("b.onnx"), At("d.onnx"), "--no-external-data").Error);
        File.Delete(At("b.data"));
        Assert.Contains("b.data", Run("convert", At("b.onnx"), At("d.onnx"), "--no-external-data").Error);
        Assert.False(File.Exists(At("d.onnx")));
    }

    [Fact]
    public void Run_reads_and_writes_arrays_and_tables()
    {
        var input = Key.Of(1).Uniform([4, 6]);
        NpyFile.Write(At("x.npy"), input);
        Assert.Equal(0, Run("run", Exported(), "--input", $"input={At("x.npy")}", "--output", At("y.npy")).Code);
        var expected = Mlp.Predict(input).ToArray<float>();
        var written = NpyFile.Read(At("y.npy"));
        Assert.Equal(Shape.Of(4, 3), written.Shape);
        Assert.Equal(expected, written.ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-6);

        File.WriteAllLines(At("x.csv"), Enumerable.Range(0, 4).Select(i => string.Join(",", Enumerable.Range(0, 6).Select(j =>
            input.GetDouble(6 * i + j).ToString("R", System.Globalization.CultureInfo.InvariantCulture)))));
        Assert.Equal(0, Run("run", At("a.onnx"), "--input", At("x.csv"), "--output", $"output={At("y.csv")}").Code);
        var table = CsvFile.Read(At("y.csv"), new() { HasHeader = false });
        Assert.Equal(expected, table.Numbers([.. table.Columns]).ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-6);

        NpyFile.Write(At("x.npy"), input.Cast(DType.Float64));
        Assert.Contains("output: float32[4, 3] 0.", Run("run", At("a.onnx"), "--input", At("x.npy")).Output);
    }

    [Fact]
    public void Run_refuses_values_that_do_not_fit_in_words()
    {
        var path = Exported();
        void Told(string part, params string[] arguments)
        {
            var (code, _, error) = Run(["run", path, .. arguments]);
            Assert.Equal(1, code);
            Assert.Contains(part, error);
        }
        Told("\"input\" (float32[batch, 6]) has no value");
        Told("names none of input", "--input", "other=x.npy");
        Told("no kind that is read", "--input", "x.txt");
        Told("given twice", "--input", "x.npy", "input=x.npy");
        NpyFile.Write(At("x.npy"), Tensor.Zeros(DType.Int64, [2, 6]));
        Told("array.astype('float32')", "--input", At("x.npy"));
        NpyFile.Write(At("x.npy"), Tensor.Zeros(DType.Float32, [2, 5]));
        Told("cannot run", "--input", At("x.npy"));
        File.WriteAllText(At("x.csv"), "1,2,3\n4,5,6\n");
        Told("3 columns", "--input", At("x.csv"));
        NpyFile.Write(At("x.npy"), Tensor.Zeros(DType.Float32, [2, 6]));
        Told("no kind that is written", "--input", At("x.npy"), "--output", At("y.txt"));
    }
}
