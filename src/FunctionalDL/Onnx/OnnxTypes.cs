using System.Runtime.InteropServices;
using Google.Protobuf;

namespace FunctionalDL.Onnx;

/// <summary>Dtypes, shapes and tensors as ONNX messages.</summary>
static class OnnxTypes
{
    /// <summary>What an initializer's description says of a number that is no parameter.</summary>
    public const string ConstantMark = "constant";

    /// <summary>What an initializer's description says of a parameter that no gradient moves.</summary>
    public const string StatisticMark = "statistic";

    public static ValueInfoProto ValueInfo(string name, TensorType type)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(type.Shape.Select(dim => dim.IsKnown
            ? new TensorShapeProto.Types.Dimension { DimValue = dim.Size }
            : new TensorShapeProto.Types.Dimension { DimParam = dim.ToString() }));
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = type.DType.OnnxCode(), Shape = shape } } };
    }

    public static TensorProto ToProto(this Tensor tensor, string name)
    {
        var proto = tensor.ToHeader(name);
        proto.RawData = tensor.DType.Visit<Bytes, ByteString>(new(tensor));
        return proto;
    }

    /// <summary>A tensor without its elements.</summary>
    public static TensorProto ToHeader(this Tensor tensor, string name)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("ONNX: tensors are written on little-endian machines only.");
        var proto = new TensorProto { Name = name, DataType = tensor.DType.OnnxCode() };
        proto.Dims.AddRange(tensor.Shape.Select(d => (long)d.Size));
        return proto;
    }

    readonly struct Bytes(Tensor tensor) : IElementVisitor<ByteString>
    {
        public ByteString Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> =>
            ByteString.CopyFrom(MemoryMarshal.AsBytes(tensor.As<T>().Span));
    }
}
