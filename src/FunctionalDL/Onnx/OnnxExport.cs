using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL;

/// <summary>
/// Writes expressions as ONNX models (opset 18, IR version 8), which nearly every runtime loads. Named dimensions become dynamic axes of
/// the same names. Anything that is an expression can be written: a prediction, its gradient, a whole training step.
/// </summary>
public static class OnnxExport
{
    const int OpsetVersion = 18, IrVersion = 8;

    /// <summary>The largest model protocol buffers can hold.</summary>
    const long LargestFile = int.MaxValue;

    /// <summary>An ONNX model as bytes. The same model gives the same bytes.</summary>
    /// <param name="outputs">What the model computes, each with the name of its output.</param>
    /// <param name="parameters">Values of variables that become part of the model; the other variables become its inputs.</param>
    /// <param name="options">What the model says of itself.</param>
    /// <exception cref="UnsupportedOnnxException">An op has no form in ONNX.</exception>
    /// <exception cref="FunctionalException">A parameter's value does not fit, or a name stands twice.</exception>
    public static byte[] ToOnnx(IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, OnnxOptions? options = null)
    {
        options ??= new();
        CheckSize(outputs, parameters);
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "FunctionalDL",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version?.ToString(3) ?? "",
            DocString = options.Description,
            Graph = OnnxWriter.Write(outputs, parameters, options),
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = OpsetVersion });
        model.MetadataProps.AddRange(
            options
                .Metadata.OrderBy(m => m.Key, StringComparer.Ordinal)
                .Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        return model.ToByteArray();
    }

    /// <summary>
    /// The expression that a node of an ONNX model was written for, so that what a runtime says of the node can be said of the expression.
    /// </summary>
    /// <param name="outputs">What the model computes, as it was given to <see cref="ToOnnx"/>, with no parameters.</param>
    /// <param name="node">The node's name.</param>
    /// <returns>The expression; null where there is no such node, or it only names an output.</returns>
    /// <exception cref="UnsupportedOnnxException">An op has no form in ONNX.</exception>
    public static Expr? OriginOf(IReadOnlyList<(string Name, Expr Value)> outputs, string node) =>
        OnnxWriter.Origins(outputs).GetValueOrDefault(node);

    static void CheckSize(IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters)
    {
        var bytes = Graph.TopologicalOrder([.. outputs.Select(o => o.Value)])
            .Select(node => node.VariableName is { } name ? parameters.GetValueOrDefault(name) : node.ConstantValue)
            .OfType<Tensor>()
            .Distinct()
            .Sum(value => value.Bytes);
        if (bytes >= LargestFile)
            throw new FunctionalException(
                FormattableString.Invariant(
                    $"ONNX: the parameters and constants take {bytes:N0} bytes, more than the 2 GiB an ONNX file can "
                ) + "hold. Export a smaller model.");
    }

    /// <summary>Writes an ONNX model to a file, whole or not at all.</summary>
    /// <inheritdoc cref="ToOnnx"/>
    public static void WriteOnnx(
        string path,
        IReadOnlyList<(string Name, Expr Value)> outputs,
        TensorSet parameters,
        OnnxOptions? options = null)
    {
        var model = ToOnnx(outputs, parameters, options);
        AtomicFile.Write(path, stream => stream.Write(model));
    }

    /// <summary>Writes the model's outputs, from its inputs, by their names, to a file, whole or not at all.</summary>
    /// <exception cref="FunctionalException">
    /// The model's parameters have no values, an op has no form in ONNX, or the file cannot be written.
    /// </exception>
    public static void WriteOnnx(this Model model, string path, OnnxOptions? options = null) =>
        WriteOnnx(path, model.Outputs, model.Parameters, options);
}
