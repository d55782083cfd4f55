namespace FunctionalDL.Cli.Conformance;

/// <summary>What computes a model that was read.</summary>
sealed record ConformanceEngine(string Name, Func<OnnxModel, TensorSet, Tensor[]> Run)
{
    public static IReadOnlyList<ConformanceEngine> All { get; } =
    [
        new("evaluator", (model, values) => Evaluator.Evaluate(Outputs(model), values)),
        new("compiled", (model, values) => Compilation.Compile(Outputs(model)).Run(values)),
        new("onnxruntime", InOnnxRuntime),
    ];

    static Expr[] Outputs(OnnxModel model) => [.. model.Outputs.Select(o => o.Value)];

    /// <summary>The model written again, and run by OnnxRuntime.</summary>
    static Tensor[] InOnnxRuntime(OnnxModel model, TensorSet values)
    {
        (string Name, Expr Value)[] outputs = [.. model.Outputs.Select((o, i) => ($"output.{i}", o.Value))];
        using var session = OnnxSession.Load(OnnxExport.ToOnnx(outputs, model.Parameters));
        var results = session.Run(values.Where((name, _) => model.Inputs.Any(v => v.VariableName == name)));
        return [.. outputs.Select(o => results[o.Name])];
    }
}
