namespace FunctionalDL.Testing;

/// <summary>Random elements of each dtype.</summary>
static class RandomValues
{
    static readonly double[] Specials =
    [
        double.NaN,
        double.PositiveInfinity,
        double.NegativeInfinity,
        0,
        -0.0,
        1,
        -1,
        0.5,
        1e-8,
        -1e-8,
        1e-40,
        5e-324,
        88.8,
        -104,
        710,
        -746,
        1e15,
        -1e15,
    ];

    static readonly long[] SpecialWholes = [0, 1, -1, 2, 1L << 24, (1L << 24) + 1, 1L << 53, (1L << 53) + 1, long.MaxValue, long.MinValue];

    /// <summary>
    /// Floats in [−2, 2), integers in −4 … 4, either truth value; among special values, half of the elements are one.
    /// </summary>
    public static Tensor Tensor(this Random random, TensorType type, bool special)
    {
        double Real() => special && random.Next(2) == 0 ? Specials[random.Next(Specials.Length)] : random.NextDouble() * 4 - 2;
        // −1 is no moderate number where it has many bits and no sign.
        var least = type.DType.IsUnsigned() && type.DType.ByteSize() >= sizeof(int) ? 0 : -4;
        long Whole() => special && random.Next(2) == 0 ? SpecialWholes[random.Next(SpecialWholes.Length)] : random.Next(least, 5);
        return type.DType.Visit<Elements, Tensor>(
            new(type.Shape, type.DType.IsFloat() ? Real : null, type.DType.IsNumeric() ? Whole : () => random.Next(2)));
    }

    readonly struct Elements(Shape shape, Func<double>? real, Func<long> whole) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var (real1, whole1) = (real, whole);
            return Fill(shape, () => real1 is null ? TElement.Of(whole1()) : TElement.Of(real1()));
        }
    }

    /// <summary>Integers in 0 … <paramref name="below"/> − 1.</summary>
    public static Tensor Indices(this Random random, Shape shape, int below) => Fill(shape, () => (long)random.Next(below));

    static Tensor Fill<T>(Shape shape, Func<T> element) where T : unmanaged
    {
        var values = new T[shape.ElementCount];
        for (var i = 0; i < values.Length; i++) values[i] = element();
        return FunctionalDL.Tensor.Of(shape, values);
    }

    /// <summary>Sizes that meet the edges of loops and kernels: none, one, odd ones, and around powers of two.</summary>
    static readonly int[] Edges = [0, 1, 1, 2, 2, 3, 3, 3, 4, 5, 5, 7, 8, 9, 16, 17, 33, 65];

    /// <summary>A size from 0, or 1, to 65, mostly small.</summary>
    public static int Size(this Random random, bool orZero = true) => Edges[random.Next(orZero ? 0 : 1, Edges.Length)];

    /// <summary>
    /// Three sizes. Often two are one, or one is the product of the others, so that numbers of elements coincide that have nothing to do
    /// with each other.
    /// </summary>
    public static int[] Sizes(this Random random, bool orZero = true)
    {
        var (a, b, c) = (random.Size(orZero), random.Size(orZero), random.Size(orZero));
        return random.Next(4) switch
        {
            0 when a * b <= Edges[^1] => [a, b, a * b],
            1 => [a, a, b],
            _ => [a, b, c],
        };
    }

    /// <summary>A number for each number, without pattern (SplitMix64, Steele et al. 2014).</summary>
    public static ulong Mix(ulong i)
    {
        var z = i * 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>One of several things.</summary>
    public static T Of<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
