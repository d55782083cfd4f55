using System.CommandLine;
using System.Text.Json.Nodes;
using FunctionalDL.Onnx;
using Spectre.Console;

namespace FunctionalDL.Cli;

/// <summary><c>fdl diff</c>: what differs between two ONNX files, and with <c>--run</c> between what they compute.</summary>
static class DiffCommand
{
    const int Shown = 50;

    /// <summary>An output of both models, and how far they are apart in it: the largest |a − b|.</summary>
    readonly record struct Apart(string Output, double Difference);

    public static Command Create()
    {
        var first = new Argument<string>("a") { Description = "An ONNX file." };
        var second = new Argument<string>("b") { Description = "Another." };
        var run = new Option<bool>("--run") { Description = "Run both in OnnxRuntime on the same random inputs too." };
        var (sizes, seed, json) = (ModelInputs.SizeOption(), ModelInputs.SeedOption(), Fdl.JsonOption());
        var command = new Command("diff", "Show what differs between two ONNX models. Exit codes: 0 nothing does, 2 something does.")
        {
            first, second, run, sizes, seed, json,
        };
        command.SetAction(result =>
        {
            var (a, b) = (result.GetValue(first)!, result.GetValue(second)!);
            var (x, y) = (OnnxFile.Read(a), OnnxFile.Read(b));
            var differences = ModelDifference.Of((x, ModelText.Folder(a)), (y, ModelText.Folder(b)));
            var given = ModelInputs.Sizes(result.GetValue(sizes)!, x, y);
            Apart[]? apart = result.GetValue(run) ? Run((x, a), (y, b), given, result.GetValue(seed)) : null;
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) output.WriteLine(Fdl.Text(Json(differences, apart)));
            else Write(differences, apart, Fdl.Colours(output));
            return differences.Count > 0 || apart?.Any(o => o.Difference > 0) == true ? Fdl.CheckFailed : Fdl.Done;
        });
        return command;
    }

    static Apart[] Run((ModelProto Model, string Path) a, (ModelProto Model, string Path) b, Dictionary<string, int> sizes, long seed)
    {
        var inputs = ModelInputs.Random(a.Model, sizes, seed).With(ModelInputs.Random(b.Model, sizes, seed));
        using var first = OnnxSession.Load(a.Path);
        using var second = OnnxSession.Load(b.Path);
        var (ours, theirs) = (first.Run(inputs), second.Run(inputs));
        return
        [
            .. ours.Names.Where(theirs.ContainsKey).Select(name => new Apart(name, ours[name].Shape == theirs[name].Shape
                ? ModelDifference.Largest(ours[name], theirs[name])
                : double.PositiveInfinity)),
        ];
    }

    static void Write(IReadOnlyList<ModelDifference> differences, Apart[]? apart, IAnsiConsole console)
    {
        if (differences.Count == 0) console.WriteLine("The models have the same nodes, types and tensors.");
        Fdl.Table(console, ["part", "name", "change"], differences.Take(Shown).Select(d => new[] { d.Part, d.Name, d.Change }));
        if (differences.Count > Shown) console.WriteLine($"… and {differences.Count - Shown} more; --json shows all.");
        if (apart is not { Length: > 0 }) return;
        Fdl.Table(console, ["output", "largest difference"], apart.Select(o =>
            new[] { o.Output, FormattableString.Invariant($"{o.Difference:0.0e+0}") }));
    }

    static JsonObject Json(IReadOnlyList<ModelDifference> differences, Apart[]? apart)
    {
        var json = new JsonObject
        {
            ["differences"] = new JsonArray([.. differences.Select(d => (JsonNode)new JsonObject
            {
                ["part"] = d.Part,
                ["name"] = d.Name,
                ["change"] = d.Change,
            })]),
        };
        if (apart is not null)
            json["outputs"] = new JsonObject(apart.Select(o => KeyValuePair.Create(o.Output, (JsonNode?)o.Difference)));
        return json;
    }
}
