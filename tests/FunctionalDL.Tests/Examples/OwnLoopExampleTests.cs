namespace FunctionalDL.Tests.Examples;

public class OwnLoopExampleTests
{
    /// <summary>Shorter than by default: the policy is at its optimum already, and the generator on its way.</summary>
    [Fact]
    public void The_policy_finds_the_cake_and_the_generator_moves_towards_the_points()
    {
        var runs = new[] { "1", "2" }
            .Select(threads => Example.Run("OwnLoop", "--steps", "600", "--updates", "120", "--threads", threads, "--json"))
            .ToArray();
        Assert.All(runs, run => Assert.Equal(0, run.ExitCode));
        var figures = Example.Figures(runs[0].Output);
        Assert.InRange(figures.GetProperty("reward").GetDouble(), 0.85, 0.9);
        Assert.InRange(figures.GetProperty("modes").GetInt32(), 5, 8);
        Assert.Equal(figures.GetRawText(), Example.Figures(runs[1].Output).GetRawText());
    }
}
