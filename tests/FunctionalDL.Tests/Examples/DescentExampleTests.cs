namespace FunctionalDL.Tests.Examples;

public class DescentExampleTests
{
    [Fact]
    public void The_three_methods_show_what_is_wrong_with_them()
    {
        var folder = Directory.CreateTempSubdirectory("fdl").FullName;
        try
        {
            var (code, output, _) = Example.Run("Descent", "--budget", "8000", "--rate", "0.4", "--out", folder, "--json");
            Assert.Equal(0, code);
            Assert.Contains("What is wrong with MBGD?", output);
            Assert.Equal(["loss.png", "paths.png", "rates.png"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());

            var figures = Example.Figures(output);
            var methods = figures.GetProperty("methods").EnumerateArray().ToArray();
            Assert.Equal([40, 8_000, 400], methods.Select(m => m.GetProperty("steps").GetInt32()));
            Assert.InRange(figures.GetProperty("condition").GetDouble(), 10, 1000);

            // The same money: SGD is near first; with a quarter of the rate its noise keeps it at a smaller loss; GD gets nowhere with
            // that.
            var first = methods.Select(m => m.GetProperty("gradientsTo10Percent").GetInt32()).ToArray();
            Assert.True(first[1] < first[2] && first[2] < first[0], string.Join(", ", first));
            var byRate = methods
                .Select(m => m.GetProperty("lossAboveMinimumByRate").EnumerateArray().Select(l => l.GetDouble()).ToArray())
                .ToArray();
            Assert.True(byRate[1][2] < byRate[1][4] / 2);
            Assert.True(byRate[0][2] > byRate[0][4]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("not one step of gradient descent", "--budget", "100")]
    [InlineData("batch size 201", "--batch", "201")]
    [InlineData("learning rate -1", "--rate", "-1")]
    public void Bad_arguments_end_in_an_error_that_says_what(string part, params string[] arguments)
    {
        var (code, _, error) = Example.Run("Descent", arguments);
        Assert.Equal(1, code);
        Assert.Contains(part, error);
    }
}
