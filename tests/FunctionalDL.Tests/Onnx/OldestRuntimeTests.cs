using System.Diagnostics;
using FunctionalDL.Onnx;
using FunctionalDL.Tests.Training;

namespace FunctionalDL.Tests.Onnx;

/// <summary>What is exported loads in old releases of OnnxRuntime too.</summary>
public class OldestRuntimeTests
{
    static readonly Model Network = Model.Input(5).Dense(4).Tanh().LayerNorm().Dense(3).Initialize(1);

    static readonly Schedule[] Schedules =
    [
        Schedule.Step(3),
        Schedule.Exponential(10),
        Schedule.Polynomial(10, 2),
        Schedule.Cosine(10),
        Schedule.CosineWithRestarts(5, 2),
        Schedule.OneCycle(10),
        Schedule.WarmUp(5),
        Schedule.MultiStep([2, 5]),
        Schedule.Cyclic(3, 4, perCycle: 0.5, perStep: 0.9),
        Schedule.WarmUp(2).Then(Schedule.Cosine(5), after: 2),
    ];

    /// <summary>All ops in all dtypes that OnnxRuntime has kernels for, and whole training steps of all optimizers and schedules.</summary>
    static IEnumerable<(string Name, IReadOnlyList<(string, Expr)> Outputs, TensorSet Values)> Exports()
    {
        foreach (var row in OpExportTests.Typed)
            if (OpExportTests.Typical((string)row[0], (DType)row[1]) is { Runs: true, Value: var value })
                yield return ($"{row[0]} {row[1]}", [("value", value)], TensorSet.Empty);
        foreach (var (name, differing, values) in RandomExportTests.Exports()) yield return (name, [("differing", differing)], values);
        var loss = Loss.SoftmaxCrossEntropy.Apply(Network.Output, Expr.Variable("target", [Model.Batch], DType.Int64));
        var optimizers = OptimizerTests
            .Solvers.Select(row => ((string)row[0], (Optimizer)row[1]))
            .Concat(Schedules.Select(s => (s.Name, Optimizer.Sgd(0.1) >> s)));
        foreach (var (name, optimizer) in optimizers)
        {
            var step = new TrainingStep(loss, Network.Parameters, optimizer);
            yield return (name, step.Outputs, step.InitialParameters.With(step.InitialState));
        }
        var training = TrainingExportTests.Training();
        yield return ("training", training.Outputs, training.Start);
    }

    [Fact]
    public void OnnxRuntime_1_16_has_the_kernels()
    {
        var missing = Exports()
            .SelectMany(e =>
                OldKernels
                    .Missing(ModelProto.Parser.ParseFrom(OnnxExport.ToOnnx(e.Outputs, TensorSet.Empty)).Graph)
                    .Distinct()
                    .Select(op => $"{e.Name}: {op}"));
        var run = ModelProto.Parser.ParseFrom(TrainingExportTests.Training("steps").ToOnnx()).Graph;
        Assert.Empty(missing.Concat(OldKernels.Missing(run)));
    }

    /// <summary>
    /// Built beside the tests in the same configuration, and not copied to them: its native library is called as the newest one's.
    /// </summary>
    static string Oldest { get; } =
        typeof(OldestRuntimeTests).Assembly.Location.Replace("FunctionalDL.Tests", "FunctionalDL.OldestOnnxRuntime");

    /// <summary>The oldest release that is served, in a process of its own: two do not load into one.</summary>
    [Fact]
    public async Task The_oldest_release_at_hand_computes_the_same()
    {
        var folder = Directory.CreateTempSubdirectory("functionaldl").FullName;
        try
        {
            foreach (var (i, (name, outputs, values)) in Exports().Index())
            {
                Expr[] results = [.. outputs.Select(o => o.Item2)];
                var inputs = values.With(
                    TensorSet.Of(
                        Graph
                            .Variables(results)
                            .Where(v => !values.ContainsKey(v.VariableName!))
                            .Select((v, at) => KeyValuePair.Create(v.VariableName!, Input(v, at)))));
                OnnxExport.WriteOnnx(Path.Combine(folder, $"{i}.onnx"), outputs, TensorSet.Empty, new() { Name = name });
                Safetensors.Save(Path.Combine(folder, $"{i}.inputs"), inputs);
                Safetensors.Save(
                    Path.Combine(folder, $"{i}.outputs"),
                    TensorSet.Of(outputs.Zip(Evaluator.Evaluate(results, inputs), (o, value) => KeyValuePair.Create(o.Item1, value))));
            }
            var (run, given, expected) = TrainingExportTests.Run();
            File.WriteAllBytes(Path.Combine(folder, "run.onnx"), run);
            Safetensors.Save(Path.Combine(folder, "run.inputs"), given);
            Safetensors.Save(Path.Combine(folder, "run.outputs"), expected);
            var start = new ProcessStartInfo("dotnet", [Oldest, folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, output + await error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static Tensor Input(Expr variable, int at)
    {
        var uniform = Key.Of(at).Uniform(variable.Shape.Resolve(Sizes.None.With("n", 3).With(Model.Batch, 3)), DType.Float64).As<double>();
        return variable.DType.IsFloat()
            ? uniform.Map(u => 2 * u - 1).Cast(variable.DType)
            : uniform.Map(u => u < 0.5 ? 0.0 : 1).Cast(variable.DType);
    }
}
