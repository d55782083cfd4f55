using System.Runtime.InteropServices;
using FunctionalDL.Onnx;

namespace FunctionalDL.Tests.Onnx;

/// <summary>Tensors in a file beside the model.</summary>
public class ExternalDataTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static readonly Model Network = Model.Input(300).Dense(1000).Relu().Dense(2).Initialize(1);

    string Of(string name) => Path.Combine(folder, name);

    [Fact]
    public void A_model_and_its_data_are_one_model()
    {
        Network.WriteOnnx(Of("model.onnx"), new() { ExternalData = "weights.bin" });
        Assert.Equal(["model.onnx", "weights.bin"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.InRange(new FileInfo(Of("model.onnx")).Length, 0, 10_000);

        using var session = OnnxSession.Load(Of("model.onnx"));
        var input = Key.Of(3).Uniform([5, 300]);
        Assert.Equal(
            Network.Predict(input).ToArray<float>(),
            session.Run(TensorSet.Of(("input", input)))["output"].ToArray<float>(),
            (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void A_verified_export_with_its_data_beside_it_is_there_whole_or_not_at_all()
    {
        var verification = Network.ExportOnnx(Of("model.onnx"), new() { ExternalData = "weights.bin" });
        Assert.Equal([1, 2, 7, 33], verification.Sizes);
        Assert.Equal(["model.onnx", "model.proof.json", "weights.bin"], Entries());
        var proof = ModelProof.Read(Of("model.proof.json"));
        Assert.Equal(["model.onnx", "weights.bin"], proof.Files.Select(f => f.Name));
        Assert.NotNull(proof.Check(Of("model.onnx")));
        Assert.True(OnnxModel.Load(Of("model.onnx")).Parameters.BitEquals(Network.Parameters));

        Assert.Throws<FunctionalException>(() => Network.ExportOnnx(Of("other.onnx"), new() { ExternalData = "../weights.bin" }));
        Assert.Equal(["model.onnx", "model.proof.json", "weights.bin"], Entries());

        IEnumerable<string> Entries() => Directory.GetFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)).Order();
    }

    /// <summary>Each tensor's bytes are where the model says; large ones at pages; small ones in the model.</summary>
    [Fact]
    public void The_model_says_where_its_tensors_lie()
    {
        Network.WriteOnnx(Of("model.onnx"), new() { ExternalData = "model.data" });
        var initializers = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Of("model.onnx"))).Graph.Initializer.ToDictionary(i => i.Name);
        var bytes = File.ReadAllBytes(Of("model.data"));
        var outside = 0;
        foreach (var (name, value) in Network.Parameters)
        {
            var proto = initializers[name];
            if (value.Count * 4 < 1024)
            {
                Assert.Equal((value.Count * 4, 0), (proto.RawData.Length, proto.ExternalData.Count));
                continue;
            }
            outside++;
            var said = proto.ExternalData.ToDictionary(e => e.Key, e => e.Value);
            var (at, length) = (int.Parse(said["offset"]), int.Parse(said["length"]));
            Assert.Equal(
                (TensorProto.Types.DataLocation.External, "model.data", 0),
                (proto.DataLocation, said["location"], proto.RawData.Length));
            Assert.Equal(0, at % (length >= 1 << 20 ? 4096 : 16));
            Assert.Equal(value.ToArray<float>(), MemoryMarshal.Cast<byte, float>(bytes.AsSpan(at, length)).ToArray());
        }
        Assert.Equal(3, outside);
    }

    [Fact]
    public void Constants_of_a_loop_lie_outside_too()
    {
        var (table, x) = (Expr.Constant(Key.Of(1).Uniform([20, 20])), Expr.Variable("x", ["time", 20, 20]));
        var loop = Scan([Broadcast(Expr.Constant(0f), [20, 20])], [x], (h, e) => [Tanh(MatMul(h[0], table) + e[0] * Sin(table))]);
        OnnxExport.WriteOnnx(Of("loop.onnx"), [("y", loop.Last[0])], TensorSet.Empty, new() { ExternalData = "loop.data" });
        using var session = OnnxSession.Load(Of("loop.onnx"));
        var given = TensorSet.Of(("x", Key.Of(2).Uniform([3, 20, 20])));
        var (ours, theirs) = (loop.Last[0].Evaluate(given), session.Run(given)["y"]);
        Assert.Equal(ours.ToArray<float>(), theirs.ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Theory]
    [InlineData(""), InlineData(".."), InlineData("a/b"), InlineData("/tmp/a"), InlineData("..\\a"), InlineData("C:a")]
    [InlineData("model.onnx")]
    public void Data_lie_beside_the_model_and_nowhere_else(string name)
    {
        var error = Assert.Throws<FunctionalException>(() => Network.WriteOnnx(Of("model.onnx"), new() { ExternalData = name }));
        Assert.Contains("model.onnx", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Nothing_is_left_where_the_model_cannot_be_written()
    {
        Directory.CreateDirectory(Of("model.onnx"));
        Assert.Throws<DataException>(() => Network.WriteOnnx(Of("model.onnx"), new() { ExternalData = "model.data" }));
        Assert.Empty(Directory.GetFiles(folder));
        Assert.Throws<DataException>(() => Network.WriteOnnx(Path.Combine(folder, "none", "m.onnx"), new() { ExternalData = "m.data" }));
    }

    [Fact]
    public void Bytes_have_no_file_beside_them() =>
        Assert.Contains("WriteOnnx", Assert.Throws<FunctionalException>(() =>
            OnnxExport.ToOnnx(Network.Outputs, Network.Parameters, new() { ExternalData = "a.data" })).Message);
}
