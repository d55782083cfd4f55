using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using FunctionalDL.Cli;
using FunctionalDL.Onnx;
using FunctionalDL.Tests.Onnx;
using Google.Protobuf;
using static FunctionalDL.Tests.Onnx.Proto;

namespace FunctionalDL.Tests.Cli;

public class ConformanceCommandTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static (int Code, string Output) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = Fdl.Run(["conformance", .. arguments], output, error);
        return (code, output.ToString() + error);
    }

    static Dictionary<string, int> Counts(string output) =>
        JsonSerializer.Deserialize<Dictionary<string, int>>(output.TrimEnd().Split('\n')[^1])!;

    void Case(string name, GraphProto graph, Tensor[] inputs, params Tensor[] outputs)
    {
        var set = Directory.CreateDirectory(Path.Combine(folder, name, "test_data_set_0")).FullName;
        File.WriteAllBytes(Path.Combine(folder, name, "model.onnx"), Model(graph).ToByteArray());
        void Write(string name, Tensor tensor) => File.WriteAllBytes(Path.Combine(set, name), tensor.ToProto("").ToByteArray());
        foreach (var (i, tensor) in inputs.Index()) Write($"input_{i}.pb", tensor);
        foreach (var (i, tensor) in outputs.Index()) Write($"output_{i}.pb", tensor);
    }

    [Theory, InlineData("evaluator"), InlineData("compiled"), InlineData("onnxruntime")]
    public void Cases_pass_fail_or_are_unsupported_by_name(string engine)
    {
        Tensor x = new[] { 1f, 2f };
        GraphProto Of(string op) => Graph([Value("x", 2)], ["y"], [Node(op, ["x"], ["y"])]);
        Case("right", Of("Neg"), [x], new[] { -1f, -2f });
        Case("wrong", Of("Neg"), [x], new[] { -1f, 2f });
        Case("strange", Of("NoSuchThing"), [x], x);
        Case("shaped", Graph([Value("x", 2), Value("s", DType.Int64, 2)], ["y"], [Node("Reshape", ["x", "s"], ["y"])]),
            [x, new[] { 2L, 1L }], x.Reshape([2, 1]));
        var (code, output) = Run(folder, "--engine", engine, "--gradients", "--json");
        Assert.Equal(2, code);
        Assert.Contains("passed right", output);
        Assert.Contains("failed wrong: output \"y\": element 1 of float32[2] is -2, and 2 is expected", output);
        Assert.Contains("unsupported strange", output);
        Assert.Contains("NoSuchThing", output);
        Assert.Contains("passed shaped: 1 of 2 inputs were taken as constants", output);
        var counts = Counts(output);
        Assert.Equal((2, 1, 1), (counts["passed"], counts["failed"], counts["unsupported"]));
        Assert.Equal((2, 0), (counts["gradientsChecked"], counts["gradientsFailed"]));
    }

    [Fact]
    public void A_folder_without_cases_is_an_error()
    {
        var (code, output) = Run(folder);
        Assert.Equal(1, code);
        Assert.Contains("holds no case", output);
        Assert.Contains("there is no folder", Run(Path.Combine(folder, "none")).Output);
    }

    void Unpacked(string suite)
    {
        using var file = File.OpenRead(TestData.Suite(suite)!);
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(unzipped, folder, overwriteFiles: true);
    }

    /// <summary>Unsupported are strings, random numbers, and one case whose expected value is not what the standard says.</summary>
    [SuiteTheory("onnx-node"), InlineData("compiled", true), InlineData("evaluator", false), InlineData("onnxruntime", false)]
    public void The_standards_cases_are_right_and_so_are_their_gradients(string engine, bool gradients)
    {
        Unpacked("onnx-node");
        var (code, output) = Run([folder, "--engine", engine, "--json", .. gradients ? ["--gradients"] : Array.Empty<string>()]);
        Assert.Equal(0, code);
        var counts = Counts(output);
        Assert.Equal((494, 0, 7), (counts["passed"], counts["failed"], counts["unsupported"]));
        Assert.Equal((gradients ? 386 : 0, 0), (counts["gradientsChecked"], counts["gradientsFailed"]));
    }

    [SuiteTheory("onnx-pytorch-operator"), InlineData("compiled"), InlineData("onnxruntime")]
    public void The_cases_of_PyTorchs_old_exporter_are_all_right(string engine)
    {
        Unpacked("onnx-pytorch-operator");
        var counts = Counts(Run(folder, "--engine", engine, "--gradients", "--json").Output);
        Assert.Equal((35, 0, 0, 0), (counts["passed"], counts["failed"], counts["unsupported"], counts["gradientsFailed"]));
    }
}
