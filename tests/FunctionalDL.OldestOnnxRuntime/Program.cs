// Runs the models of a folder (N.onnx, with N.inputs and N.outputs as safetensors) in the oldest release of OnnxRuntime that is served.
using FunctionalDL;

const double tolerance = 1e-4;
var failed = 0;
foreach (var path in Directory.GetFiles(args[0], "*.onnx"))
{
    try
    {
        using var session = OnnxSession.Load(path);
        var outputs = session.Run(Safetensors.Load(Path.ChangeExtension(path, "inputs")).Tensors);
        foreach (var (name, expected) in Safetensors.Load(Path.ChangeExtension(path, "outputs")).Tensors)
            if (!AreNear(expected, outputs[name]))
                throw new OnnxRuntimeFailure($"output \"{name}\" is {outputs[name]}, expected {expected}.");
    }
    catch (FunctionalException e)
    {
        Console.WriteLine($"{path}: {e.Message}");
        failed++;
    }
}
return failed;

static bool AreNear(Tensor a, Tensor b) =>
    a.Shape == b.Shape
    && Enumerable
        .Range(0, a.Count)
        .All(i =>
            a.GetDouble(i).Equals(b.GetDouble(i))
            || double.IsFinite(a.GetDouble(i))
                && Math.Abs(a.GetDouble(i) - b.GetDouble(i))
                    <= Math.Max(tolerance, a.DType.Epsilon()) * Math.Max(1, Math.Abs(a.GetDouble(i))));
