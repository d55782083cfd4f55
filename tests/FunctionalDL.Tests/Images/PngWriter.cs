using System.Buffers.Binary;
using System.IO.Compression;

namespace FunctionalDL.Tests.Images;

/// <summary>Writes PNG files for tests: eight bits a channel, without filters.</summary>
static class PngWriter
{
    /// <summary>The file of pixels <c>[height][width·channels]</c>, of 1 channel (grey), 3 (colour) or 4 (with transparency).</summary>
    public static byte[] Write(int channels, params byte[][] rows)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
            foreach (var row in rows)
                zlib.Write([0, .. row]);
        byte colour = channels switch
        {
            1 => 0,
            3 => 2,
            _ => 6,
        };
        return
        [
            0x89,
            .. "PNG\r\n\x1a\n"u8,
            .. Chunk("IHDR", [.. Big(rows[0].Length / channels), .. Big(rows.Length), 8, colour, 0, 0, 0]),
            .. Chunk("IDAT", data.ToArray()),
            .. Chunk("IEND", []),
        ];
    }

    /// <summary>A chunk with its length and CRC.</summary>
    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] named = [.. type.Select(c => (byte)c), .. data];
        var crc = uint.MaxValue;
        foreach (var value in named)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return [.. Big(data.Length), .. named, .. Big((int)~crc)];
    }

    static byte[] Big(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
