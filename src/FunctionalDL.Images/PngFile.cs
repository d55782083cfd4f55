using System.Buffers.Binary;
using StbImageSharp;

namespace FunctionalDL;

/// <summary>
/// PNG files (ISO/IEC 15948). The decoder trusts what it is given, so that the chunks are checked before: a signature, then chunks of a length, a type, data and a CRC,
/// from IHDR with the size to IEND.
/// </summary>
static class PngFile
{
    const int MostPixels = 1 << 27;

    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>The height and width that a file's header says.</summary>
    /// <exception cref="DataException">The file cannot be read, or is not PNG.</exception>
    public static Size2D Size(string path) => Open(path, file =>
    {
        var start = new byte[24];
        return Size(path, start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
    });

    static Size2D Size(string path, ReadOnlySpan<byte> png)
    {
        if (!png.StartsWith(Signature)) throw new DataException($"PNG: {path} does not begin as PNG files do. Convert it, or take it away.");
        if (png.Length < 24) throw Truncated(path);
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(png[16..]), BinaryPrimitives.ReadUInt32BigEndian(png[20..]));
        return width > 0 && height > 0 && (ulong)width * height <= MostPixels ? new((int)height, (int)width)
            : throw new DataException($"PNG: {path} is {width} × {height} by its header, where 1 to {MostPixels:N0} pixels are read. Fetch it again, or make it smaller.");
    }

    /// <summary>The image in a file, from 0 for black to 1.</summary>
    /// <exception cref="DataException">The file cannot be read, is not PNG, truncated or damaged.</exception>
    public static Pixels Read(string path, int channels)
    {
        var png = Open(path, file =>
        {
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        });
        var size = Size(path, png);
        CheckChunks(path, png);
        try
        {
            var image = ImageResult.FromMemory(png, channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
            var (values, count) = (new float[image.Data.Length], size.Height * size.Width);
            for (var i = 0; i < values.Length; i++) values[i % channels * count + i / channels] = image.Data[i] / 255f;
            return new(channels, size, values);
        }
        catch (InvalidOperationException e)
        {
            throw new DataException($"PNG: {path} cannot be decoded: {e.Message}. Fetch it again, or convert it.", e);
        }
    }

    static void CheckChunks(string path, ReadOnlySpan<byte> png)
    {
        for (var at = Signature.Length; ;)
        {
            if (png.Length - at < 12 || BinaryPrimitives.ReadUInt32BigEndian(png[at..]) is var length && length > png.Length - at - 12) throw Truncated(path);
            var chunk = png.Slice(at + 4, (int)length + 4);
            at += chunk.Length + 8;
            if (Crc(chunk) != BinaryPrimitives.ReadUInt32BigEndian(png[(at - 4)..])) throw new DataException($"PNG: {path} is damaged before byte {at:N0}. Fetch it again.");
            if (chunk.StartsWith("IEND"u8)) return;
        }
    }

    /// <summary>The CRC-32 of ISO 3309, bit by bit from the lowest.</summary>
    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes) crc = CrcOfByte[(byte)(crc ^ value)] ^ crc >> 8;
        return ~crc;
    }

    static readonly uint[] CrcOfByte = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (crc, _) => (crc & 1) * 0xEDB88320 ^ crc >> 1))];

    static DataException Truncated(string path) => new($"PNG: {path} is truncated. Fetch it again.");

    static T Open<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            using var file = File.OpenRead(path);
            return read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"PNG: {path} cannot be read: {e.Message} Check the path.", e);
        }
    }
}
