using Builder = FunctionalDL.Testing.ExpressionBuilder;

namespace FunctionalDL.Testing;

/// <summary>
/// The ways a random expression grows: each makes a new node of those there, or null where it cannot. All primitives occur.
/// </summary>
static partial class Moves
{
    public static IReadOnlyList<Func<Builder, Expr?>> All { get; } =
    [
        b => -b.Number(), b => Abs(b.Number()), b => Sign(b.Number()),
        .. Each(Exp, Expm1, Sin, Cos, Tanh, Atan, Erf, Sigmoid, Softplus, Square, Gelu, Relu, StopGradient),
        .. Each(Tan, Sinh, Cosh, Asinh, Floor, Ceiling, Round, Truncate),
        b => Asin(0.9 * Tanh(b.Real())), b => Acos(0.9 * Sin(b.Real())), b => Atanh(0.9 * Tanh(b.Real())),
        b => Acosh(1 + b.Positive(b.Real())), b => LogGamma(b.Positive(b.Real())),
        b => Pair(b, b.Real(), (x, y) => Atan2(x, b.Positive(y))),
        b => Pair(b, b.Number(), (x, y) => Remainder(x, b.NotZero(y))), b => Pair(b, b.Number(), (x, y) => Modulo(x, b.NotZero(y))),
        b => Pair(b, b.Number(), (x, y) => Clamp(x, Minimum(y, 1), Maximum(y, 1))), b => IsNaN(b.Number()), b => IsInfinite(b.Number()),
        b => b.Whole() is { } x ? Pair(b, x, BitAnd) : null,
        b => b.Whole() is { } x ? Pair(b, x, BitOr) : null,
        b => b.Whole() is { } x ? Pair(b, x, BitXor) : null,
        b => b.Whole() is { } x ? BitNot(x) : null,
        b => b.Whole() is { } x ? ShiftLeft(x, Full(x, b.Random.Next(5))) : null,
        b => b.Whole() is { } x ? ShiftRight(x, Full(x, b.Random.Next(9))) : null,
        b => b.Whole() is { } x ? Power(x, b.Random.Next(5)) : null,
        b => Log(b.Positive(b.Real())), b => Log1P(b.Positive(b.Real())), b => Sqrt(b.Positive(b.Real())),
        .. Pairs(Add, Subtract, Multiply, Maximum, Minimum, Less, LessOrEqual, Equal),
        .. Pairs(Add, Subtract, Multiply),
        b => Pair(b, b.Number(), (x, y) => x / b.NotZero(y)),
        b => Pair(b, b.Real(), (x, y) => Power(b.Positive(x), y)),
        b => Power(b.Positive(b.Real()), b.Random.Of([-1, 0, 0.5, 1, 2, 3, 2.5])),
        b => b.Truth() is { } x ? Pair(b, x, And) : null,
        b => b.Truth() is { } x ? Pair(b, x, Or) : null,
        b => b.Truth() is { } x ? Pair(b, x, Xor) : null,
        b => b.Truth() is { } x ? Not(x) : null,
        b =>
            b.Truth() is { } x && b.Like(x.Shape, b.DType(_ => true)) is var y
                ? Select(x, y, b.Like(Shape.Broadcast(x.Shape, y.Shape)!, y.DType))
                : null,
        b => Reduce(b, Sum),
        b => Reduce(b, Mean),
        b => Reduce(b, Max),
        b => Reduce(b, Min),
        Joined,
        Joined,
        Joined,
        Joined,
        Exchanged,
        Exchanged,
        Centred,
        Centred,
        Scaled,
        Scaled,
        b => OnAxis(b, b.Number(), ArgMax),
        b => OnAxis(b, b.Real(), Softmax),
        b => OnAxis(b, b.Real(), LogSoftmax),
        Product,
        Product,
        Product,
        b => Transposed(b, b.Any()),
        b => Reshaped(b, b.Any()),
        b => Broadcasted(b, b.Any()),
        b => Sliced(b, b.Any()),
        b => Padded(b, b.Any()),
        b => Concatenated(b, b.Any()),
        b => Gathered(b, b.Any()),
        b => Scattered(b, b.Number()),
        b => OnAxis(b, b.Any(), Reverse),
        b => OnAxis(b, b.Number(), (x, axis) => Highest(b, x, axis)),
        b => OnAxis(b, b.Number(), (x, axis) => CumulativeSum(x, axis, b.Random.Next(2) == 0, b.Random.Next(2) == 0)),
        b => Raised(b, b.Number()),
        b =>
            b.HasWholes && b.Dim() is var depth && b.Size(depth) > 0
                ? OneHot(b.Indices(b.Shape(), depth), depth, b.DType(_ => true))
                : null,
        b => Range(b.Dim(), b.DType(d => d.IsNumeric())),
        b => SizeOf(b.Dim(), b.DType(d => d.IsNumeric())),
        b =>
            b.HasWholes
                ? RandomUniform(Key(b), b.Shape(), b.DType(d => d.IsFloat() && !d.IsNarrow()), b.Random.Next(3))
                : null,
        b => b.Any().Cast(b.DType(_ => true)),
        b => Sum(Sin(b.Real())).Gradient(b.Real()), b => b.Real() is var x ? Sum(x).Gradient(x) : null,
        Convolved, Pooled, Scanned, Recomputed,
    ];

    static IEnumerable<Func<Builder, Expr?>> Each(params Func<Expr, Expr>[] functions) =>
        functions.Select(f => (Func<Builder, Expr?>)(b => f(b.Real())));

    static IEnumerable<Func<Builder, Expr?>> Pairs(params Func<Expr, Expr, Expr>[] functions) =>
        functions.Select(f => (Func<Builder, Expr?>)(b => Pair(b, b.Number(), f)));

    /// <summary>f of x and a node that broadcasts with it, on either side.</summary>
    static Expr? Pair(Builder b, Expr x, Func<Expr, Expr, Expr> f) =>
        b.Like(x.Shape, x.DType) is var y && b.Random.Next(2) == 0 ? f(x, y) : f(y, x);

    static Expr? Reduce(Builder b, Func<Expr, int[], Expr> f)
    {
        var x = b.Number();
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(_ => b.Random.Next(2) == 0)];
        return MayReduce(b, x, f, axes) ? f(x, axes) : null;
    }

    /// <summary>Whether there is a largest element, and a mean.</summary>
    static bool MayReduce(Builder b, Expr x, Func<Expr, int[], Expr> f, int[] axes) =>
        f == Mean ? x.DType.IsFloat() : f == Sum || axes.All(axis => b.Size(x.Shape[axis]) > 0);

    static Expr Highest(Builder b, Expr x, int axis)
    {
        var (values, indices) = TopK(
            x,
            b.Random.Next(2) == 0 ? x.Shape[axis] : b.Random.Next(1, b.Size(x.Shape[axis]) + 1),
            axis,
            b.Random.Next(2) == 0);
        return b.Random.Next(3) == 0 ? indices : values;
    }

    static Expr Key(Builder b) => FoldKey(b.Fresh(DType.Int64, Shape.Scalar), b.Fresh(DType.Int64, Shape.Scalar));

    static Expr? OnAxis(Builder b, Expr x, Func<Expr, int, Expr> f) => b.Axis(x, d => b.Size(d) > 0) is { } axis ? f(x, axis) : null;

    static Expr? Product(Builder b)
    {
        var x = b.Find(x => x.DType.IsNumeric() && x.Rank > 0) ?? b.Fresh(b.DType(d => d.IsNumeric()), [b.Dim(), b.Dim()]);
        var (k, lead) = (x.Shape[^1], x.Shape.Slice(0, Math.Max(0, x.Rank - 2)));
        var y =
            b.Find(y =>
                y.DType == x.DType && y.Rank >= 2 && y.Shape[^2] == k && Shape.Broadcast(lead, y.Shape.Slice(0, y.Rank - 2)) is not null)
            ?? b.Fresh(
                x.DType,
                b.Random.Next(4) switch
                {
                    0 => lead.Concat([k, b.Dim()]),
                    1 => [k],
                    _ => [k, b.Dim()],
                });
        return b.Fits(x.Shape) && b.Fits(y.Shape) ? MatMul(x, y) : null;
    }

    static Expr Transposed(Builder b, Expr x)
    {
        int[] order = [.. Enumerable.Range(0, x.Rank)];
        b.Random.Shuffle(order);
        return Transpose(x, order);
    }

    /// <summary>Two axes merged, one split, or one of size 1 put in.</summary>
    static Expr Reshaped(Builder b, Expr x) => (b.Random.Next(3), b.Axis(x)) switch
    {
        (0, { } axis) when axis + 1 < x.Rank => Reshape(x, x.Shape.Remove(axis).With(axis, x.Shape[axis] * x.Shape[axis + 1])),
        (1, { } axis) when b.Random.Next(2, 4) is var factor && x.Shape[axis].DivideExactly(factor) is { } quotient =>
            Reshape(x, x.Shape.With(axis, quotient).Insert(axis, factor)),
        _ => ExpandDims(x, b.Random.Next(x.Rank + 1)),
    };

    static Expr Broadcasted(Builder b, Expr x)
    {
        Shape wide = [.. x.Shape.Select(d => d == 1 ? b.Dim() : d)];
        return Broadcast(x, b.Random.Next(2) == 0 ? wide : wide.Insert(0, b.Dim()));
    }

    static Expr? Sliced(Builder b, Expr x)
    {
        if (b.Axis(x, d => b.Size(d) > 0) is not { } axis) return null;
        var n = x.Shape[axis];
        if (!n.IsKnown) return b.Random.Next(2) == 0 ? Slice(x, axis, 0, -1) : SliceFrom(x, axis, 1, n - 1);
        var start = b.Random.Next(n.Size);
        return Slice(x, axis, start, b.Random.Next(start, n.Size + 1), b.Random.Next(1, 4));
    }

    static Expr? Padded(Builder b, Expr x)
    {
        if (b.Axis(x, d => b.Size(d) > 0) is not { } axis) return null;
        if (b.Random.Next(3) == 0) return Dilate(x, axis, b.Random.Next(1, 3));
        return Pad(x, axis, b.Random.Next(3), b.Random.Next(3), b.Random.Of<double>(x.DType.IsUnsigned() ? [0, 1] : [0, 1, -2]));
    }

    static Expr? Concatenated(Builder b, Expr x)
    {
        if (b.Axis(x) is not { } axis) return null;
        var y = b.Find(y => y.DType == x.DType && y.Rank == x.Rank && y.Shape.With(axis, 1) == x.Shape.With(axis, 1));
        return Concat(axis, b.Random.Next(3) == 0 ? [x, y ?? x, x] : [x, y ?? b.Fresh(x.DType, x.Shape.With(axis, b.Dim()))]);
    }

    static Expr? Gathered(Builder b, Expr x) => b.HasWholes && b.Axis(x, d => b.Size(d) > 0) is { } axis
        ? Gather(x, b.Indices(b.Shape(), x.Shape[axis]), axis) : null;

    static Expr? Scattered(Builder b, Expr x) => b.HasWholes && b.Axis(x) is { } axis && b.Dim() is var n && b.Size(n) > 0
        ? ScatterAdd(b.Indices([x.Shape[axis]], n), x, n, axis) : null;

    /// <summary>x with some of its rows raised to those of another, or one in its place.</summary>
    static Expr? Raised(Builder b, Expr x)
    {
        if (!b.HasWholes || x.Rank == 0 || b.Size(x.Shape[0]) == 0) return null;
        var count = b.Dim();
        var indices = ExpandDims(b.Indices([count], x.Shape[0]), 1);
        var updates = b.Fresh(x.DType, x.Shape.With(0, count));
        return ScatterND(x, indices, updates, b.Random.Next(3) == 0 ? ScatterReduction.Set : ScatterReduction.Maximum);
    }

    /// <summary>A convolution over one axis, or its derivative by the input or the kernel.</summary>
    static Expr? Convolved(Builder b)
    {
        var x = Signal(b);
        var kernel = b.Fresh(x.DType, [b.Random.Next(1, 3), x.Shape[1], b.Random.Next(1, x.Shape[2].Size + 1)]);
        var y = Conv(x, kernel, [b.Random.Next(1, 3)], b.Random.Next(2));
        return b.Random.Next(3) switch { 0 => y, 1 => Sum(Square(y)).Gradient(x), _ => Sum(Square(y)).Gradient(kernel) };
    }

    /// <summary>Pooling over one axis, or a first or second derivative of it.</summary>
    static Expr? Pooled(Builder b)
    {
        var x = Signal(b);
        var y = MaxPool(x, [b.Random.Next(1, x.Shape[2].Size + 1)], [b.Random.Next(1, 3)]);
        for (var order = b.Random.Next(3); order > 0; order--) y = Sum(Square(y)).Gradient(x);
        return y;
    }

    /// <summary>A float of shape [batch, channels, n] with known sizes of 1 or more.</summary>
    static Expr Signal(Builder b) =>
        b.Find(x => x.DType.IsFloat() && x.Rank == 3 && x.Shape.Skip(1).All(d => d.IsKnown && d.Size is > 0 and < 10))
            ?? b.Fresh(b.DType(d => d.IsFloat()), [b.Dim(), b.Random.Next(1, 4), b.Random.Next(1, 8)]);

    static Expr? Scanned(Builder b)
    {
        if (b.Find(x => x.DType.IsFloat() && x.Rank > 0) is not { } x) return null;
        var loop = Scan([b.Fresh(x.DType, x.Shape.Remove(0))], [x], (h, e) => [Tanh(0.5 * h[0] + e[0])], reverse: b.Random.Next(2) == 0);
        return b.Random.Next(2) == 0 ? loop.Steps[0] : loop.Last[0];
    }

    /// <summary>A function whose inside is computed anew on the way back, or its gradient.</summary>
    static Expr? Recomputed(Builder b)
    {
        var x = b.Real();
        var y = Rematerialize(e => Sin(e) * Cos(e), x);
        return b.Random.Next(2) == 0 ? y : Sum(Square(y)).Gradient(x);
    }
}
