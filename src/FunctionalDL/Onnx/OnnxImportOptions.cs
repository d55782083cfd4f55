namespace FunctionalDL;

/// <summary>How an ONNX model is read.</summary>
public sealed record OnnxImportOptions
{
    /// <summary>Sizes for named dimensions, by their names in the file: what a graph computes from them is then known.</summary>
    public IReadOnlyDictionary<string, int> Sizes { get; init; } = new Dictionary<string, int>();

    /// <summary>
    /// Values of inputs that are always the same, such as the shape a Reshape takes: they are no inputs of what is read. ONNX lets shapes
    /// depend on any value; here a shape depends on sizes and on these.
    /// </summary>
    public TensorSet Fixed { get; init; } = TensorSet.Empty;

    /// <summary>The values of the graph that become outputs, whichever they are; the graph's own where none are given.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];
}
