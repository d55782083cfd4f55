using System.Runtime.InteropServices;
using Google.Protobuf;

namespace FunctionalDL.Onnx;

/// <summary>Tensors from ONNX messages.</summary>
static class TensorReader
{
    /// <summary>The value of a message; its bytes may lie elsewhere.</summary>
    /// <param name="proto">The message.</param>
    /// <param name="raw">Its bytes, unless its numbers are listed or in another file.</param>
    /// <param name="external">The files beside the model.</param>
    /// <exception cref="FunctionalException">The bytes do not fit the shape, or there is no such dtype here.</exception>
    public static Tensor Read(TensorProto proto, ReadOnlyMemory<byte> raw, ExternalData? external)
    {
        var what = $"tensor \"{proto.Name}\"";
        var dtype = DTypeOf(proto.DataType, what);
        var shape = ShapeOf(proto.Dims, what);
        if (proto.Segment is not null) throw new OnnxImportException($"ONNX: {what} is split into segments. Write it whole.");
        return dtype.Visit<Elements, Tensor>(new(proto, raw, shape, external, what));
    }

    /// <summary>The dtype of a number of ONNX's enumeration of data types.</summary>
    public static DType DTypeOf(int code, string what)
    {
        if (OnnxTensors.DTypeOf(code) is { } dtype) return dtype;
        throw OnnxNodeException.Unsupported($"{what} is of ONNX's data type {code} ({Name(code)}), which has no form here. "
            + $"There are {string.Join(", ", DTypes.All.Select(d => d.Name()))}.");
    }

    static string Name(int code)
    {
        string[] names =
        [
            "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "double", "uint32",
            "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4",
            "int4", "float4e2m1", "float8e8m0",
        ];
        return names.ElementAtOrDefault(code) ?? "unknown";
    }

    static Shape ShapeOf(IReadOnlyList<long> dims, string what)
    {
        var count = (Int128)1;
        foreach (var dim in dims)
        {
            if (dim < 0) throw new OnnxImportException($"ONNX: {what} has a dimension of {dim} elements. The file is damaged.");
            count *= dim;
            if (dim > int.MaxValue || count > int.MaxValue)
                throw new OnnxImportException($"ONNX: {what} of shape [{string.Join(", ", dims)}] has more elements than an array can "
                    + "have. The file is damaged, or the tensor has to be split.");
        }
        return [.. dims.Select(Dim.Of)];
    }

    readonly struct Elements(TensorProto proto, ReadOnlyMemory<byte> raw, Shape shape, ExternalData? external, string what)
        : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            if (!BitConverter.IsLittleEndian)
                throw new PlatformNotSupportedException("ONNX: tensors are read on little-endian machines only.");
            var count = shape.ElementCount;
            if (proto.DataLocation == TensorProto.Types.DataLocation.External) return Tensor<T>.Adopt(shape, Outside<T>(count));
            var listed = proto.FloatData.Count + proto.Int32Data.Count + proto.Int64Data.Count + proto.DoubleData.Count
                + proto.Uint64Data.Count;
            if (count == 0 && listed == 0 && raw.IsEmpty) return Tensor<T>.Adopt(shape, []);
            if (listed > 0 || raw.IsEmpty) return Tensor<T>.Adopt(shape, Listed<T>(count));
            Require<T>(raw.Length, count);
            var data = GC.AllocateUninitializedArray<T>(count);
            raw.Span.CopyTo(MemoryMarshal.AsBytes(data.AsSpan()));
            return Tensor<T>.Adopt(shape, Truths(data));
        }

        T[] Outside<T>(int count) where T : unmanaged
        {
            if (external is null)
                throw new OnnxImportException($"ONNX: {what} is in another file, and the model was given as bytes. Load it from its file.");
            var place = external.Find(proto, what);
            Require<T>(place.Length, count);
            var data = GC.AllocateUninitializedArray<T>(count);
            place.ReadTo(MemoryMarshal.AsBytes(data.AsSpan()));
            return Truths(data);
        }

        /// <summary>Bytes that are truth values are 0 or 1; another one is true, and would count as neither.</summary>
        static T[] Truths<T>(T[] data) where T : unmanaged
        {
            if (typeof(T) != typeof(bool)) return data;
            foreach (ref var x in MemoryMarshal.AsBytes(data.AsSpan()))
                if (x > 1) x = 1;
            return data;
        }

        void Require<T>(long bytes, int count) where T : unmanaged
        {
            var needed = (long)count * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
            if (bytes != needed)
                throw new OnnxImportException($"ONNX: {what} {DTypes.Of<T>().Name()}{shape} takes {needed} bytes, and the file has "
                    + $"{bytes}. The file is damaged or was written for another shape.");
        }

        /// <summary>Numbers in the fields of their own kind, where several dtypes share one and half floats are bits of integers.</summary>
        T[] Listed<T>(int count) where T : unmanaged
        {
            var dtype = DTypes.Of<T>();
            Tensor values = dtype switch
            {
                _ when proto.FloatData.Count > 0 => Tensor.Vector([.. proto.FloatData]),
                _ when proto.DoubleData.Count > 0 => Tensor.Vector([.. proto.DoubleData]),
                _ when proto.Int64Data.Count > 0 => Tensor.Vector([.. proto.Int64Data]),
                _ when proto.Uint64Data.Count > 0 => Tensor.Vector([.. proto.Uint64Data.Select(x => (long)x)]),
                _ => Tensor.Vector([.. proto.Int32Data.Select(x => (long)x)]),
            };
            if (values.Count != count)
                throw new OnnxImportException($"ONNX: {what} {dtype.Name()}{shape} has {count} elements, and the file {values.Count}. "
                    + "The file is damaged or was written for another shape.");
            if (dtype.IsFloat() && dtype.ByteSize() == sizeof(short))
                return MemoryMarshal.Cast<ushort, T>([.. values.Cast(DType.Int64).ToArray<long>().Select(x => (ushort)x)]).ToArray();
            if (dtype.IsFloat() != values.DType.IsFloat())
                throw new OnnxImportException($"ONNX: {what} {dtype.Name()}{shape} has its numbers in a field of another dtype. "
                    + "The file is damaged.");
            return values.Cast(dtype).ToArray<T>();
        }
    }
}
