using System.Buffers.Binary;
using System.IO.Compression;

namespace FunctionalDL;

/// <summary>
/// Reads IDX files, plain or gzipped: two zero bytes, a byte for the element type, a byte for the rank, the sizes as big-endian 32-bit
/// integers, and the
/// elements, big-endian, row by row (LeCun, Cortes, Burges: the MNIST database).
/// </summary>
public static class IdxFile
{
    /// <summary>The file's elements converted to a dtype, in the shape the file gives.</summary>
    /// <exception cref="DataException">
    /// The file cannot be read, is not IDX, is shorter or longer than its header says, or holds a number that is not whole where int64 is
    /// asked for.
    /// </exception>
    public static Tensor Read(string path, DType dtype)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var stream = IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            var (type, shape) = ReadHeader(path, stream);
            var result = dtype.Visit<Converted, Tensor>(new(path, stream, type, shape, dtype));
            return stream.ReadByte() < 0
                ? result
                : throw new DataException($"IDX: {path} goes on after the {shape} elements its header says. Fetch it again.");
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or ArgumentException
                        or NotSupportedException
                        or InvalidDataException
                        or ShapeException)
        {
            throw new DataException($"IDX: {path}: {e.Message} Check the path, or fetch the file again.", e);
        }
    }

    static bool IsGzip(FileStream file)
    {
        Span<byte> start = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start[0] == 0x1f && start[1] == 0x8b;
        file.Position = 0;
        return isGzip;
    }

    static (byte Type, Shape Shape) ReadHeader(string path, Stream stream)
    {
        var magic = ReadExactly(path, stream, 4);
        if (magic[0] != 0 || magic[1] != 0 || magic[3] == 0)
            throw new DataException(
                $"IDX: {path} begins with {System.Convert.ToHexString(magic)}, not with 0000, an element type and a rank. It is not an "
                    + "IDX file."
            );
        var sizes = ReadExactly(path, stream, 4 * magic[3]);
        var dims = new Dim[magic[3]];
        for (var i = 0; i < dims.Length; i++) dims[i] = BinaryPrimitives.ReadInt32BigEndian(sizes.AsSpan(4 * i));
        return (magic[2], Shape.Of(dims));
    }

    static byte[] ReadExactly(string path, Stream stream, int count)
    {
        var bytes = new byte[count];
        return stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count ? bytes
            : throw new DataException($"IDX: {path} is truncated within its header. Fetch it again.");
    }

    static int ByteSize(string path, byte type) =>
        type switch
        {
            0x08 or 0x09 => 1,
            0x0B => 2,
            0x0C or 0x0D => 4,
            0x0E => 8,
            _ => throw new DataException(
                $"IDX: {path} has element type 0x{type:X2}. It is not one of 08, 09, 0B, 0C, 0D and 0E: not an IDX file, or a damaged one."
            ),
        };

    readonly struct Converted(string path, Stream stream, byte type, Shape shape, DType dtype) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var (file, to) = (path, dtype);
            return Read<T>(file, stream, type, shape, to.IsInteger() ? x => Whole<T, TElement>(file, to, x) : TElement.Of);
        }
    }

    /// <summary>The elements, read in pieces, so that a header that lies about the size does not cost the memory it asks for.</summary>
    static Tensor<T> Read<T>(string path, Stream stream, byte type, Shape shape, Func<double, T> convert) where T : unmanaged
    {
        const int most = 1 << 13;
        var (count, size, piece) = (shape.ElementCount, ByteSize(path, type), new byte[most * sizeof(double)]);
        var result = new T[Math.Min(count, most)];
        for (var read = 0; read < count;)
        {
            var elements = Math.Min(most, count - read);
            var bytes = stream.ReadAtLeast(piece.AsSpan(0, elements * size), elements * size, throwOnEndOfStream: false);
            if (bytes < elements * size)
                throw new DataException(
                    $"IDX: {path} is truncated: {(long)read * size + bytes} bytes where its header says {(long)count * size}. Fetch it "
                        + "again."
                );
            if (read + elements > result.Length)
                Array.Resize(ref result, (int)Math.Min(count, Math.Max(2L * result.Length, read + elements)));
            for (var i = 0; i < elements; i++)
                result[read + i] = convert(Element(type, piece.AsSpan(i * size)));
            read += elements;
        }
        return Tensor<T>.Adopt(shape, result);
    }

    static double Element(byte type, ReadOnlySpan<byte> bytes) => type switch
    {
        0x08 => bytes[0],
        0x09 => (sbyte)bytes[0],
        0x0B => BinaryPrimitives.ReadInt16BigEndian(bytes),
        0x0C => BinaryPrimitives.ReadInt32BigEndian(bytes),
        0x0D => BinaryPrimitives.ReadSingleBigEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleBigEndian(bytes),
    };

    static T Whole<T, TElement>(string path, DType dtype, double x) where T : unmanaged where TElement : IElement<T> =>
        double.IsInteger(x) && Math.Abs(x) <= 1L << 53 && TElement.Of(x) is var whole && TElement.ToDouble(whole) == x ? whole
        : throw new DataException($"IDX: {path} holds {x}, which is not a whole number of {dtype.Name()}. Read it as float32 or float64.");
}
