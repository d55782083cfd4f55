using System.Buffers.Binary;
using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>What a PNG file says of its image first: the size, and how a pixel is written.</summary>
/// <param name="Size">The height and width.</param>
/// <param name="Bits">The bits of a sample: 1, 2, 4, 8 or 16.</param>
/// <param name="Samples">The samples of a pixel: grey, index in the palette, or colours, and its opacity where it has one.</param>
/// <param name="HasPalette">Whether the one sample is an index.</param>
/// <param name="IsInterlaced">Whether the pixels come in the seven passes of Adam7.</param>
readonly record struct PngHeader(Size2D Size, int Bits, int Samples, bool HasPalette, bool IsInterlaced)
{
    public const int Length = 13;

    const int MostPixels = 1 << 27;

    /// <summary>The bytes of a row of so many pixels.</summary>
    public int RowBytes(int width) => (int)(((long)width * Samples * Bits + 7) / 8);

    /// <summary>The passes in which the pixels come: where each begins and its steps, down and to the right.</summary>
    public ImmutableArray<(int Top, int Left, int Down, int Right)> Passes => IsInterlaced ? Adam7 : AtOnce;

    static readonly ImmutableArray<(int Top, int Left, int Down, int Right)> AtOnce = [(0, 0, 1, 1)];

    static readonly ImmutableArray<(int Top, int Left, int Down, int Right)> Adam7 =
        [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)];

    /// <exception cref="DataException">The header is not one of those there are.</exception>
    public static PngHeader Read(string path, ReadOnlySpan<byte> header)
    {
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        if (width == 0 || height == 0 || (ulong)width * height > MostPixels)
            throw new DataException(
                $"PNG: {path} is {width} × {height} by its header, where 1 to {MostPixels:N0} pixels are read. Fetch it again, or make "
                    + "it smaller."
            );
        var (bits, colour, interlace) = (header[8], header[9], header[12]);
        var samples = (colour, bits) switch
        {
            (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) => 1,
            (2, 8 or 16) => 3,
            (4, 8 or 16) => 2,
            (6, 8 or 16) => 4,
            _ => 0,
        };
        return samples > 0 && header[10] == 0 && header[11] == 0 && interlace <= 1
            ? new(((int)height, (int)width), bits, samples, colour == 3, interlace == 1)
            : throw new DataException(
                $"PNG: {path} is of a form that does not exist: {bits} bits, colour type {colour}, methods {header[10]}, {header[11]}, "
                    + $"{interlace}. Fetch it again."
            );
    }
}
