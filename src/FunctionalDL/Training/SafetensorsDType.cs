using System.Runtime.InteropServices;

namespace FunctionalDL;

/// <summary>A dtype of the safetensors format: its size, and how its bytes become a tensor.</summary>
sealed record SafetensorsDType(int Bytes, Func<Shape, ReadOnlySpan<byte>, Tensor> Read)
{
    /// <summary>The dtype of a name, or null.</summary>
    public static SafetensorsDType? Of(string name) => name switch
    {
        "F32" => Plain<float>(4),
        "F64" => Plain<double>(8),
        "I64" => Plain<long>(8),
        "BOOL" => Widened<byte, bool>(1, x => x != 0),
        "F16" => Widened<Half, float>(2, x => (float)x),
        "BF16" => Widened<ushort, float>(2, x => BitConverter.UInt32BitsToSingle((uint)x << 16)),
        "I32" => Widened<int, long>(4, x => x),
        "I16" => Widened<short, long>(2, x => x),
        "I8" => Widened<sbyte, long>(1, x => x),
        "U8" => Widened<byte, long>(1, x => x),
        "U16" => Widened<ushort, long>(2, x => x),
        "U32" => Widened<uint, long>(4, x => x),
        _ => null,
    };

    /// <summary>The name of a dtype.</summary>
    public static string Name(DType dtype) => dtype switch
    {
        DType.Float32 => "F32",
        DType.Float64 => "F64",
        DType.Int64 => "I64",
        _ => "BOOL",
    };

    static SafetensorsDType Plain<T>(int bytes) where T : unmanaged =>
        new(bytes, (shape, data) => Tensor<T>.Adopt(shape, MemoryMarshal.Cast<byte, T>(data).ToArray()));

    static SafetensorsDType Widened<TFile, T>(int bytes, Converter<TFile, T> widen) where TFile : unmanaged where T : unmanaged =>
        new(bytes, (shape, data) => Tensor<T>.Adopt(shape, Array.ConvertAll(MemoryMarshal.Cast<byte, TFile>(data).ToArray(), widen)));
}
