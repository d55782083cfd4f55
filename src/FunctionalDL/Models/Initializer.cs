namespace FunctionalDL;

/// <summary>How a parameter gets its first value: a pure function of a key, a shape and a dtype.</summary>
/// <remarks>
/// Fan-in and fan-out are the numbers of inputs and outputs a weight connects: the two sizes of a matrix <c>[in, out]</c>; of a convolution
/// kernel <c>[out, in, k…]</c> each times the Π k positions of the kernel.
/// </remarks>
public sealed class Initializer
{
    readonly Func<Key, Shape, DType, Tensor> create;

    Initializer(string name, Func<Key, Shape, DType, Tensor> create) => (Name, this.create) = (name, create);

    /// <summary>The initializer's name.</summary>
    public string Name { get; }

    /// <summary>The first value of a parameter.</summary>
    public Tensor Create(Key key, Shape shape, DType dtype) => create(key, shape, dtype);

    /// <summary>An initializer of your own.</summary>
    public static Initializer Of(string name, Func<Key, Shape, DType, Tensor> create) => new(name, create);

    /// <summary>Given values, whatever the seed.</summary>
    internal static Initializer Of(Tensor value) => Of("given values", (_, _, _) => value);

    /// <summary>Zeros.</summary>
    public static Initializer Zeros { get; } = Constant(0);

    /// <summary>Ones.</summary>
    public static Initializer Ones { get; } = Constant(1);

    /// <summary>
    /// Uniform in ±√(6/(fan-in + fan-out)) (Glorot, Bengio 2010): keeps the variance of signals and gradients through tanh-like layers.
    /// </summary>
    public static Initializer GlorotUniform { get; } = new("glorot uniform", (key, shape, dtype) =>
        Uniform(key, shape, dtype, Math.Sqrt(6.0 / (Fans(shape).In + Fans(shape).Out))));

    /// <summary>Normal with variance 2/(fan-in + fan-out) (Glorot, Bengio 2010).</summary>
    public static Initializer GlorotNormal { get; } = new("glorot normal", (key, shape, dtype) =>
        Normal(key, shape, dtype, Math.Sqrt(2.0 / (Fans(shape).In + Fans(shape).Out))));

    /// <summary>Uniform in ±√(6/fan-in) (He et al. 2015): keeps the variance through rectified layers.</summary>
    public static Initializer HeUniform { get; } = new("he uniform", (key, shape, dtype) =>
        Uniform(key, shape, dtype, Math.Sqrt(6.0 / Fans(shape).In)));

    /// <summary>Normal with variance 2/fan-in (He et al. 2015).</summary>
    public static Initializer HeNormal { get; } = new("he normal", (key, shape, dtype) =>
        Normal(key, shape, dtype, Math.Sqrt(2.0 / Fans(shape).In)));

    /// <summary>
    /// A matrix with orthonormal rows, or columns where it has fewer of these (Saxe, McClelland, Ganguli 2014): it keeps the length of
    /// signals exactly. A convolution kernel
    /// <c>[out, in, k…]</c> is taken as the matrix <c>[out, in·Π k]</c>.
    /// </summary>
    /// <remarks>Normal vectors made orthonormal one after another (Gram, Schmidt): uniform over all such matrices.</remarks>
    public static Initializer Orthogonal { get; } =
        new(
            "orthogonal",
            (key, shape, dtype) =>
            {
                if (shape.Rank < 2)
                    throw new FunctionalException(
                        $"Initializer: orthogonal is for matrices and kernels, not {shape}. Use another for vectors.");
                var (rows, columns) = (shape[0].Size, shape.Slice(1, shape.Rank).ElementCount);
                var (count, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
                var vectors = Draw([count, length], NormalOf(key, 1), x => x);
                MakeOrthonormal(vectors, length);
                if (rows <= columns)
                    return Tensor<double>.Adopt(shape, vectors).Cast(dtype);
                var matrix = new double[vectors.Length];
                for (var row = 0; row < rows; row++)
                    for (var column = 0; column < columns; column++)
                        matrix[row * columns + column] = vectors[column * rows + row];
                return Tensor<double>.Adopt(shape, matrix).Cast(dtype);
            });

    /// <summary>Every element the same number.</summary>
    public static Initializer Constant(double value) =>
        new(FormattableString.Invariant($"constant {value}"), (_, shape, dtype) => Tensor.Full(dtype, shape, value));

    /// <summary>Normal with mean 0 and the given standard deviation.</summary>
    /// <exception cref="FunctionalException">The standard deviation is negative or not a finite number.</exception>
    public static Initializer Normal(double standardDeviation) =>
        standardDeviation >= 0 && double.IsFinite(standardDeviation)
            ? new(
                FormattableString.Invariant($"normal {standardDeviation}"),
                (key, shape, dtype) => Normal(key, shape, dtype, standardDeviation))
            : throw new FunctionalException(
                FormattableString.Invariant($"Initializer: standard deviation {standardDeviation} is not a number, 0 or more."));

    /// <summary>Uniform in ±bound.</summary>
    /// <exception cref="FunctionalException">The bound is negative or not a finite number.</exception>
    public static Initializer Uniform(double bound) => bound >= 0 && double.IsFinite(bound)
        ? new(FormattableString.Invariant($"uniform {bound}"), (key, shape, dtype) => Uniform(key, shape, dtype, bound))
        : throw new FunctionalException(FormattableString.Invariant($"Initializer: bound {bound} is not a number, 0 or more."));

    static Tensor Uniform(Key key, Shape shape, DType dtype, double bound) => Draw(shape, dtype, (values, first) =>
    {
        Philox.Fill(key.Value, 0, values, first);
        foreach (ref var value in values) value = (2 * value - 1) * bound;
    });

    static Tensor Normal(Key key, Shape shape, DType dtype, double deviation) => Draw(shape, dtype, NormalOf(key, deviation));

    /// <summary>The numbers of <see cref="Functions.RandomNormal"/>, of the streams 0 and 1.</summary>
    static Action<Span<double>, int> NormalOf(Key key, double deviation) =>
        (values, first) =>
        {
            Span<double> angles = stackalloc double[values.Length];
            Philox.Fill(key.Value, 0, values, first);
            Philox.Fill(key.Value, 1, angles, first);
            for (var i = 0; i < values.Length; i++)
                values[i] = deviation * (Math.Sqrt(-2 * Math.Log(1 - values[i])) * Math.Cos(2 * Math.PI * angles[i]));
        };

    /// <summary>
    /// Numbers drawn piece by piece, each a function of its place alone, so that threads do not matter. They are drawn in float64 and
    /// rounded, so that a float32 model starts at the rounded weights of its float64 twin.
    /// </summary>
    static Tensor Draw(Shape shape, DType dtype, Action<Span<double>, int> fill) => dtype.Visit<Drawn, Tensor>(new(shape, fill));

    readonly struct Drawn(Shape shape, Action<Span<double>, int> fill) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>()
            where T : unmanaged
            where TElement : IElement<T> => Tensor<T>.Adopt(shape, Draw(shape, fill, TElement.Of));
    }

    static T[] Draw<T>(Shape shape, Action<Span<double>, int> fill, Func<double, T> round)
    {
        const int piece = 1024;
        var result = new T[shape.ElementCount];
        Parallel.For(0, (int)(((long)result.Length + piece - 1) / piece), i =>
        {
            var part = result.AsSpan(i * piece, Math.Min(piece, result.Length - i * piece));
            Span<double> values = stackalloc double[part.Length];
            fill(values, i * piece);
            for (var j = 0; j < part.Length; j++) part[j] = round(values[j]);
        });
        return result;
    }

    /// <summary>Makes vectors that lie one after another orthonormal, each against those before it.</summary>
    static void MakeOrthonormal(double[] vectors, int length)
    {
        var count = length == 0 ? 0 : vectors.Length / length;
        for (var i = 0; i < count; i++)
        {
            var vector = vectors.AsSpan(i * length, length);
            // Twice: what rounding leaves of the others the first time is gone the second.
            for (var j = 0; j < 2 * i; j++)
            {
                var other = vectors.AsSpan(j % i * length, length);
                var along = Dot(vector, other);
                for (var k = 0; k < vector.Length; k++) vector[k] -= along * other[k];
            }
            var norm = Math.Sqrt(Dot(vector, vector));
            foreach (ref var value in vector) value /= norm;
        }
    }

    static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sum = 0.0;
        for (var k = 0; k < x.Length; k++) sum += x[k] * y[k];
        return sum;
    }

    static (double In, double Out) Fans(Shape shape) =>
        shape.Rank switch
        {
            0 => (1, 1),
            1 => (shape[0].Size, shape[0].Size),
            2 => (shape[0].Size, shape[1].Size),
            _ => (
                shape[1].Size * (double)shape.Slice(2, shape.Rank).ElementCount,
                shape[0].Size * (double)shape.Slice(2, shape.Rank).ElementCount),
        };

    /// <summary>The initializer's name.</summary>
    public override string ToString() => Name;
}
