namespace FunctionalDL.Onnx;

/// <summary>Tensors of ONNX files by themselves.</summary>
static class OnnxTensors
{
    /// <summary>The dtype of a number of ONNX's enumeration of data types; null where this library has none of it.</summary>
    public static DType? DTypeOf(int code) =>
        DTypes.All.Where(dtype => dtype.OnnxCode() == code).Select(dtype => (DType?)dtype).FirstOrDefault();

    /// <summary>Its value.</summary>
    /// <param name="proto">The message.</param>
    /// <param name="folder">The folder of the model's file.</param>
    /// <exception cref="OnnxImportException">
    /// The dtype is none of this library, there are more or fewer elements than the shape says, or the file beside cannot be read.
    /// </exception>
    public static Tensor Read(this TensorProto proto, string folder)
    {
        try
        {
            return TensorReader.Read(proto, proto.RawData.Memory, new ExternalData(Path.Combine(folder, "model")));
        }
        catch (OnnxNodeException e)
        {
            throw new OnnxImportException($"ONNX: {e.Message}", e);
        }
    }

    /// <summary>A model whose tensors all lie in it, none in files beside it.</summary>
    /// <exception cref="DataException">A file beside cannot be read, or the tensors are too many for one file.</exception>
    public static ModelProto Inlined(this ModelProto model, string folder)
    {
        var result = model.Clone();
        foreach (var tensor in result.AllGraphs().SelectMany(g => g.Initializer))
        {
            if (tensor.DataLocation != TensorProto.Types.DataLocation.External) continue;
            tensor.RawData = tensor.Read(folder).ToProto("").RawData;
            tensor.DataLocation = TensorProto.Types.DataLocation.Default;
            tensor.ExternalData.Clear();
        }
        var bytes = result.AllGraphs().SelectMany(g => g.Initializer).Sum(t => (long)t.RawData.Length);
        return bytes < int.MaxValue ? result : throw new DataException(FormattableString.Invariant(
            $"ONNX: the tensors take {bytes:N0} bytes, more than the 2 GiB an ONNX file can hold. Keep them in a file beside it."));
    }
}
