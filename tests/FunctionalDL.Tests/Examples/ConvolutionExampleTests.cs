namespace FunctionalDL.Tests.Examples;

public class ConvolutionExampleTests
{
    [Fact]
    public void It_learns_drawn_digits_alike_on_any_number_of_threads()
    {
        var runs = new[] { "1", "2" }
            .Select(threads =>
                Example.Run("Convolution", "--images", "600", "--epochs", "2", "--batch", "20", "--threads", threads, "--json"))
            .ToArray();
        Assert.All(runs, run => Assert.Equal(0, run.ExitCode));

        var losses = Example.Figures(runs[0].Output).GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble()).ToArray();
        Assert.InRange(losses[1], 0, losses[0] / 2);
        Assert.InRange(Example.Figures(runs[0].Output).GetProperty("testAccuracy").GetDouble(), 0.3, 1);
        Assert.Equal(
            Example.Figures(runs[0].Output).GetProperty("losses").GetRawText(),
            Example.Figures(runs[1].Output).GetProperty("losses").GetRawText());
    }

    [Fact]
    public void Bad_arguments_end_in_an_error_that_says_what()
    {
        var (code, _, error) = Example.Run("Convolution", "--images", "0");
        Assert.Equal(1, code);
        Assert.Contains("0 images", error);
    }
}
