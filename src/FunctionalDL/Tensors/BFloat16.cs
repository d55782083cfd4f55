namespace FunctionalDL;

/// <summary>
/// A number of 16 bits with the sign and the exponents of a float32 and 8 binary digits: the upper half of its bits. Numbers become the
/// nearest one, of two equally near the even one; NaN stays NaN.
/// </summary>
public readonly struct BFloat16 : IEquatable<BFloat16>
{
    BFloat16(ushort bits) => Bits = bits;

    /// <summary>The 16 bits.</summary>
    public ushort Bits { get; }

    /// <summary>The number of some bits.</summary>
    public static BFloat16 FromBits(ushort bits) => new(bits);

    /// <summary>The nearest number.</summary>
    public static explicit operator BFloat16(float x)
    {
        var bits = BitConverter.SingleToUInt32Bits(x);
        // A NaN keeps its upper bits, of which one must not be 0.
        return new((ushort)((float.IsNaN(x) ? bits | 1u << 22 : bits + 0x7FFF + (bits >> 16 & 1)) >> 16));
    }

    /// <summary>The nearest number.</summary>
    public static explicit operator BFloat16(double x)
    {
        var near = (float)x;
        if (near == x || double.IsNaN(x)) return (BFloat16)near;
        // Of the two float32 beside x the odd one: it lies on the same side of every middle as x, so that the second rounding is the only
        // one.
        var bits = BitConverter.SingleToUInt32Bits(near);
        return (BFloat16)BitConverter.UInt32BitsToSingle((Math.Abs((double)near) > Math.Abs(x) ? bits - 1 : bits) | 1);
    }

    /// <summary>The nearest number.</summary>
    public static explicit operator BFloat16(long x)
    {
        // Beyond the whole numbers of float64, again the odd one of the two beside x.
        const long exact = 1L << 53, unit = 1L << 11;
        return (BFloat16)(double)(x is >= -exact and <= exact || x % unit == 0 ? x : x & -unit | unit);
    }

    /// <summary>The same number.</summary>
    public static implicit operator float(BFloat16 x) => BitConverter.UInt32BitsToSingle((uint)x.Bits << 16);

    /// <summary>Whether two numbers are equal: NaN is not, 0 and −0 are.</summary>
    public static bool operator ==(BFloat16 x, BFloat16 y) => (float)x == (float)y;

    /// <summary>Whether two numbers differ.</summary>
    public static bool operator !=(BFloat16 x, BFloat16 y) => !(x == y);

    /// <summary>Whether two numbers are equal, or both NaN.</summary>
    public bool Equals(BFloat16 other) => ((float)this).Equals(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString();
}
