using System.IO.Compression;

namespace FunctionalDL.Tests.Images;

/// <summary>Any form of PNG there is: a colour type and bits, in one pass or seven, each row filtered in one of five ways, the data cut
/// into chunks anywhere.</summary>
sealed record PngForm(int Height, int Width, int Colour, int Bits, bool IsInterlaced)
{
    static readonly (int Colour, int[] Bits)[] Kinds = [(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16])];

    public int Samples => Colour switch { 0 or 3 => 1, 2 => 3, 4 => 2, _ => 4 };

    public static PngForm Draw(Random random)
    {
        var (colour, bits) = Kinds[random.Next(Kinds.Length)];
        return new(random.Next(1, 12), random.Next(1, 20), colour, bits[random.Next(bits.Length)], random.Next(2) == 0);
    }

    /// <summary>A file of these samples <c>[height, width·samples]</c>, written by chance in one of the ways there are.</summary>
    public byte[] Write(int[,] samples, byte[] palette, Random random)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, (CompressionLevel)random.Next(3), leaveOpen: true))
            foreach (var (top, left, down, right) in IsInterlaced ? Adam7 : [(0, 0, 1, 1)])
            {
                int[] columns = [.. Enumerable.Range(0, Width).Where(x => x >= left && (x - left) % right == 0)];
                byte[] above = [];
                for (var y = top; y < Height && columns.Length > 0; y += down)
                {
                    var row = Pack([.. columns.SelectMany(x => Enumerable.Range(0, Samples).Select(s => samples[y, x * Samples + s]))]);
                    if (above.Length == 0) above = new byte[row.Length];
                    var filter = random.Next(5);
                    zlib.Write([(byte)filter, .. row.Select((value, i) => (byte)(value - Foreseen(filter, row, above, i)))]);
                    above = row;
                }
            }
        byte[] header = [.. Big(Width), .. Big(Height), (byte)Bits, (byte)Colour, 0, 0, IsInterlaced ? (byte)1 : (byte)0];
        byte[] chunks = palette.Length > 0 ? PngWriter.Chunk("PLTE", palette) : PngWriter.Chunk("tEXt", [65, 0, 66]);
        // A chunk of data may be empty, the first too.
        var bytes = data.ToArray();
        int[] cuts = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(2) * random.Next(bytes.Length)).Order(), bytes.Length];
        var at = 0;
        foreach (var cut in cuts)
        {
            chunks = [.. chunks, .. PngWriter.Chunk("IDAT", bytes[at..cut])];
            at = cut;
        }
        return [0x89, .. "PNG\r\n\x1a\n"u8, .. PngWriter.Chunk("IHDR", header), .. chunks, .. PngWriter.Chunk("IEND", [])];
    }

    static readonly (int, int, int, int)[] Adam7 =
    [
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    ];

    byte[] Pack(int[] samples)
    {
        if (Bits == 16) return [.. samples.SelectMany(value => new[] { (byte)(value >> 8), (byte)value })];
        var row = new byte[(samples.Length * Bits + 7) / 8];
        for (var i = 0; i < samples.Length; i++) row[i * Bits / 8] |= (byte)(samples[i] << 8 - Bits - i * Bits % 8);
        return row;
    }

    int Foreseen(int filter, byte[] row, byte[] above, int i)
    {
        var step = Math.Max(1, Samples * Bits / 8);
        int a = i < step ? 0 : row[i - step], b = above[i], c = i < step ? 0 : above[i - step];
        return filter switch
        {
            0 => 0,
            1 => a,
            2 => b,
            3 => (a + b) / 2,
            _ => new[] { a, b, c }.MinBy(value => Math.Abs(a + b - c - value)),
        };
    }

    static byte[] Big(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
