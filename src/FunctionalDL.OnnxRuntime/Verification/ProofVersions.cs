using FunctionalDL.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace FunctionalDL;

/// <summary>What made a model and its proof.</summary>
/// <param name="FunctionalDL">The version of this library.</param>
/// <param name="OnnxRuntime">The version of OnnxRuntime that it was run in.</param>
/// <param name="Opset">The version of the operators it is written in.</param>
/// <param name="Ir">The version of the format.</param>
public sealed record ProofVersions(string FunctionalDL, string OnnxRuntime, long Opset, long Ir)
{
    internal static ProofVersions Of(ModelProto model) => new(
        typeof(Expr).Assembly.GetName().Version?.ToString(3) ?? "", OrtEnv.Instance().GetVersionString(), model.Opset(), model.IrVersion);
}
