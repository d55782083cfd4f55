using System.Buffers.Binary;
using System.IO.Compression;

namespace FunctionalDL;

/// <summary>
/// Reads IDX files, plain or gzipped: two zero bytes, a byte for the element type, a byte for the rank, the sizes as big-endian 32-bit integers, and the
/// elements, big-endian, row by row (LeCun, Cortes, Burges: the MNIST database).
/// </summary>
public static class IdxFile
{
    /// <summary>The file's elements converted to a dtype, in the shape the file gives.</summary>
    /// <exception cref="DataException">
    /// The file cannot be read, is not IDX, is shorter or longer than its header says, or holds a number that is not whole where int64 is asked for.
    /// </exception>
    public static Tensor Read(string path, DType dtype)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var stream = IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            var (type, shape) = ReadHeader(path, stream);
            return dtype switch
            {
                DType.Float32 => Elements(path, stream, type, shape, x => (float)x),
                DType.Float64 => Elements(path, stream, type, shape, x => x),
                DType.Int64 => Elements(path, stream, type, shape, x => Whole(path, x)),
                _ => Elements(path, stream, type, shape, x => x != 0),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or InvalidDataException or ShapeException)
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
        Span<byte> magic = stackalloc byte[4];
        Fill(path, stream, magic, "4 bytes at least");
        if (magic[0] != 0 || magic[1] != 0 || magic[3] == 0)
            throw new DataException($"IDX: {path} begins with {Convert.ToHexString(magic)}, not with 0000, an element type and a rank. It is not an IDX file.");
        var dims = new Dim[magic[3]];
        Span<byte> size = stackalloc byte[4];
        for (var i = 0; i < dims.Length; i++)
        {
            Fill(path, stream, size, $"{dims.Length} sizes");
            dims[i] = BinaryPrimitives.ReadInt32BigEndian(size);
        }
        return (magic[2], Shape.Of(dims));
    }

    static void Fill(string path, Stream stream, Span<byte> bytes, string what)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new DataException($"IDX: {path} is truncated: a header has {what}. Fetch it again.");
    }

    /// <summary>The elements, read in pieces; room is made as they come, so that a header that lies about the size does not cost the memory it asks for.</summary>
    static Tensor<T> Elements<T>(string path, Stream stream, byte type, Shape shape, Func<double, T> convert) where T : unmanaged
    {
        const int piece = 1 << 16;
        var (count, width) = (shape.ElementCount, ByteSize(path, type));
        var (result, bytes) = (new T[Math.Min(count, piece)], new byte[piece]);
        for (var at = 0; at < count;)
        {
            var wanted = Math.Min(piece / width, count - at);
            var read = stream.ReadAtLeast(bytes.AsSpan(0, wanted * width), wanted * width, throwOnEndOfStream: false);
            if (read < wanted * width)
                throw new DataException($"IDX: {path} is truncated: {(long)at * width + read} bytes where its header says {(long)count * width}. Fetch it again.");
            if (at + wanted > result.Length) Array.Resize(ref result, (int)Math.Min(count, 2L * result.Length));
            for (var i = 0; i < wanted; i++) result[at + i] = convert(Element(type, bytes.AsSpan(i * width)));
            at += wanted;
        }
        if (stream.ReadByte() >= 0) throw new DataException($"IDX: {path} goes on after the {(long)count * width} bytes its header says. Fetch it again.");
        return Tensor<T>.Adopt(shape, result);
    }

    static int ByteSize(string path, byte type) => type switch
    {
        0x08 or 0x09 => 1,
        0x0B => 2,
        0x0C or 0x0D => 4,
        0x0E => 8,
        _ => throw new DataException($"IDX: {path} has element type 0x{type:X2}. It is not one of 08, 09, 0B, 0C, 0D and 0E: not an IDX file, or a damaged one."),
    };

    static double Element(byte type, ReadOnlySpan<byte> bytes) => type switch
    {
        0x08 => bytes[0],
        0x09 => (sbyte)bytes[0],
        0x0B => BinaryPrimitives.ReadInt16BigEndian(bytes),
        0x0C => BinaryPrimitives.ReadInt32BigEndian(bytes),
        0x0D => BinaryPrimitives.ReadSingleBigEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleBigEndian(bytes),
    };

    static long Whole(string path, double x) => double.IsInteger(x) && Math.Abs(x) <= 1L << 53 ? (long)x
        : throw new DataException($"IDX: {path} holds {x}, which is not a whole number. Read it as float32 or float64.");
}
