namespace FunctionalDL;

/// <summary>
/// A random key: the whole state of randomness, as a value. Equal keys give equal numbers on every machine and thread count.
/// </summary>
/// <remarks>
/// Numbers come from the counter-based generator Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy
/// as 1, 2, 3, SC11). Element i of stream s is a pure function of (key, s, i), so that order and threads do not matter.
/// </remarks>
public readonly record struct Key(ulong Value)
{
    /// <summary>The key of a seed.</summary>
    public static Key Of(long seed) => new(Philox.Mix((ulong)seed, 0));

    /// <summary>The i-th key derived from this one. Keys of different i, and this key itself, give independent numbers.</summary>
    public Key Fold(long i) => new(Philox.Mix(Value, (ulong)i + 1));

    /// <summary>This key as the int64 scalar that random expressions take.</summary>
    public Tensor ToTensor() => Tensor.Scalar((long)Value);

    /// <summary>Independent numbers, uniform in [0, 1): 24 random bits for float32, 53 for float64.</summary>
    /// <exception cref="DTypeException">The dtype is not a float.</exception>
    public Tensor Uniform(Shape shape, DType dtype = DType.Float32, long stream = 0)
    {
        switch (dtype)
        {
            case DType.Float32:
                var singles = new float[shape.ElementCount];
                Philox.Fill(Value, (ulong)stream, singles);
                return Tensor<float>.Adopt(shape, singles);
            case DType.Float64:
                var doubles = new double[shape.ElementCount];
                Philox.Fill(Value, (ulong)stream, doubles);
                return Tensor<double>.Adopt(shape, doubles);
            default:
                throw new DTypeException($"Uniform: dtype {dtype.Name()} has no uniform distribution on [0, 1). Use float32 or float64.");
        }
    }

    /// <summary>A random order of 0 … n − 1 (Fisher and Yates), every order equally likely.</summary>
    public int[] Permutation(int n)
    {
        var order = new int[n];
        for (var i = 0; i < n; i++)
        {
            var j = (int)Below((uint)i + 1, i);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /// <summary>The index-th number uniform in 0 … bound − 1, without bias (Lemire's rejection).</summary>
    uint Below(uint bound, int index)
    {
        for (ulong attempt = 0; ; attempt++)
        {
            var product = (ulong)Philox.Block(Value, (ulong)index, attempt).A * bound;
            if ((uint)product >= (0u - bound) % bound) return (uint)(product >> 32);
        }
    }
}
