using System.Numerics;

namespace FunctionalDL.Tests.Tensors;

/// <summary>Casts between all dtypes, against whole numbers of any size and the lists of all half floats.</summary>
public class CastTests
{
    static readonly double[] Reals =
    [
        double.NaN,
        double.PositiveInfinity,
        double.NegativeInfinity,
        0,
        -0.0,
        0.5,
        -0.5,
        0.999,
        1,
        -1,
        1.5,
        2.5,
        127,
        127.9,
        128,
        -128,
        -128.9,
        -129,
        255,
        255.5,
        256,
        2047,
        2049,
        2051,
        65504,
        65519.9,
        65520,
        70000,
        -65520,
        1e10,
        -1e10,
        2147483647,
        2147483648,
        -2147483649,
        9.3e18,
        -9.3e18,
        1e30,
        -1e30,
        3.3961e38,
        3.4e38,
        1e300,
        5e-324,
        1e-40,
        6e-8,
        2.9e-8,
        3e-8,
        1 + Math.ScaleB(1, -8),
        1 + Math.ScaleB(3, -8),
        1 + Math.ScaleB(1, -8) + Math.ScaleB(1, -40),
        1 + Math.ScaleB(1, -8) - Math.ScaleB(1, -40),
        1 + Math.ScaleB(1, -11),
        1 + Math.ScaleB(1, -11) + Math.ScaleB(1, -45),
        1.0 / 3,
        Math.PI * 1000,
    ];

    static readonly long[] Wholes =
    [
        0,
        1,
        -1,
        2,
        127,
        128,
        -128,
        -129,
        255,
        256,
        300,
        -300,
        2049,
        65519,
        65520,
        (1L << 24) + 1,
        int.MaxValue,
        int.MinValue,
        1L + int.MaxValue,
        -1L + int.MinValue,
        (1L << 53) + 1,
        (1L << 62) + (1L << 54),
        (1L << 62) + (1L << 54) + 1,
        -(1L << 62) - (1L << 54) - 1,
        (1L << 62) + (1L << 54) - 1,
        long.MaxValue,
        long.MinValue,
    ];

    public static TheoryData<DType> Integers => [.. Enum.GetValues<DType>().Where(d => d.IsInteger())];

    static (BigInteger Least, BigInteger Most) Range(DType dtype) =>
        dtype.ToString().StartsWith('U')
            ? (0, BigInteger.Pow(2, 8 * dtype.ByteSize()) - 1)
            : (-BigInteger.Pow(2, 8 * dtype.ByteSize() - 1), BigInteger.Pow(2, 8 * dtype.ByteSize() - 1) - 1);

    static BigInteger Only(Tensor x) =>
        x.DType == DType.UInt64 ? x.As<ulong>().Span[0] : x.Cast(DType.Int64).As<long>().Span[0];

    [Theory, MemberData(nameof(Integers))]
    public void A_float_becomes_an_integer_towards_0_and_no_larger_than_there_is(DType to)
    {
        var (least, most) = Range(to);
        foreach (var x in Reals)
        {
            var whole =
                double.IsNaN(x) ? 0
                : double.IsInfinity(x)
                    ? x > 0 ? most
                        : least
                : BigInteger.Min(most, BigInteger.Max(least, new BigInteger(Math.Truncate(x))));
            Assert.Equal(whole, Only(Tensor.Scalar(x).Cast(to)));
        }
    }

    [Theory, MemberData(nameof(Integers))]
    public void An_integer_of_fewer_bits_has_the_lowest(DType to)
    {
        var (least, most) = Range(to);
        foreach (var x in Wholes)
            Assert.Equal(
                ((x - least) % (most - least + 1) + (most - least + 1)) % (most - least + 1) + least,
                Only(Tensor.Scalar(x).Cast(to)));
    }

    /// <summary>Numbers that only uint64 holds, in every dtype: floats are the nearest, integers have the lowest bits.</summary>
    [Fact]
    public void Numbers_beyond_int64_are_what_they_are()
    {
        ulong[] numbers =
        [
            ulong.MaxValue,
            1UL << 63,
            (1UL << 63) + 1,
            (1UL << 63) + (1UL << 10),
            (1UL << 63) + (1UL << 10) + 1,
            (1UL << 63) + (1UL << 39),
            (1UL << 63) + (1UL << 39) + 1,
            (1UL << 63) + (3UL << 39),
            (1UL << 63) + (1UL << 55),
            (1UL << 63) + (1UL << 55) + 1,
            ulong.MaxValue - (1UL << 39),
            ulong.MaxValue - (1UL << 39) - 1,
        ];
        foreach (var x in numbers)
        {
            foreach (var dtype in DTypes.All.Where(d => d.IsInteger()))
                Assert.Equal(
                    (Range(dtype) is var (least, most) ? (x - least) % (most - least + 1) : 0) + Range(dtype).Least,
                    Only(Tensor.Scalar(x).Cast(dtype)));
            // The nearest of the floats around it, by differences of whole numbers of any size; of two the one whose last bit is 0.
            foreach (var (dtype, digits) in new[] { (DType.Float32, 24), (DType.Float64, 53), (DType.BFloat16, 8) })
            {
                var unit = BigInteger.Pow(2, 64 - digits);
                var (below, rest) = (x / unit, x % unit);
                var up = 2 * rest > unit || 2 * rest == unit && !below.IsEven;
                Assert.Equal((double)((below + (up ? 1 : 0)) * unit), Tensor.Scalar(x).Cast(dtype).GetDouble(0));
            }
            Assert.Equal(double.PositiveInfinity, Tensor.Scalar(x).Cast(DType.Float16).GetDouble(0));
            Assert.Equal(1, Tensor.Scalar(x).Cast(DType.Bool).GetDouble(0));
        }
        Assert.Equal("uint64[] { 1.84467E+19 }", Tensor.Scalar(ulong.MaxValue).ToString());
    }

    /// <summary>The finite half floats from the smallest on, each with its bits.</summary>
    static (double Value, ushort Bits)[] All(DType dtype) =>
        [
            .. Enumerable
                .Range(0, 1 << 16)
                .Select(bits =>
                    (
                        dtype == DType.Float16 ? (double)BitConverter.UInt16BitsToHalf((ushort)bits) : BFloat16.FromBits((ushort)bits),
                        (ushort)bits))
                .Where(x => double.IsFinite(x.Item1) && x.Item2 != 0x8000)
                .OrderBy(x => x.Item1),
        ];

    static double Value(Tensor x) => x.GetDouble(0);

    /// <summary>
    /// The nearest of a list, of two equally near the one whose last bit is 0; infinity from half a step beyond the largest on.
    /// </summary>
    static double Nearest((double Value, ushort Bits)[] all, BigRational x)
    {
        var at = 0;
        for (var high = all.Length; high - at > 1;)
            if ((at + high) / 2 is var middle && new BigRational(all[middle].Value).CompareTo(x) <= 0) at = middle;
            else high = middle;
        if (at == all.Length - 1 || at == 0 && x.CompareTo(new(all[0].Value)) < 0)
        {
            var (last, before) = at == 0 ? (all[0].Value, all[1].Value) : (all[at].Value, all[at - 1].Value);
            var beyond = new BigRational(last + (last - before) / 2);
            return (at == 0 ? x.CompareTo(beyond) > 0 : x.CompareTo(beyond) < 0) ? last : last * double.PositiveInfinity;
        }
        var twice = x.Twice();
        var side = twice.CompareTo(new BigRational(all[at].Value).Plus(new(all[at + 1].Value)));
        return side < 0 || side == 0 && all[at].Bits % 2 == 0 ? all[at].Value : all[at + 1].Value;
    }

    /// <summary>n·2^e, exactly.</summary>
    readonly struct BigRational(BigInteger n, int e)
    {
        readonly BigInteger n = n;
        readonly int e = e;

        public BigRational(double x) : this(new BigInteger(Math.ScaleB(x, Shift(x))), -Shift(x)) { }

        static int Shift(double x) => x == 0 ? 0 : Math.Min(1000, 60 - Math.ILogB(x));

        public BigRational Twice() => new(n, e + 1);

        public BigRational Plus(BigRational other) =>
            new((n << (e - Math.Min(e, other.e))) + (other.n << (other.e - Math.Min(e, other.e))), Math.Min(e, other.e));

        public int CompareTo(BigRational other) => (n << (e - Math.Min(e, other.e))).CompareTo(other.n << (other.e - Math.Min(e, other.e)));
    }

    [Theory]
    [InlineData(DType.Float16), InlineData(DType.BFloat16)]
    public void A_number_becomes_the_nearest_half_float(DType to)
    {
        var all = All(to);
        var random = new Random(5);
        double[] middles =
        [
            .. Enumerable.Range(0, 300).Select(_ => random.Next(all.Length - 1)).Select(i => (all[i].Value + all[i + 1].Value) / 2),
        ];
        double[] near = [.. middles.SelectMany(m => new[] { m, Math.BitIncrement(m), Math.BitDecrement(m) })];
        foreach (var x in Reals.Concat(near))
        {
            var y = Value(Tensor.Scalar(x).Cast(to));
            if (!double.IsFinite(x))
                Assert.Equal(x, y);
            else
                Assert.True(
                    Nearest(all, new(x)) == y && double.IsNegative(x) == double.IsNegative(y),
                    FormattableString.Invariant($"{x:R} becomes {y:R}"));
            if ((float)x is var single && float.IsFinite(single))
                Assert.Equal(Nearest(all, new(single)), Value(Tensor.Scalar(single).Cast(to)));
        }
        foreach (var x in Wholes) Assert.Equal(Nearest(all, new(x, 0)), Value(Tensor.Scalar(x).Cast(to)));
    }

    [Theory]
    [InlineData(DType.Float16), InlineData(DType.BFloat16)]
    public void Every_half_float_is_kept_by_wider_floats(DType dtype)
    {
        var all = All(dtype);
        Tensor x =
            dtype == DType.Float16
                ? Tensor.Vector([.. all.Select(a => BitConverter.UInt16BitsToHalf(a.Bits))])
                : Tensor.Vector([.. all.Select(a => BFloat16.FromBits(a.Bits))]);
        Assert.Equal(dtype, x.DType);
        Assert.True(x.BitEquals(x.Cast(DType.Float32).Cast(dtype)) && x.BitEquals(x.Cast(DType.Float64).Cast(dtype)));
        Assert.Equal(all.Select(a => a.Value), x.Cast(DType.Float64).ToArray<double>());
    }

    [Fact]
    public void Truth_is_1_in_every_dtype_and_what_is_not_0_is_true()
    {
        foreach (var dtype in Enum.GetValues<DType>())
        {
            var x = Tensor.Vector(true, false).Cast(dtype);
            Assert.Equal([1, 0], (double[])[x.GetDouble(0), x.GetDouble(1)]);
            Assert.Equal([true, false], x.Cast(DType.Bool).ToArray<bool>());
            if (dtype.IsFloat()) Assert.True(Tensor.Scalar(double.NaN).Cast(dtype).Cast(DType.Bool).As<bool>().Span[0]);
        }
    }

    [Theory]
    [
        InlineData(DType.UInt8, -1),
        InlineData(DType.UInt8, 256),
        InlineData(DType.Int8, 128),
        InlineData(DType.Int32, 1e10),
        InlineData(DType.UInt16, -1),
        InlineData(DType.Int16, 32768),
        InlineData(DType.UInt32, 4294967296),
        InlineData(DType.Int64, 1e19),
        InlineData(DType.Int64, 9223372036854775808.0),
        InlineData(DType.UInt64, -1),
        InlineData(DType.UInt64, 18446744073709551616.0)
    ]
    public void A_constant_that_a_dtype_does_not_hold_is_an_error(DType dtype, double value)
    {
        Assert.Contains(dtype.Name(), Assert.Throws<DTypeException>(() => Tensor.Full(dtype, [2], value)).Message);
        Assert.Contains(dtype.Name(), Assert.Throws<DTypeException>(() => Expr.Variable("x", [2], dtype) + value).Message);
    }

    [Fact]
    public void BFloat16_keeps_what_it_is_and_prints_as_a_number()
    {
        Assert.Equal("1.5", ((BFloat16)1.5).ToString());
        Assert.True((BFloat16)0.0 == (BFloat16)(-0.0) && (BFloat16)1.0 != (BFloat16)2.0 && (BFloat16)float.NaN != (BFloat16)float.NaN);
        Assert.True(
            ((BFloat16)float.NaN).Equals((BFloat16)float.NaN) && float.IsNaN((BFloat16)BitConverter.UInt32BitsToSingle(0x7F800001)));
        Assert.Equal(0x3FC0, ((BFloat16)1.5).Bits);
    }
}
