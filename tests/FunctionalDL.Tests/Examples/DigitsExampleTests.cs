namespace FunctionalDL.Tests.Examples;

public class DigitsExampleTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    string File => Path.Combine(folder, "digits.onnx");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_trains_checks_exports_and_agrees_with_OnnxRuntime_on_any_number_of_threads()
    {
        var runs = new[] { "1", "2" }
            .Select(threads => Example.Run("Digits", "--epochs", "2", "--seed", "1", "--threads", threads, "--out", File, "--json"))
            .ToArray();
        Assert.All(runs, run => Assert.Equal(0, run.ExitCode));

        var figures = Example.Figures(runs[0].Output);
        Assert.InRange(figures.GetProperty("testAccuracy").GetDouble(), 0.97, 1);
        Assert.InRange(figures.GetProperty("gradientError").GetDouble(), 0, 1e-6);
        Assert.InRange(figures.GetProperty("onnxMaxDifference").GetDouble(), 0, 1e-4);
        Assert.Equal(1, figures.GetProperty("onnxAgreement").GetDouble());
        Assert.Equal(figures.GetProperty("losses").GetRawText(), Example.Figures(runs[1].Output).GetProperty("losses").GetRawText());
        Assert.Equal(2, figures.GetProperty("losses").GetArrayLength());
        Assert.Equal([File, ModelProof.PathOf(File)], Directory.GetFiles(folder).Order());
    }

    [Fact]
    public void On_OnnxRuntime_it_comes_to_the_same()
    {
        string[] settings = ["--epochs", "1", "--batch", "128", "--seed", "1", "--out", File, "--json"];
        var (managed, onnx) = (Example.Run("Digits", settings), Example.Run("Digits", [.. settings, "--engine", "onnxruntime"]));
        Assert.Equal(0, onnx.ExitCode);
        var (ours, theirs) = (Example.Figures(managed.Output), Example.Figures(onnx.Output));
        Assert.Equal(ours.GetProperty("testAccuracy").GetDouble(), theirs.GetProperty("testAccuracy").GetDouble(), 5e-4);
        foreach (var (a, b) in ours.GetProperty("losses").EnumerateArray().Zip(theirs.GetProperty("losses").EnumerateArray()))
            Assert.Equal(a.GetDouble(), b.GetDouble(), 1e-4);
    }

    [Fact]
    public void In_fsharp_it_is_a_dozen_lines()
    {
        var (code, output, _) = Example.Run("DigitsFSharp", File, "--json");
        Assert.Equal(0, code);
        Assert.InRange(Example.Figures(output).GetProperty("testAccuracy").GetDouble(), 0.97, 1);
        Assert.Equal([File, ModelProof.PathOf(File)], Directory.GetFiles(folder).Order());
    }

    [RealDataFact("mnist")]
    public void On_mnist_it_reaches_97_percent_in_an_epoch_or_two()
    {
        var (code, output, _) = Example.Run("Digits", "--data", TestData.Folder("mnist")!, "--epochs", "2", "--out", File, "--json");
        Assert.Equal(0, code);
        Assert.InRange(Example.Figures(output).GetProperty("testAccuracy").GetDouble(), 0.965, 1);
    }

    [Theory]
    [InlineData("there is neither train-images", "--data", ".")]
    [InlineData("batch size 0", "--batch", "0")]
    [InlineData("0 epochs", "--epochs", "0")]
    [InlineData("no such engine", "--engine", "gpu")]
    [InlineData("cannot be written", "--epochs", "1", "--out", "/no/such/folder/digits.onnx")]
    public void Bad_arguments_end_in_an_error_that_says_what(string part, params string[] arguments)
    {
        var (code, _, error) = Example.Run("Digits", arguments.Contains("--out") ? arguments : [.. arguments, "--out", File]);
        Assert.Equal(1, code);
        Assert.Contains(part, error);
        Assert.Empty(Directory.GetFiles(folder));
    }
}
