using System.IO.Compression;

namespace FunctionalDL;

/// <summary>From the compressed rows of a PNG file to pixels.</summary>
sealed class PngDecoder(string path, PngHeader header, byte[] palette)
{
    // Deflate makes at most 1032 bytes of one.
    const long MostExpansion = 1032;

    /// <summary>The image in 1 or 3 channels, from 0 for black to 1.</summary>
    /// <exception cref="DataException">The data are damaged, or too few.</exception>
    public Pixels Decode(MemoryStream data, int channels)
    {
        if (header.HasPalette && (palette.Length == 0 || palette.Length % 3 != 0 || palette.Length > 3 << header.Bits))
            throw new DataException(
                $"PNG: {path} has a palette of {palette.Length} bytes, not of three for each of up to {1 << header.Bits} colours. Fetch "
                    + "it again."
            );
        var pixels = (long)header.Size.Height * header.Size.Width;
        if (pixels * header.Samples * header.Bits / 8 > data.Length * MostExpansion || pixels * channels > Array.MaxLength)
            throw CannotDecode($"{data.Length:N0} bytes do not make {pixels:N0} pixels");
        var image = new Pixels(channels, header.Size, new float[pixels * channels]);
        try
        {
            using var rows = new ZLibStream(data, CompressionMode.Decompress);
            foreach (var (top, left, down, right) in header.Passes)
            {
                // A pass that has no column has no rows either.
                var width = (header.Size.Width - left + right - 1) / right;
                if (width == 0) continue;
                var (row, before) = (new byte[header.RowBytes(width)], new byte[header.RowBytes(width)]);
                for (var y = top; y < header.Size.Height; y += down)
                {
                    var filter = rows.ReadByte();
                    rows.ReadExactly(row);
                    Unfilter(filter, row, before);
                    for (var i = 0; i < width; i++) Put(image, y, left + i * right, row, i);
                    (row, before) = (before, row);
                }
            }
            // The check sum stands behind the rows.
            rows.ReadByte();
            return image;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw CannotDecode(e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Adds what the filter took off each byte: of that one pixel to the left, of that above, of their mean, or of the nearest of
    /// three.</summary>
    void Unfilter(int filter, Span<byte> row, ReadOnlySpan<byte> above)
    {
        var step = Math.Max(1, header.Samples * header.Bits / 8);
        for (var i = 0; i < row.Length; i++)
        {
            var (left, corner) = i < step ? (0, 0) : ((int)row[i - step], (int)above[i - step]);
            row[i] = (byte)(row[i] + filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], corner),
                _ => throw CannotDecode($"a row is filtered by method {filter}, which does not exist"),
            });
        }
    }

    static int Paeth(int left, int above, int corner)
    {
        var (toLeft, toAbove, toCorner) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - 2 * corner));
        if (toLeft <= toAbove && toLeft <= toCorner) return left;
        return toAbove <= toCorner ? above : corner;
    }

    void Put(Pixels image, int y, int x, ReadOnlySpan<byte> row, int i)
    {
        var (red, green, blue) = Colour(row, i * header.Samples);
        var (at, plane) = (y * header.Size.Width + x, header.Size.Height * header.Size.Width);
        if (image.Channels == 1)
        {
            // The weights sum to 1 in exact numbers only.
            image.Values[at] = red == green && green == blue ? red : 0.299f * red + 0.587f * green + 0.114f * blue;
            return;
        }
        (image.Values[at], image.Values[at + plane], image.Values[at + 2 * plane]) = (red, green, blue);
    }

    (float Red, float Green, float Blue) Colour(ReadOnlySpan<byte> row, int sample)
    {
        if (header.Samples >= 3) return (Sample(row, sample), Sample(row, sample + 1), Sample(row, sample + 2));
        if (!header.HasPalette)
        {
            var grey = Sample(row, sample);
            return (grey, grey, grey);
        }
        var colour = 3 * Bits(row, sample);
        return colour < palette.Length ? (palette[colour] / 255f, palette[colour + 1] / 255f, palette[colour + 2] / 255f)
            : throw CannotDecode($"a pixel has colour {colour / 3}, and the palette has {palette.Length / 3}");
    }

    float Sample(ReadOnlySpan<byte> row, int sample) => Bits(row, sample) / (float)((1 << header.Bits) - 1);

    /// <summary>The bits of a sample, of which the first is the highest.</summary>
    int Bits(ReadOnlySpan<byte> row, int sample) => header.Bits switch
    {
        16 => row[2 * sample] << 8 | row[2 * sample + 1],
        8 => row[sample],
        var bits => row[sample * bits / 8] >> 8 - bits - sample * bits % 8 & (1 << bits) - 1,
    };

    DataException CannotDecode(string why, Exception? inner = null)
    {
        var message = $"PNG: {path} cannot be decoded: {why}. Fetch it again, or convert it.";
        return inner is null ? new(message) : new(message, inner);
    }
}
