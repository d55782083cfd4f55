namespace FunctionalDL.Tests.Examples;

public class FineTuneExampleTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_head_for_ten_digits_is_trained_on_a_model_of_five_and_its_convolutions_stay()
    {
        var (code, output, _) = Example.Run("FineTune", "--images", "3000", "--epochs", "3", "--out", folder, "--json");
        Assert.Equal(0, code);
        var figures = Example.Figures(output);
        Assert.InRange(figures.GetProperty("testAccuracy").GetDouble(), 0.9, 1);
        Assert.True(figures.GetProperty("frozenAreEqual").GetBoolean());
        Assert.InRange(figures.GetProperty("onnxMaxDifference").GetDouble(), 0, 1e-4);
        Assert.Equal("MIT", figures.GetProperty("license").GetString());
        Assert.Equal(
            [
                "conv2d1.bias", "conv2d1.weight", "conv2d2.bias", "conv2d2.weight", "dense1.bias", "dense1.weight", "head1.bias",
                "head1.weight",
            ],
            figures.GetProperty("parameters").EnumerateArray().Select(p => p.GetString()).Order());
    }
}
