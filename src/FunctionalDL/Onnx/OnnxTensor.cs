using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL;

/// <summary>Tensors in files of their own, as ONNX's test data has them: one TensorProto message a file.</summary>
public static class OnnxTensor
{
    /// <summary>The tensor of a file.</summary>
    /// <exception cref="OnnxImportException">It is no such message, damaged, or of a dtype with no form here.</exception>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static Tensor Load(string path)
    {
        try
        {
            return TensorProto.Parser.ParseFrom(OnnxFile.Bytes(path)).Read(Path.GetDirectoryName(path) ?? "");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new OnnxImportException($"ONNX: {path} holds no tensor that can be read: {e.Message}", e);
        }
    }
}
