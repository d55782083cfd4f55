using System.Runtime.InteropServices;
using Google.Protobuf;

namespace FunctionalDL.Onnx;

/// <summary>Dtypes, shapes and tensors as ONNX messages.</summary>
static class OnnxTypes
{
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
        var proto = new TensorProto { Name = name, DataType = tensor.DType.OnnxCode(), RawData = LittleEndian(tensor) };
        proto.Dims.AddRange(tensor.Shape.Select(d => (long)d.Size));
        return proto;
    }

    static ByteString LittleEndian(Tensor tensor) => BitConverter.IsLittleEndian ? tensor.DType.Visit<Bytes, ByteString>(new(tensor))
        : throw new PlatformNotSupportedException("ONNX: tensors are written on little-endian machines only.");

    readonly struct Bytes(Tensor tensor) : IElementVisitor<ByteString>
    {
        public ByteString Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> =>
            ByteString.CopyFrom(MemoryMarshal.AsBytes(tensor.As<T>().Span));
    }
}
