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

    /// <summary>Zeros.</summary>
    public static Initializer Zeros { get; } = Constant(0);

    /// <summary>Ones.</summary>
    public static Initializer Ones { get; } = Constant(1);

    /// <summary>Uniform in ±√(6/(fan-in + fan-out)) (Glorot, Bengio 2010): keeps the variance of signals and gradients through tanh-like layers.</summary>
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

    /// <summary>Every element the same number.</summary>
    public static Initializer Constant(double value) => new($"constant {value}", (_, shape, dtype) => Tensor.Full(dtype, shape, value));

    /// <summary>Normal with mean 0 and the given standard deviation.</summary>
    /// <exception cref="FunctionalException">The standard deviation is negative or not a number.</exception>
    public static Initializer Normal(double standardDeviation) => standardDeviation >= 0
        ? new($"normal {standardDeviation}", (key, shape, dtype) => Normal(key, shape, dtype, standardDeviation))
        : throw new FunctionalException($"Initializer: standard deviation {standardDeviation} is not 0 or more.");

    /// <summary>Uniform in ±bound.</summary>
    /// <exception cref="FunctionalException">The bound is negative or not a number.</exception>
    public static Initializer Uniform(double bound) => bound >= 0
        ? new($"uniform {bound}", (key, shape, dtype) => Uniform(key, shape, dtype, bound))
        : throw new FunctionalException($"Initializer: bound {bound} is not 0 or more.");

    static Tensor Uniform(Key key, Shape shape, DType dtype, double bound) =>
        key.Uniform(shape, DType.Float64).As<double>().Map(u => (2 * u - 1) * bound).Cast(dtype);

    // Drawn in float64 and rounded, so that a float32 model starts at the rounded weights of its float64 twin.
    static Tensor Normal(Key key, Shape shape, DType dtype, double deviation) =>
        Evaluator.Evaluate(deviation * Functions.RandomNormal(Expr.Constant(key.ToTensor()), shape, DType.Float64)).Cast(dtype);

    static (double In, double Out) Fans(Shape shape) => shape.Rank switch
    {
        0 => (1, 1),
        1 => (shape[0].Size, shape[0].Size),
        2 => (shape[0].Size, shape[1].Size),
        _ => (shape[1].Size * (double)shape.Slice(2, shape.Rank).ElementCount, shape[0].Size * (double)shape.Slice(2, shape.Rank).ElementCount),
    };

    /// <summary>The initializer's name.</summary>
    public override string ToString() => Name;
}
