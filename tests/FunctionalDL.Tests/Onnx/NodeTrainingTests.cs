using System.Text.Json;
using FunctionalDL.Tests.Documentation;
using FunctionalDL.Tests.Examples;

namespace FunctionalDL.Tests.Onnx;

/// <summary>An exported step trains in Node as it does here, by the script of <c>examples/Browser</c>.</summary>
public class NodeTrainingTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose()
    {
        var modules = Path.Combine(folder, "node_modules");
        if (Directory.Exists(modules)) Directory.Delete(modules);
        Directory.Delete(folder, recursive: true);
    }

    [NodeTheory, MemberData(nameof(TrainingExportTests.Cases), MemberType = typeof(TrainingExportTests))]
    public void Two_hundred_steps_in_Node_are_those_of_the_library(string name)
    {
        var losses = TrainingExportTests.Export(name, folder);
        Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), Npm.Node.Folder!);
        foreach (var script in new[] { "node.mjs", "training.mjs" })
            File.Copy(Path.Combine(Pages.Root, "examples", "Browser", "page", script), Path.Combine(folder, script));
        var (code, output, error) = Programs.Run(
            Programs.Find("node")!, folder, "node.mjs", "step.onnx", "step.batch.onnx", $"{losses.Length}", $"{TrainingExportTests.Seed}");
        Assert.True(code == 0, error);
        TrainingExportTests.SameCurve(losses, JsonDocument.Parse(output).RootElement.EnumerateArray().Select(e => e.GetDouble()));
    }
}
