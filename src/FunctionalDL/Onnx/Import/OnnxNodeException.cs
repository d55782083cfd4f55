namespace FunctionalDL.Onnx;

/// <summary>A node cannot be read, and why; the reader says which node it is.</summary>
sealed class OnnxNodeException(string reason) : FunctionalException(reason)
{
    /// <summary>The inputs of the graph whose values would have to be known.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Whether the operator, or a dtype, has no form here at all.</summary>
    public bool IsUnsupported { get; init; }

    public static OnnxNodeException Unsupported(string reason) => new(reason) { IsUnsupported = true };
}
