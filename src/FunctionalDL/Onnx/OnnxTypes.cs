using System.Runtime.InteropServices;
using Google.Protobuf;

namespace FunctionalDL.Onnx;

/// <summary>Dtypes, shapes and tensors as ONNX messages.</summary>
static class OnnxTypes
{
    const int Float = 1, Int64 = 7, Bool = 9, Double = 11;

    /// <summary>The number of a dtype in ONNX's enumeration of data types.</summary>
    public static int Number(this DType dtype) => dtype switch
    {
        DType.Float32 => Float,
        DType.Float64 => Double,
        DType.Int64 => Int64,
        _ => Bool,
    };

    public static ValueInfoProto ValueInfo(string name, TensorType type)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(type.Shape.Select(dim => dim.IsKnown
            ? new TensorShapeProto.Types.Dimension { DimValue = dim.Size }
            : new TensorShapeProto.Types.Dimension { DimParam = dim.ToString() }));
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = type.DType.Number(), Shape = shape } } };
    }

    public static TensorProto ToProto(this Tensor tensor, string name)
    {
        var proto = new TensorProto { Name = name, DataType = tensor.DType.Number(), RawData = ByteString.CopyFrom(LittleEndian(tensor)) };
        proto.Dims.AddRange(tensor.Shape.Select(d => (long)d.Size));
        return proto;
    }

    static ReadOnlySpan<byte> LittleEndian(Tensor tensor)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("ONNX: tensors are written on little-endian machines only.");
        return tensor switch
        {
            Tensor<float> x => MemoryMarshal.AsBytes(x.Span),
            Tensor<double> x => MemoryMarshal.AsBytes(x.Span),
            Tensor<long> x => MemoryMarshal.AsBytes(x.Span),
            _ => MemoryMarshal.AsBytes(tensor.As<bool>().Span),
        };
    }
}
