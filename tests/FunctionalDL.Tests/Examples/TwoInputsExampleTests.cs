namespace FunctionalDL.Tests.Examples;

public class TwoInputsExampleTests
{
    [Fact]
    public void It_learns_both_goals_and_the_export_agrees()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            var (code, output, _) = Example.Run("TwoInputs", "--examples", "3000", "--epochs", "4", "--out", file, "--json");
            Assert.Equal(0, code);
            Assert.Contains("shared with dense1", output);
            var figures = Example.Figures(output);
            Assert.InRange(figures.GetProperty("testAccuracy").GetDouble(), 0.9, 1);
            Assert.InRange(figures.GetProperty("rmse").GetDouble(), 0, 0.3);
            Assert.InRange(figures.GetProperty("onnxMaxDifference").GetDouble(), 0, 1e-4);
        }
        finally
        {
            File.Delete(file);
            File.Delete(ModelProof.PathOf(file));
        }
    }

    [Fact]
    public void Bad_arguments_end_in_an_error_that_says_what()
    {
        var (code, _, error) = Example.Run("TwoInputs", "--examples", "100", "--batch", "101");
        Assert.Equal(1, code);
        Assert.Contains("batch size 101 with 100 examples", error);
    }
}
