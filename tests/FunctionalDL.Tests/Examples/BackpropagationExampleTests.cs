namespace FunctionalDL.Tests.Examples;

public class BackpropagationExampleTests
{
    [Fact]
    public void The_lecture_runs_and_its_figures_are_right()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.html");
        try
        {
            var (code, output, _) = Example.Run("Backpropagation", "--out", file, "--json");
            Assert.Equal(0, code);

            var figures = Example.Figures(output);
            Assert.Equal(3 * Math.Cos(2.25), figures.GetProperty("sine").GetDouble(), 1e-15);
            var (a, b) = (Math.Tanh(-0.91), 1 / (1 + Math.Exp(-0.4 * Math.Tanh(-0.91))));
            Assert.Equal(2 * (b - 0.2) * b * (1 - b) * 0.4 * (1 - a * a) * 0.7, figures.GetProperty("gradient")[0].GetDouble(), 1e-15);
            Assert.Equal(2 * (b - 0.2) * b * (1 - b) * a, figures.GetProperty("gradient")[1].GetDouble(), 1e-15);
            Assert.True(figures.GetProperty("after").GetDouble() < figures.GetProperty("before").GetDouble());
            Assert.Contains("<svg", File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_picture_that_cannot_be_written_is_said() =>
        Assert.Equal(1, Example.Run("Backpropagation", "--out", "/no/such/folder/p.svg").ExitCode);
}
