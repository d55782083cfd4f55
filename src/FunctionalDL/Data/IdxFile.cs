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
    /// <exception cref="DataException">The file cannot be read, is not IDX, or is shorter or longer than its header says.</exception>
    public static Tensor Read(string path, DType dtype)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var stream = IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            var (type, shape) = ReadHeader(path, stream);
            var bytes = ReadExactly(path, stream, (long)shape.ElementCount * ByteSize(path, type));
            return Convert(type, bytes, shape, dtype);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ShapeException)
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
        var magic = ReadExactly(path, stream, 4, isLast: false);
        if (magic[0] != 0 || magic[1] != 0 || magic[3] == 0)
            throw new DataException($"IDX: {path} begins with {System.Convert.ToHexString(magic)}, not with 0000, an element type and a rank. It is not an IDX file.");
        var sizes = ReadExactly(path, stream, 4 * magic[3], isLast: false);
        var dims = new Dim[magic[3]];
        for (var i = 0; i < dims.Length; i++) dims[i] = BinaryPrimitives.ReadInt32BigEndian(sizes.AsSpan(4 * i));
        return (magic[2], Shape.Of(dims));
    }

    /// <summary>The next bytes, read in pieces, so that a header that lies about the size does not cost the memory it asks for.</summary>
    static byte[] ReadExactly(string path, Stream stream, long count, bool isLast = true)
    {
        using var buffer = new MemoryStream();
        var piece = new byte[1 << 16];
        int read;
        while (buffer.Length < count && (read = stream.Read(piece, 0, (int)Math.Min(piece.Length, count - buffer.Length))) > 0) buffer.Write(piece, 0, read);
        if (buffer.Length < count) throw new DataException($"IDX: {path} is truncated: {buffer.Length} bytes where its header says {count}. Fetch it again.");
        if (isLast && stream.ReadByte() >= 0) throw new DataException($"IDX: {path} goes on after the {count} bytes its header says. Fetch it again.");
        return buffer.ToArray();
    }

    static int ByteSize(string path, byte type) => type switch
    {
        0x08 or 0x09 => 1,
        0x0B => 2,
        0x0C or 0x0D => 4,
        0x0E => 8,
        _ => throw new DataException($"IDX: {path} has element type 0x{type:X2}. It is not one of 08, 09, 0B, 0C, 0D and 0E: not an IDX file, or a damaged one."),
    };

    static Tensor Convert(byte type, byte[] bytes, Shape shape, DType dtype) => dtype switch
    {
        DType.Float32 => Fill(shape, i => (float)Element(type, bytes, i)),
        DType.Float64 => Fill(shape, i => Element(type, bytes, i)),
        DType.Int64 => Fill(shape, i => (long)Element(type, bytes, i)),
        _ => Fill(shape, i => Element(type, bytes, i) != 0),
    };

    static Tensor<T> Fill<T>(Shape shape, Func<int, T> element) where T : unmanaged
    {
        var result = new T[shape.ElementCount];
        for (var i = 0; i < result.Length; i++) result[i] = element(i);
        return Tensor<T>.Adopt(shape, result);
    }

    static double Element(byte type, byte[] bytes, int i) => type switch
    {
        0x08 => bytes[i],
        0x09 => (sbyte)bytes[i],
        0x0B => BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(2 * i)),
        0x0C => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 * i)),
        0x0D => BinaryPrimitives.ReadSingleBigEndian(bytes.AsSpan(4 * i)),
        _ => BinaryPrimitives.ReadDoubleBigEndian(bytes.AsSpan(8 * i)),
    };
}
