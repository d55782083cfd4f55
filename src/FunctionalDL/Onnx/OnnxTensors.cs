using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FunctionalDL.Onnx;

/// <summary>Tensors of ONNX files as tensors: their elements lie in the message as bytes or as numbers, or in a file beside it.</summary>
static class OnnxTensors
{
    /// <summary>The dtype of a number of ONNX's enumeration of data types; null where this library has none of it.</summary>
    public static DType? DTypeOf(int code) =>
        DTypes.All.Where(dtype => dtype.OnnxCode() == code).Select(dtype => (DType?)dtype).FirstOrDefault();

    /// <summary>Its value.</summary>
    /// <param name="proto">The message.</param>
    /// <param name="folder">The folder of the model's file.</param>
    /// <exception cref="DataException">
    /// The dtype is none of this library, there are more or fewer elements than the shape says, or the file beside cannot be read.
    /// </exception>
    public static Tensor Read(this TensorProto proto, string folder)
    {
        if (DTypeOf(proto.DataType) is not { } dtype)
            throw new DataException($"ONNX: tensor \"{proto.Name}\" is of ONNX type {proto.DataType}, which this library has not. "
                + $"It has {string.Join(", ", DTypes.All.Select(d => d.Name()))}.");
        try
        {
            Shape shape = [.. proto.Dims.Select(Dim.Of)];
            return dtype.Visit<Elements, Tensor>(new(proto, folder, shape));
        }
        catch (Exception e) when (e is ShapeException or TensorException or OverflowException)
        {
            throw new DataException($"ONNX: tensor \"{proto.Name}\": {e.Message} The model is damaged.", e);
        }
    }

    readonly struct Elements(TensorProto proto, string folder, Shape shape) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var count = shape.ElementCount;
            var expected = (long)count * Unsafe.SizeOf<T>();
            if (proto.DataLocation == TensorProto.Types.DataLocation.External)
                return Tensor<T>.Adopt(shape, Of<T>(External(proto, folder, expected), expected));
            return Tensor<T>.Adopt(shape, proto.RawData.Length > 0 || count == 0 ? Of<T>(proto.RawData.Span, expected) : Numbers<T>());
        }

        T[] Of<T>(ReadOnlySpan<byte> bytes, long expected) where T : unmanaged
        {
            if (bytes.Length != expected)
                throw new DataException($"ONNX: tensor \"{proto.Name}\" {shape} has {bytes.Length} bytes where its shape says {expected}. "
                    + "The model is damaged.");
            var elements = new T[shape.ElementCount];
            bytes.CopyTo(MemoryMarshal.AsBytes(elements.AsSpan()));
            // A truth value of another byte than 0 and 1 is none that .NET knows.
            if (typeof(T) == typeof(bool))
                foreach (ref var x in MemoryMarshal.AsBytes(elements.AsSpan())) x = (byte)(x == 0 ? 0 : 1);
            return elements;
        }

        /// <summary>Numbers of few bits lie in the lowest of 32.</summary>
        T[] Numbers<T>() where T : unmanaged
        {
            if (typeof(T) == typeof(float)) return Same<float, T>([.. proto.FloatData]);
            if (typeof(T) == typeof(double)) return Same<double, T>([.. proto.DoubleData]);
            if (typeof(T) == typeof(long)) return Same<long, T>([.. proto.Int64Data]);
            var size = Unsafe.SizeOf<T>();
            int[] numbers = [.. proto.Int32Data];
            var bytes = new byte[numbers.Length * size];
            for (var i = 0; i < numbers.Length; i++)
                MemoryMarshal.AsBytes(numbers.AsSpan(i, 1))[..size].CopyTo(bytes.AsSpan(i * size));
            return Of<T>(bytes, (long)shape.ElementCount * size);
        }

        T[] Same<TFile, T>(TFile[] numbers) where TFile : unmanaged where T : unmanaged =>
            Of<T>(MemoryMarshal.AsBytes(numbers.AsSpan()), (long)shape.ElementCount * Unsafe.SizeOf<T>());
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

    /// <summary>The bytes in a file beside the model.</summary>
    static byte[] External(TensorProto proto, string folder, long expected)
    {
        var path = OnnxFile.Beside(folder, proto.External("location") ?? "");
        try
        {
            using var stream = File.OpenRead(path);
            var (offset, length) = (Number("offset", 0), Number("length", expected));
            if (length != expected || offset < 0 || offset > stream.Length - length)
                throw new DataException($"ONNX: tensor \"{proto.Name}\" is {length} bytes from {offset} on of {path}, which has "
                    + $"{stream.Length}; its shape says {expected} bytes. The model is damaged, or the file is another model's.");
            var bytes = new byte[length];
            stream.Position = offset;
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"ONNX: {path}, which holds tensors of the model: {e.Message} Put it beside the model.", e);
        }

        long Number(string key, long otherwise)
        {
            if (proto.External(key) is not { } text) return otherwise;
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new DataException($"ONNX: tensor \"{proto.Name}\" says {key} is \"{text}\", no number. The model is damaged.");
        }
    }
}
