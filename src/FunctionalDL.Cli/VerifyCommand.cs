using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace FunctionalDL.Cli;

/// <summary><c>fdl verify</c>: is an ONNX file the one that was proven, and does it still compute what was proven?</summary>
static class VerifyCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("model") { Description = "The ONNX file." };
        var proof = new Option<string?>("--proof") { Description = "Its proof; model.proof.json beside model.onnx unless said." };
        var json = Fdl.JsonOption();
        var command = new Command("verify", "Check an ONNX model against its proof: the hashes of its files, and what OnnxRuntime "
            + "computes. Exit codes: 0 it is as proven, 2 it is not.")
        {
            path, proof, json,
        };
        command.SetAction(result =>
        {
            var file = result.GetValue(path)!;
            var read = ModelProof.Read(result.GetValue(proof) ?? ModelProof.PathOf(file));
            var (difference, failure) = Checked(read, file);
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) output.WriteLine(Fdl.Text(Json(read, difference, failure)));
            else Write(read, difference, failure, Fdl.Colours(output));
            return failure is null ? Fdl.Done : Fdl.CheckFailed;
        });
        return command;
    }

    static (double? Difference, string? Failure) Checked(ModelProof proof, string file)
    {
        try
        {
            return (proof.Check(file), null);
        }
        catch (ProofException e)
        {
            return (null, e.Message);
        }
    }

    static void Write(ModelProof proof, double? difference, string? failure, IAnsiConsole console)
    {
        if (failure is not null)
        {
            Fdl.Write(console, [failure], Color.Red);
            return;
        }
        var seen = difference is { } worst
            ? $"OnnxRuntime computes what was proven at {proof.Runs.Count} sizes: "
                + FormattableString.Invariant($"largest difference {worst:0.0e+0}, allowed {proof.Tolerance:0.0e+0}.")
            : "It was not run: the inputs of the proof were given, or carried from step to step, and are not in it.";
        Fdl.Write(console, ["The files are those that were proven.", seen], Color.Green);
        string[] columns = ["output", "elements", "largest difference from the reference", "decided by rounding"];
        Fdl.Table(console, columns, proof.Outputs.Select(o => new[]
        {
            o.Name, $"{o.Elements}", FormattableString.Invariant($"{o.MaxDifference:0.0e+0}"), $"{o.DecidedByRounding}",
        }));
        var colour = proof.Gradient.Verdict == GradientVerdict.Agrees ? Color.Green : Color.Yellow;
        Fdl.Write(console, [proof.Gradient.ToString()], colour);
    }

    static JsonObject Json(ModelProof proof, double? difference, string? failure) => new()
    {
        ["asProven"] = failure is null,
        ["failure"] = failure,
        ["largestDifference"] = difference,
        ["tolerance"] = proof.Tolerance,
        ["gradient"] = proof.Gradient.Verdict.ToString(),
    };
}
