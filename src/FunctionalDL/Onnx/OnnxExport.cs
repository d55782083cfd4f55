using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL;

/// <summary>
/// Writes expressions as ONNX models. Named dimensions become dynamic axes of the same names. Anything that is an expression can be
/// written: a prediction, its gradient, a whole training step.
/// </summary>
/// <remarks>
/// A part that is the function of an ONNX operator becomes that operator, once the function built anew has been seen to be the same graph.
/// Values stay what they are, NaN and infinities too, up to rounding and what OnnxRuntime's kernels make of it: its GlobalMaxPool passes
/// NaN over, as its ReduceMax does, and its Elu and Selu take eˣ − 1 as a difference, which near 0 is off by up to 6·10⁻⁸.
/// <see cref="OnnxOptions.PrimitivesOnly"/> keeps to primitives.
/// </remarks>
public static class OnnxExport
{
    /// <summary>The largest model protocol buffers can hold.</summary>
    const long LargestFile = int.MaxValue;

    /// <summary>An ONNX model as bytes. The same model gives the same bytes.</summary>
    /// <param name="outputs">What the model computes, each with the name of its output.</param>
    /// <param name="parameters">Values of variables that become part of the model; the other variables become its inputs.</param>
    /// <param name="options">How it is written, and what it says of itself.</param>
    /// <exception cref="UnsupportedOnnxException">An op has no form in ONNX, or none in the opset.</exception>
    /// <exception cref="FunctionalException">
    /// A parameter's value does not fit, a name stands twice, or there is no such opset.
    /// </exception>
    public static byte[] ToOnnx(IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, OnnxOptions? options = null)
    {
        options ??= new();
        if (options.ExternalData is { } file)
            throw new FunctionalException($"ONNX: bytes have no file \"{file}\" beside them. Write the model with WriteOnnx, or leave "
                + "ExternalData out.");
        CheckSize(Size(outputs, parameters));
        return Model(outputs, parameters, options, new(null)).ToByteArray();
    }

    static ModelProto Model(IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, OnnxOptions options, OnnxData data)
    {
        var model = new ModelProto
        {
            IrVersion = Opsets.IrVersion(options.Opset),
            ProducerName = "FunctionalDL",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version?.ToString(3) ?? "",
            DocString = options.Description,
            Graph = OnnxWriter.Write(outputs, parameters, options, data),
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = options.Opset });
        model.MetadataProps.AddRange(
            options
                .Metadata.OrderBy(m => m.Key, StringComparer.Ordinal)
                .Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        data.Place(model.Graph);
        return model;
    }

    /// <summary>
    /// The expression that a node of an ONNX model was written for, so that what a runtime says of the node can be said of the expression.
    /// </summary>
    /// <param name="outputs">What the model computes, as it was given to <see cref="ToOnnx"/>, with no parameters.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="options">The options that the model was written with.</param>
    /// <returns>The expression; null where there is no such node, or it only names an output.</returns>
    /// <exception cref="UnsupportedOnnxException">An op has no form in ONNX.</exception>
    public static Expr? OriginOf(IReadOnlyList<(string Name, Expr Value)> outputs, string node, OnnxOptions? options = null) =>
        OnnxWriter.Origins(outputs, options ?? new()).GetValueOrDefault(node);

    /// <summary>Whether the larger tensors are written into a file beside the model.</summary>
    internal static bool IsBeside(IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, OnnxOptions options) =>
        options.ExternalData is not null || Size(outputs, parameters) >= LargestFile;

    /// <summary>The bytes of what is written with its elements.</summary>
    static long Size(IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters) =>
        Graph.TopologicalOrder([.. outputs.Select(o => o.Value)])
            .Select(node => node.VariableName is { } name ? parameters.GetValueOrDefault(name) : node.ConstantValue)
            .OfType<Tensor>()
            .Distinct()
            .Sum(value => value.Bytes);

    static void CheckSize(long bytes)
    {
        if (bytes >= LargestFile)
            throw new FunctionalException(
                FormattableString.Invariant(
                    $"ONNX: the parameters and constants take {bytes:N0} bytes, more than the 2 GiB an ONNX file can "
                ) + "hold. Write it with WriteOnnx, which puts them into a file beside the model.");
    }

    /// <summary>
    /// Writes an ONNX model to a file, whole or not at all. With <see cref="OnnxOptions.ExternalData"/>, and from 2 GiB on, the larger
    /// tensors go to a file beside it, which is written first.
    /// </summary>
    /// <inheritdoc cref="ToOnnx"/>
    public static void WriteOnnx(
        string path,
        IReadOnlyList<(string Name, Expr Value)> outputs,
        TensorSet parameters,
        OnnxOptions? options = null)
    {
        options ??= new();
        var file = options.ExternalData;
        if (file is null && Size(outputs, parameters) >= LargestFile) file = Path.GetFileName(path) + ".data";
        if (file is not null) CheckName(file, path);
        var data = new OnnxData(file);
        var model = Model(outputs, parameters, options, data);
        if (file is null)
        {
            AtomicFile.Write(path, model.WriteTo);
            return;
        }
        AtomicFile.RequireFolder(path);
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "", file);
        var wasThere = File.Exists(beside);
        AtomicFile.Write(beside, data.Write);
        try
        {
            AtomicFile.Write(path, model.WriteTo);
        }
        catch (DataException) when (!wasThere)
        {
            File.Delete(beside);
            throw;
        }
    }

    static void CheckName(string file, string path)
    {
        if (file.Length == 0 || file is "." or ".." || file.AsSpan().IndexOfAny("/\\:") >= 0 || file == Path.GetFileName(path))
            throw new FunctionalException($"ONNX: \"{file}\" is not the name of a file beside {Path.GetFileName(path)}. Give a name "
                + "without a folder, such as \"model.onnx.data\".");
    }

    /// <summary>Writes the model's outputs, from its inputs, by their names, to a file, whole or not at all.</summary>
    /// <exception cref="FunctionalException">
    /// The model's parameters have no values, an op has no form in ONNX, or the file cannot be written.
    /// </exception>
    public static void WriteOnnx(this Model model, string path, OnnxOptions? options = null) =>
        WriteOnnx(path, model.Outputs, model.Parameters, options);
}
