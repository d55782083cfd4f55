using System.Buffers.Binary;

namespace FunctionalDL;

/// <summary>
/// PNG files (ISO/IEC 15948): a signature, then chunks of a length, a type, data and a CRC, from IHDR with the size to IEND. All of them
/// are checked before any pixel is made.
/// </summary>
static class PngFile
{
    const int MostBytes = 1 << 30;

    const int HeaderEnd = 33;

    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>The height and width that a file's header says.</summary>
    /// <exception cref="DataException">The file cannot be read, or is not PNG.</exception>
    public static Size2D Size(string path) => Open(path, file =>
    {
        var start = new byte[HeaderEnd];
        return Header(path, start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false))).Size;
    });

    /// <summary>The image in a file, from 0 for black to 1.</summary>
    /// <exception cref="DataException">The file cannot be read, is not PNG, truncated or damaged.</exception>
    public static Pixels Read(string path, int channels)
    {
        var png = Open(
            path,
            file =>
            {
                if (file.Length > MostBytes)
                    throw new DataException($"PNG: {path} has {file.Length:N0} bytes, where {MostBytes:N0} are read. Make it smaller.");
                var bytes = new byte[file.Length];
                file.ReadExactly(bytes);
                return bytes;
            });
        var header = Header(path, png);
        var (palette, data) = Chunks(path, png);
        return new PngDecoder(path, header, palette).Decode(data, channels);
    }

    static PngHeader Header(string path, ReadOnlySpan<byte> png)
    {
        if (!png.StartsWith(Signature))
            throw new DataException($"PNG: {path} does not begin as PNG files do. Convert it, or take it away.");
        if (png.Length < HeaderEnd)
            throw Truncated(path);
        var at = Signature.Length;
        var chunk = Next(path, png, ref at);
        return chunk.StartsWith("IHDR"u8) && chunk.Length == PngHeader.Length + 4 ? PngHeader.Read(path, chunk[4..])
            : throw new DataException($"PNG: {path} does not begin with an image header. Fetch it again.");
    }

    /// <summary>The palette, and the pixels' data, which may be cut anywhere into chunks that follow one another.</summary>
    static (byte[] Palette, MemoryStream Data) Chunks(string path, ReadOnlySpan<byte> png)
    {
        var (palette, data) = (Array.Empty<byte>(), new MemoryStream());
        for (var at = HeaderEnd; ;)
        {
            var chunk = Next(path, png, ref at);
            if (chunk.StartsWith("IDAT"u8)) data.Write(chunk[4..]);
            else if (chunk.StartsWith("PLTE"u8)) palette = chunk[4..].ToArray();
            else if (chunk.StartsWith("IEND"u8)) break;
            else if (char.IsAsciiLetterUpper((char)chunk[0]))
                throw new DataException(
                    $"PNG: {path} has a chunk {System.Text.Encoding.Latin1.GetString(chunk[..4])} that the image cannot be read without. "
                        + "Convert it."
                );
        }
        data.Position = 0;
        return (palette, data);
    }

    /// <summary>The type and the data of the chunk at a place, which moves to the next, once its CRC is known to be right.</summary>
    static ReadOnlySpan<byte> Next(string path, ReadOnlySpan<byte> png, ref int at)
    {
        if (png.Length - at < 12) throw Truncated(path);
        var length = BinaryPrimitives.ReadUInt32BigEndian(png[at..]);
        if (length > png.Length - at - 12) throw Truncated(path);
        var chunk = png.Slice(at + 4, (int)length + 4);
        at += chunk.Length + 8;
        return Crc(chunk) == BinaryPrimitives.ReadUInt32BigEndian(png[(at - 4)..]) ? chunk
            : throw new DataException($"PNG: {path} is damaged before byte {at:N0}. Fetch it again.");
    }

    /// <summary>The CRC-32 of ISO 3309, bit by bit from the lowest.</summary>
    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes) crc = CrcOfByte[(byte)(crc ^ value)] ^ crc >> 8;
        return ~crc;
    }

    static readonly uint[] CrcOfByte =
    [
        .. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (crc, _) => (crc & 1) * 0xEDB88320 ^ crc >> 1)),
    ];

    static DataException Truncated(string path) => new($"PNG: {path} is truncated. Fetch it again.");

    static T Open<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            using var file = File.OpenRead(path);
            return read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DataException($"PNG: {path} cannot be read: {e.Message} Check the path.", e);
        }
    }
}
