using FunctionalDL.Onnx;

namespace FunctionalDL;

/// <summary>How a model is written, and what it says of itself.</summary>
public sealed record OnnxOptions
{
    /// <summary>The name of the graph.</summary>
    public string Name { get; init; } = "model";

    /// <summary>A description for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Further facts, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The version of ONNX's operators, 13 to 22, written with the version of the file format that belongs to it. 18, with IR version 8,
    /// is loaded by nearly every runtime.
    /// </summary>
    public int Opset { get; init; } = Opsets.Default;

    /// <summary>
    /// Whether every primitive is written by itself. Otherwise what ONNX has an operator for, such as Gemm, LayerNormalization or LSTM, is
    /// written as that operator, which runtimes compute faster.
    /// </summary>
    public bool PrimitivesOnly { get; init; }

    /// <summary>
    /// The name of a file beside the model that holds its larger tensors; none if not given, unless the model takes 2 GiB or more, which
    /// lets a file alone hold no longer: then it is the model's name and <c>.data</c>.
    /// </summary>
    public string? ExternalData { get; init; }
}
