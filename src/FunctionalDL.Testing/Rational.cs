using System.Numerics;

namespace FunctionalDL.Testing;

/// <summary>A fraction of whole numbers of any size, reduced, with a positive denominator.</summary>
readonly record struct Rational
{
    public Rational(BigInteger above, BigInteger below)
    {
        var divisor = BigInteger.GreatestCommonDivisor(above, below) * below.Sign;
        (Above, Below) = (above / divisor, below / divisor);
    }

    public BigInteger Above { get; }

    public BigInteger Below { get; }

    public int Sign => Above.Sign;

    public static implicit operator Rational(int x) => new(x, 1);

    /// <summary>The number a float is, exactly.</summary>
    public static Rational Of(double x)
    {
        var exponent = 0;
        for (; Math.Floor(x) != x; exponent++) x *= 2;
        return new((BigInteger)x, BigInteger.One << exponent);
    }

    public static Rational operator -(Rational x) => new(-x.Above, x.Below);

    public static Rational operator +(Rational x, Rational y) => new(x.Above * y.Below + y.Above * x.Below, x.Below * y.Below);

    public static Rational operator -(Rational x, Rational y) => x + -y;

    public static Rational operator *(Rational x, Rational y) => new(x.Above * y.Above, x.Below * y.Below);

    public static Rational operator /(Rational x, Rational y) => new(x.Above * y.Below, x.Below * y.Above);

    public Rational Abs() => Sign < 0 ? -this : this;

    /// <summary>The n-th power; the base is not 0 where n is negative.</summary>
    public Rational Power(int n) =>
        n >= 0 ? new(BigInteger.Pow(Above, n), BigInteger.Pow(Below, n)) : new(BigInteger.Pow(Below, -n), BigInteger.Pow(Above, -n));

    /// <summary>The square root, where that is a fraction.</summary>
    public Rational? Root() => Sign >= 0 && Root(Above) is { } above && Root(Below) is { } below ? new(above, below) : null;

    static BigInteger? Root(BigInteger n)
    {
        if (n.IsZero) return n;
        var root = BigInteger.One << (int)((n.GetBitLength() + 1) / 2);
        for (var next = (root + n / root) / 2; next < root; next = (root + n / root) / 2) root = next;
        return root * root == n ? root : null;
    }

    /// <summary>Whether a float holds the number to 20 digits after the binary point at most.</summary>
    public bool IsShort => Below.IsPowerOfTwo && Below <= 1 << 20;

    public double ToDouble() => Math.ScaleB((double)(Above * (BigInteger.One << 64) / Below), -64);

    public override string ToString() => Below.IsOne ? $"{Above}" : $"{Above}/{Below}";
}
