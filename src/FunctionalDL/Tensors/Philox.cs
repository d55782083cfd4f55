namespace FunctionalDL;

/// <summary>Philox4x32-10: 128 random bits from a 64-bit key and a 128-bit counter, by ten rounds of multiply and xor.</summary>
static class Philox
{
    public const uint MultiplierA = 0xD2511F53, MultiplierB = 0xCD9E8D57, WeylA = 0x9E3779B9, WeylB = 0xBB67AE85;
    public const int Rounds = 10;

    public static (uint A, uint B, uint C, uint D) Block(ulong key, ulong low, ulong high)
    {
        uint a = (uint)low, b = (uint)(low >> 32), c = (uint)high, d = (uint)(high >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            ulong p = (ulong)MultiplierA * a, q = (ulong)MultiplierB * c;
            (a, b, c, d) = ((uint)(q >> 32) ^ b ^ k0, (uint)q, (uint)(p >> 32) ^ d ^ k1, (uint)p);
            k0 += WeylA;
            k1 += WeylB;
        }
        return (a, b, c, d);
    }

    /// <summary>A key derived from a key and a number; the counter's high half keeps it apart from numbers drawn with the key.</summary>
    public static ulong Mix(ulong key, ulong data)
    {
        var (a, b, _, _) = Block(key, data, ulong.MaxValue);
        return (ulong)b << 32 | a;
    }

    /// <summary>The elements of a stream: four float32 to a block.</summary>
    public static void Fill(ulong key, ulong stream, Span<float> values)
    {
        const float unit = 1f / (1 << 24);
        for (var i = 0; i < values.Length; i += 4)
        {
            var (a, b, c, d) = Block(key, (ulong)i / 4, stream);
            values[i] = (a >> 8) * unit;
            if (i + 1 < values.Length) values[i + 1] = (b >> 8) * unit;
            if (i + 2 < values.Length) values[i + 2] = (c >> 8) * unit;
            if (i + 3 < values.Length) values[i + 3] = (d >> 8) * unit;
        }
    }

    /// <summary>The elements of a stream: two float64 to a block.</summary>
    /// <param name="key">The key.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="values">Where to put them.</param>
    /// <param name="first">The number of the first of them in the stream, which is even: a stream may be filled piece by piece.</param>
    public static void Fill(ulong key, ulong stream, Span<double> values, int first = 0)
    {
        const double unit = 1d / (1L << 53);
        for (var i = 0; i < values.Length; i += 2)
        {
            var (a, b, c, d) = Block(key, (ulong)(first + i) / 2, stream);
            values[i] = (((ulong)a << 32 | b) >> 11) * unit;
            if (i + 1 < values.Length) values[i + 1] = (((ulong)c << 32 | d) >> 11) * unit;
        }
    }
}
