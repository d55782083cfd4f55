using System.CommandLine;
using System.Text.Json;
using FunctionalDL.Cli.Conformance;
using Spectre.Console;

namespace FunctionalDL.Cli;

/// <summary><c>fdl conformance</c>: ONNX's backend tests, read as expressions and computed by an engine.</summary>
static class ConformanceCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "A folder of cases, each with model.onnx and test_data_set_0." };
        var engine = new Option<string>("--engine")
        {
            Description = "What computes: evaluator, compiled, or onnxruntime, which runs what is exported again.",
            DefaultValueFactory = _ => "compiled",
        };
        engine.AcceptOnlyFromAmong([.. ConformanceEngine.All.Select(e => e.Name)]);
        var gradients = new Option<bool>("--gradients") { Description = "Compare gradients with central differences, in float64." };
        var json = new Option<bool>("--json") { Description = "Print the counts as JSON in the last line." };
        var command = new Command("conformance", "Run cases in the layout of ONNX's backend tests. Exit codes: 0 no wrong answer, 2 some.")
        {
            folder, engine, gradients, json,
        };
        command.SetAction(result =>
        {
            var chosen = ConformanceEngine.All.First(e => e.Name == result.GetValue(engine));
            var console = Fdl.Colours(result.InvocationConfiguration.Output);
            return Run(result.GetValue(folder)!, chosen, result.GetValue(gradients), result.GetValue(json), console);
        });
        return command;
    }

    static int Run(string folder, ConformanceEngine engine, bool gradients, bool json, IAnsiConsole console)
    {
        if (!Directory.Exists(folder)) throw new DataException($"Conformance: there is no folder {folder}. Name one that holds cases.");
        var results = new List<ConformanceResult>();
        foreach (var test in ConformanceCase.In(folder))
        {
            results.Add(test.Run(engine, gradients));
            Print(results[^1], console);
        }
        if (results.Count == 0) throw new DataException($"Conformance: {folder} holds no case. A case is a folder with model.onnx.");
        int Count(Func<ConformanceResult, bool> which) => results.Count(which);
        var (passed, failed) = (Count(r => r.Outcome == Outcome.Passed), Count(r => r.Outcome == Outcome.Failed));
        var (unsupported, checks) = (Count(r => r.Outcome == Outcome.Unsupported), Count(r => r.HasGradient));
        var wrong = Count(r => r.GradientFailure is not null);
        if (json)
            console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, int>
            {
                ["passed"] = passed,
                ["failed"] = failed,
                ["unsupported"] = unsupported,
                ["gradientsChecked"] = checks,
                ["gradientsFailed"] = wrong,
            }));
        else
            console.WriteLine($"{passed} passed, {failed} failed, {unsupported} unsupported; {checks} gradients checked, {wrong} wrong.");
        return failed + wrong == 0 ? Fdl.Done : Fdl.CheckFailed;
    }

    static void Print(ConformanceResult result, IAnsiConsole console)
    {
        var text = result.Text.Length > 0 ? $": {result.Text.ReplaceLineEndings(" ")}" : "";
        var colour = result.Outcome switch
        {
            Outcome.Passed => Color.Green,
            Outcome.Failed => Color.Red,
            _ => Color.Yellow,
        };
        Fdl.Write(console, [$"{result.Outcome.ToString().ToLowerInvariant()} {result.Name}{text}"], colour);
        if (result.GradientFailure is { } wrong) Fdl.Write(console, [$"  its gradient: {wrong}"], Color.Red);
    }
}
