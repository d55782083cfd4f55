namespace FunctionalDL.Tests.Onnx;

[Collection(nameof(Alone))]
public class LargeModelTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, InlineData(null), InlineData("large.data")]
    public void A_model_of_100_megabytes_is_read_in_the_memory_of_three(string? data)
    {
        const int width = 5_120;
        var model = Model.Input(width).Dense(width).Relu().Dense(8).Initialize(1);
        var path = Path.Combine(folder, "large.onnx");
        model.WriteOnnx(path, new() { ExternalData = data });
        var size = Directory.GetFiles(folder).Sum(file => new FileInfo(file).Length);
        Assert.InRange(size, 100_000_000, 110_000_000);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var read = OnnxModel.Load(path);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, size / 2, 2.5 * size);
        Assert.True(read.Parameters["dense1.weight"].BitEquals(model.Parameters["dense1.weight"]));
    }
}
