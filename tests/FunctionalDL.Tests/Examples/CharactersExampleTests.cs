using System.Diagnostics;
using System.Reflection;

namespace FunctionalDL.Tests.Examples;

public class CharactersExampleTests
{
    static readonly string[] Small =
    [
        "--width",
        "16",
        "--blocks",
        "1",
        "--length",
        "16",
        "--epochs",
        "3",
        "--batch",
        "8",
        "--rate",
        "0.01",
        "--json",
    ];

    [Theory]
    [InlineData("lstm")]
    [InlineData("transformer")]
    public void It_learns_the_text_and_writes(string model)
    {
        var (code, output, _) = Example.Run("Characters", ["--model", model, .. Small]);
        Assert.Equal(0, code);
        Assert.Contains("\nShall I ", output.ReplaceLineEndings("\n"));

        // 50 characters at random cost ln 50 = 3.9 nats each.
        Assert.InRange(Example.Figures(output).GetProperty("validationLoss").GetDouble(), 1, 3.5);
    }

    /// <summary>
    /// A process is killed within an epoch, with no chance to tidy up, and another continues: to the bits of a run that nothing happened
    /// to.
    /// </summary>
    [Fact]
    public async Task A_killed_run_is_resumed_to_the_same_bits()
    {
        var folder = Directory.CreateTempSubdirectory("fdl").FullName;
        try
        {
            var (whole, killed) = (Path.Combine(folder, "whole"), Path.Combine(folder, "killed"));
            string[] run = ["--model", "transformer", "--width", "8", "--blocks", "1", "--length", "16", "--batch", "4", "--threads", "1"];
            using (
                var process = Process.Start(
                    new ProcessStartInfo(
                        Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet",
                        [Assembly.Load("Characters").Location, .. run, "--epochs", "1000000", "--checkpoint", killed, "--every", "1"])
                    {
                        RedirectStandardOutput = true,
                        RedirectStandardError = true,
                    }
                )!)
            {
                for (var wait = 0; !process.HasExited && wait < 6000 && !IsWithinAnEpoch(killed); wait++) await Task.Delay(5);
                process.Kill();
                await process.WaitForExitAsync();
                Assert.NotEqual(0, process.ExitCode);
            }
            var left = Checkpoint.Load(killed);
            run = [.. run, "--epochs", $"{left.Position.Epoch + 1}", "--every", "1000"];

            Assert.Equal(0, Example.Run("Characters", [.. run, "--checkpoint", killed]).ExitCode);
            Assert.Equal(0, Example.Run("Characters", [.. run, "--checkpoint", whole]).ExitCode);
            var (resumed, expected) = (Checkpoint.Load(killed), Checkpoint.Load(whole));
            Assert.InRange(left.Position.Step, 1, expected.Position.Step - 1);
            Assert.True(expected.Parameters.BitEquals(resumed.Parameters));
            Assert.True(expected.OptimizerState.BitEquals(resumed.OptimizerState));
            Assert.Equal(expected.History.Select(e => (e.Epoch, e.Loss, e.Steps)), resumed.History.Select(e => (e.Epoch, e.Loss, e.Steps)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static bool IsWithinAnEpoch(string checkpoint) =>
        File.Exists(checkpoint) && Checkpoint.Load(checkpoint).Position is { Epoch: > 1, Batch: > 2 };

    [Theory]
    [InlineData("cannot be cut", "--length", "1000")]
    [InlineData("/no/such/text", "--text", "/no/such/text")]
    public void Bad_arguments_end_in_an_error_that_says_what(string part, params string[] arguments)
    {
        var (code, _, error) = Example.Run("Characters", arguments);
        Assert.Equal(1, code);
        Assert.Contains(part, error);
    }
}
