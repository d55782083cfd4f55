namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// (x − mean)/√(variance + ε) · scale + bias for each channel, by means and variances that are given:
    /// <c>[batch, channels, s…] → […]</c> (Ioffe, Szegedy 2015).
    /// </summary>
    /// <param name="x">The input, channels first.</param>
    /// <param name="scale">A factor for each channel, <c>[channels]</c>.</param>
    /// <param name="bias">What is added, <c>[channels]</c>.</param>
    /// <param name="mean">The means, <c>[channels]</c>.</param>
    /// <param name="variance">The variances, <c>[channels]</c>.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="ShapeException">x has no channels, or there is not one number for each.</exception>
    public static Expr BatchNorm(Expr x, Expr scale, Expr bias, Expr mean, Expr variance, double epsilon = 1e-5)
    {
        CheckChannels("BatchNorm", x, scale, bias, mean, variance);
        var factor = scale / Sqrt(variance + epsilon);
        return (x - ByChannel(mean, x)) * ByChannel(factor, x) + ByChannel(bias, x);
    }

    /// <summary>
    /// (x − mean)/√(variance + ε) · scale + bias over the last axes: <c>[…, n…] → […]</c> (Ba, Kiros, Hinton 2016).
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="axis">The first of the axes that are normalized; a negative one counts from the end.</param>
    /// <param name="scale">A factor for each element of these axes, of a shape that broadcasts to theirs; 1 if not given.</param>
    /// <param name="bias">What is added, likewise; 0 if not given.</param>
    /// <param name="epsilon">ε.</param>
    public static Expr LayerNorm(Expr x, int axis = -1, Expr? scale = null, Expr? bias = null, double epsilon = 1e-5)
    {
        var y = Standardize(x, From("LayerNorm", x, axis), epsilon);
        if (scale is not null) y *= scale;
        return bias is null ? y : y + bias;
    }

    /// <summary>x/√(mean x² + ε) · scale over the last axes: <c>[…, n…] → […]</c> (Zhang, Sennrich 2019).</summary>
    /// <param name="x">The input.</param>
    /// <param name="axis">The first of the axes that are normalized; a negative one counts from the end.</param>
    /// <param name="scale">A factor for each element of these axes, of a shape that broadcasts to theirs; 1 if not given.</param>
    /// <param name="epsilon">ε.</param>
    public static Expr RmsNorm(Expr x, int axis = -1, Expr? scale = null, double epsilon = 1e-6)
    {
        var y = x / Sqrt(MeanOver(Square(x), From("RmsNorm", x, axis)) + epsilon);
        return scale is null ? y : y * scale;
    }

    /// <summary>
    /// (x − mean)/√(variance + ε) over each group of channels of an example, then a factor and a number to add for each channel:
    /// <c>[batch, channels, s…] → […]</c> (Wu, He 2018).
    /// </summary>
    /// <param name="x">The input, channels first.</param>
    /// <param name="groups">The number of groups, a divisor of the number of channels.</param>
    /// <param name="scale">A factor for each channel, <c>[channels]</c>.</param>
    /// <param name="bias">What is added, <c>[channels]</c>.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="ShapeException">The groups do not divide the channels, or there is not one number for each.</exception>
    public static Expr GroupNorm(Expr x, int groups, Expr scale, Expr bias, double epsilon = 1e-5)
    {
        if (groups < 1 || x.Rank < 2 || x.Shape[1].DivideExactly(groups) is not { } each)
            throw new ShapeException(
                $"GroupNorm: {groups} groups do not divide the channels of {x.Shape}. The input is [batch, channels, s…].");
        CheckChannels("GroupNorm", x, scale, bias);
        return ScaledByChannel(x, groups, each * x.Shape.Slice(2, x.Rank).Elements, scale, bias, epsilon);
    }

    /// <summary>
    /// (x − mean)/√(variance + ε) over the places of each channel of an example, then a factor and a number to add for each channel:
    /// <c>[batch, channels, s…] → […]</c> (Ulyanov, Vedaldi, Lempitsky 2016).
    /// </summary>
    /// <inheritdoc cref="GroupNorm"/>
    public static Expr InstanceNorm(Expr x, Expr scale, Expr bias, double epsilon = 1e-5)
    {
        CheckChannels("InstanceNorm", x, scale, bias);
        return ScaledByChannel(x, x.Shape[1], x.Shape.Slice(2, x.Rank).Elements, scale, bias, epsilon);
    }

    /// <summary>
    /// x/(bias + α/size · Σ x²)^β, with the sum over <paramref name="size"/> neighbouring channels around each: <c>[batch, channels,
    /// s…] → […]</c> (Krizhevsky, Sutskever, Hinton 2012).
    /// </summary>
    /// <param name="x">The input, channels first.</param>
    /// <param name="size">The number of channels that are summed, fewer at the ends.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β.</param>
    /// <param name="bias">What keeps the divisor from 0.</param>
    /// <exception cref="ShapeException">x has no channels, or the size is below 1.</exception>
    public static Expr LocalResponseNorm(Expr x, int size, double alpha = 1e-4, double beta = 0.75, double bias = 1)
    {
        if (x.Rank < 2 || size < 1)
            throw new ShapeException($"LocalResponseNorm: {size} channels of {x.Shape}. Give 1 or more of [batch, channels, s…].");
        var squares = Pad(Square(x), 1, (size - 1) / 2, size / 2);
        var sum = Enumerable.Range(0, size).Select(i => SliceFrom(squares, 1, i, x.Shape[1])).Aggregate((a, b) => a + b);
        return x / Power(bias + alpha / size * sum, beta);
    }

    /// <summary>x/‖x‖ₚ over an axis, of p-norm 1; zeros stay zeros: <c>[…, n, …] → […]</c>.</summary>
    /// <param name="x">The input.</param>
    /// <param name="axis">The axis; a negative one counts from the end.</param>
    /// <param name="p">p, 1 or more.</param>
    public static Expr LpNormalize(Expr x, int axis = -1, double p = 2)
    {
        var norm = Keep(x, Norm(x, p, axis), axis);
        return x / Select(norm > 0, norm, Full(norm, 1));
    }

    /// <summary>
    /// (x − mean)/(standard deviation + 10⁻⁹) over some axes, the batch and the places of <c>[batch, channels, height, width]</c> if
    /// none are given (ONNX's MeanVarianceNormalization).
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="axes">The axes.</param>
    public static Expr MeanVarianceNormalize(Expr x, params int[] axes)
    {
        const double small = 1e-9;
        var over = AxesOf("MeanVarianceNormalize", x, axes.Length == 0 ? [0, 2, 3] : axes).ToArray();
        var centered = x - MeanOver(x, over);
        var count = over.Aggregate((Dim)1, (product, axis) => product * x.Shape[axis]);
        // As a norm it has a gradient where all elements are equal.
        var deviation = Norm(centered, over) / Sqrt(SizeOf(count, x.DType));
        return centered / (KeptAs(deviation, x.Shape, over) + small);
    }

    /// <summary>An axis and those after it.</summary>
    static int[] From(string op, Expr x, int axis)
    {
        var first = x.Shape.Axis(axis, op);
        return [.. Enumerable.Range(first, x.Rank - first)];
    }

    /// <summary>The mean over some axes, which keep their places with size 1.</summary>
    static Expr MeanOver(Expr x, int[] axes) => KeptAs(Mean(x, axes), x.Shape, axes);

    /// <summary>(x − mean)/√(variance + ε) over some axes.</summary>
    static Expr Standardize(Expr x, int[] axes, double epsilon)
    {
        var centered = x - MeanOver(x, axes);
        return centered / Sqrt(MeanOver(Square(centered), axes) + epsilon);
    }

    static Expr ScaledByChannel(Expr x, Dim groups, Dim size, Expr scale, Expr bias, double epsilon) =>
        Reshape(Standardize(Reshape(x, [x.Shape[0], groups, size]), [2], epsilon), x.Shape) * ByChannel(scale, x) + ByChannel(bias, x);

    static void CheckChannels(string op, Expr x, params Expr[] each)
    {
        if (x.Rank < 2 || each.Any(e => e.Shape != Shape.Of(x.Shape[1])))
            throw new ShapeException(
                $"{op}: {string.Join(", ", each.Select(e => e.Shape))} for {x.Shape}. Give [batch, channels, s…] and one number for each "
                    + "channel."
            );
    }

    /// <summary>One number for each channel, shaped to broadcast over <c>[batch, channels, s…]</c>.</summary>
    internal static Expr ByChannel(Expr values, Expr x) => Reshape(values, [values.Shape[0], .. Enumerable.Repeat((Dim)1, x.Rank - 2)]);
}
