using FunctionalDL.Ops;

namespace FunctionalDL.Tests.Expressions.Ops;

/// <summary>One primitive applied to variables, at a point where it is smooth, with the value it should have by another formula.</summary>
sealed record OpRow(string Name, Expr Output, TensorSet Values, Tensor Expected)
{
    /// <summary>The primitive's node: nearly always the output itself.</summary>
    public Expr Node => Graph.TopologicalOrder(Output).Last(node => node.Op.Name == Name);

    public override string ToString() => Name;
}

/// <summary>The op table: a row, or several, for each primitive.</summary>
static class OpTable
{
    static readonly double[] Six = [-1.7, -0.6, -0.1, 0.3, 0.9, 2.1],
        OtherSix = [0.4, -1.2, 1.5, -0.8, 0.7, 1.1],
        Three = [0.4, -1.2, 1.5],
        Positive = [0.2, 0.5, 0.9, 1.3, 2.1, 3.4],
        Inner = [-0.9, -0.6, -0.1, 0.3, 0.5, 0.8];
    static readonly long[] Wholes = [3, -2, 0, 5, -7, 1], Numbers = [-1, 0, 1L << 40, long.MinValue, -9, 7];

    public static IReadOnlyList<OpRow> Rows { get; } =
    [
        Row("Variable", Variable("x", Six2x3), Six2x3, ("x", Six2x3)),
        Row("Constant", Expr.Constant(Tensor.Vector(1.0, 2)), Tensor.Vector(1.0, 2)),

        Unary("Negate", Negate, x => 0 - x), Unary("Abs", Abs, x => x < 0 ? -x : x), Unary("Sign", Sign, x => x < 0 ? -1 : 1),
        Unary("Exp", Exp, Math.Exp), Unary("Expm1", Expm1, x => 2 * Math.Exp(x / 2) * Math.Sinh(x / 2)),
        Unary("Log", Log, x => Math.Log2(x) * Math.Log(2), Positive), Unary("Log1P", Log1P, x => 2 * Math.Atanh(x / (2 + x)), Positive),
        Unary("Sqrt", Sqrt, x => Math.Exp(Math.Log(x) / 2), Positive),
        Unary("Sin", Sin, x => Math.Cos(x - Math.PI / 2)), Unary("Cos", Cos, x => Math.Sin(x + Math.PI / 2)),
        Unary("Tanh", Tanh, x => Math.Sinh(x) / Math.Cosh(x)), Unary("Atan", Atan, x => Math.Asin(x / Math.Sqrt(1 + x * x))),
        Unary("Tan", Tan, x => Math.Sin(2 * x) / (1 + Math.Cos(2 * x))),
        Unary("Asin", Asin, x => Math.Atan2(x, Math.Sqrt(1 - x * x)), Inner),
        Unary("Acos", Acos, x => 2 * Math.Atan(Math.Sqrt((1 - x) / (1 + x))), Inner),
        Unary("Sinh", Sinh, x => (Math.Exp(x) - Math.Exp(-x)) / 2), Unary("Cosh", Cosh, x => (Math.Exp(x) + Math.Exp(-x)) / 2),
        Unary("Asinh", Asinh, x => Math.Log(x + Math.Sqrt(x * x + 1))),
        Unary("Acosh", Acosh, x => Math.Log(x + Math.Sqrt(x * x - 1)), [1.2, 1.5, 1.9, 2.3, 3.1, 4.4]),
        Unary("Atanh", Atanh, x => Math.Log((1 + x) / (1 - x)) / 2, Inner),
        Unary("Floor", Floor, x => (double)(int)(x + 100) - 100), Unary("Round", Round, x => (double)(int)(x + 100.5) - 100),
        Unary("Sigmoid", Sigmoid, x => (1 + Math.Tanh(x / 2)) / 2), Unary("Softplus", Softplus, x => Math.Log(1 + Math.Exp(x))),
        Unary("Erf", Erf, x => Integral(t => 2 / Math.Sqrt(Math.PI) * Math.Exp(-t * t), x)),
        Unary("StopGradient", StopGradient, x => x),
        Unary("Cast", x => x.Cast(DType.Int64), x => Math.Truncate(x)),
        Binary("Add", Add, (x, y) => x - (-y)),
        Binary("Subtract", Subtract, (x, y) => x + -y),
        Binary("Multiply", Multiply, (x, y) => x / (1 / y)),
        Binary("Divide", Divide, (x, y) => x * (1 / y)),
        Binary("Power", Power, (x, y) => Math.Exp(y * Math.Log(x)), Positive),
        Binary("Atan2", Atan2, (y, x) => 2 * Math.Atan(y / (Math.Sqrt(x * x + y * y) + x))),
        Binary("Remainder", Remainder, (x, y) => x - y * (int)(x / y)),
        WholeNumbers("Remainder", Remainder, (x, y) => x - y * (x / y)),
        WholeNumbers("Power", (x, y) => Power(x, Abs(y)), (x, y) => (long)Math.Round(Math.Pow(x, Math.Abs(y)))),
        WholeNumbers("BitAnd", BitAnd, (x, y) => x & y),
        WholeNumbers("BitOr", BitOr, (x, y) => x + y - (x & y)),
        WholeNumbers("BitXor", BitXor, (x, y) => x + y - 2 * (x & y)),
        WholeNumbers("ShiftLeft", (x, y) => ShiftLeft(x, Abs(y)), (x, y) => x * (long)Math.Pow(2, Math.Abs(y))),
        WholeNumbers("ShiftRight", (x, y) => ShiftRight(x, Abs(y)), (x, y) => (long)Math.Floor(x / Math.Pow(2, Math.Abs(y)))),
        Binary("Maximum", Maximum, (x, y) => x > y ? x : y),
        Binary("Minimum", Minimum, (x, y) => x > y ? y : x),
        Binary("Equal", Equal, (x, y) => x == y ? 1 : 0),
        Binary("Less", Less, (x, y) => x < y ? 1 : 0),
        Binary("LessOrEqual", LessOrEqual, (x, y) => x <= y ? 1 : 0),
        Row(
            "Equal",
            Equal(Variable("x", Truths(3)), Variable("y", Tensor.Vector(true, true, false))),
            Tensor.Vector(true, false, false),
            ("x", Truths(3)),
            ("y", Tensor.Vector(true, true, false))),
        Logical("And", And, (x, y) => x & y),
        Logical("Or", Or, (x, y) => x | y),
        Logical("Not", (x, _) => Not(x), (x, _) => !x),
        Row(
            "Select",
            Select(Variable("c", Truths(6)), Variable("x", Six), Variable("y", OtherSix)),
            Tensor.Vector(-1.7, -1.2, -0.1, -0.8, 0.9, 1.1),
            ("c", Truths(6)),
            ("x", Six),
            ("y", OtherSix)),
        Matrix("Sum", x => Sum(x, 0), new[] { -1.4, 0.3, 2.0 }),
        Matrix("Sum", x => Sum(x), -1.7 - 0.6 - 0.1 + 0.3 + 0.9 + 2.1),
        Matrix("Max", x => Max(x, 1), new[] { -0.1, 2.1 }),
        Matrix("Min", x => Min(x, 0), new[] { -1.7, -0.6, -0.1 }),
        Matrix("ArgMax", x => ArgMax(x, 0), new long[] { 1, 1, 1 }),
        Matrix("ArgMax", x => ArgMax(x, 1), new long[] { 2, 2 }),
        Row(
            "MatMul",
            MatMul(
                Variable("x", Six2x3),
                Variable(
                    "y",
                    new double[,]
                    {
                        { 1, 0.5 },
                        { -2, 0 },
                        { 0.1, 3 },
                    })),
            new double[,]
            {
                { -1.7 + 1.2 - 0.01, -0.85 - 0.3 },
                { 0.3 - 1.8 + 0.21, 0.15 + 6.3 },
            },
            ("x", Six2x3),
            (
                "y",
                new double[,]
                {
                    { 1, 0.5 },
                    { -2, 0 },
                    { 0.1, 3 },
                })),
        Row(
            "MatMul",
            MatMul(Variable("x", Tensor.Of([2, 1, 3], Six)), Variable("y", Tensor.Of([2, 3, 1], OtherSix))),
            Tensor.Of([2, 1, 1], [-0.68 + 0.72 - 0.15, -0.24 + 0.63 + 2.31]),
            ("x", Tensor.Of([2, 1, 3], Six)),
            ("y", Tensor.Of([2, 3, 1], OtherSix))),
        Row(
            "MatMul",
            MatMul(Variable("x", Tensor.Of([2, 3], Wholes)), Variable("y", Tensor.Of([3, 2], Wholes))),
            Tensor.Of([2, 2], [9L + 0 + 0, -6 - 10 + 0, 15 + 0 - 7, -10 - 35 + 1]),
            ("x", Tensor.Of([2, 3], Wholes)),
            ("y", Tensor.Of([3, 2], Wholes))),
        Row("ArgMax", ArgMax(Variable("x", Tensor.Of([2, 3], Wholes)), 1), new long[] { 0, 0 }, ("x", Tensor.Of([2, 3], Wholes))),
        Matrix(
            "TopK",
            x => TopK(x, 2).Values,
            new double[,]
            {
                { -0.1, -0.6 },
                { 2.1, 0.9 },
            }),
        Matrix(
            "TopK",
            x => TopK(x, 1, axis: 0, largest: false).Values,
            new double[,]
            {
                { -1.7, -0.6, -0.1 },
            }),
        Row(
            "TopK",
            TopK(Variable("x", Tensor.Of([2, 3], Wholes)), 3, largest: false).Indices,
            Tensor.Of([2, 3], [1L, 2, 0, 1, 2, 0]),
            ("x", Tensor.Of([2, 3], Wholes))),
        Matrix(
            "Reshape",
            x => Reshape(x, [3, 2]),
            new double[,]
            {
                { -1.7, -0.6 },
                { -0.1, 0.3 },
                { 0.9, 2.1 },
            }),
        Matrix(
            "Transpose",
            x => Transpose(x),
            new double[,]
            {
                { -1.7, 0.3 },
                { -0.6, 0.9 },
                { -0.1, 2.1 },
            }),
        Row(
            "Transpose",
            Transpose(Variable("x", Tensor.Of([1, 2, 3], Six)), 2, 0, 1),
            Tensor.Of([3, 1, 2], [-1.7, 0.3, -0.6, 0.9, -0.1, 2.1]),
            ("x", Tensor.Of([1, 2, 3], Six))),
        Row(
            "Broadcast",
            Broadcast(Variable("x", Tensor.Of([2, 1], [0.5, -3])), [2, 2, 2]),
            Tensor.Of([2, 2, 2], [0.5, 0.5, -3, -3, 0.5, 0.5, -3, -3]),
            ("x", Tensor.Of([2, 1], [0.5, -3]))),
        Matrix(
            "Slice",
            x => Slice(x, 1, 1, 3),
            new double[,]
            {
                { -0.6, -0.1 },
                { 0.9, 2.1 },
            }),
        Matrix(
            "Slice",
            x => Slice(x, -1, 0, 3, 2),
            new double[,]
            {
                { -1.7, -0.1 },
                { 0.3, 2.1 },
            }),
        Matrix(
            "Pad",
            x => Pad(x, 0, 1, 0, 7),
            new double[,]
            {
                { 7, 7, 7 },
                { -1.7, -0.6, -0.1 },
                { 0.3, 0.9, 2.1 },
            }),
        Matrix(
            "Pad",
            x => Dilate(x, 1, 1),
            new double[,]
            {
                { -1.7, 0, -0.6, 0, -0.1 },
                { 0.3, 0, 0.9, 0, 2.1 },
            }),
        Row(
            "Concat",
            Concat(
                1,
                Variable("x", Six2x3),
                Variable(
                    "y",
                    new double[,]
                    {
                        { 8 },
                        { 9 },
                    })),
            new double[,]
            {
                { -1.7, -0.6, -0.1, 8 },
                { 0.3, 0.9, 2.1, 9 },
            },
            ("x", Six2x3),
            (
                "y",
                new double[,]
                {
                    { 8 },
                    { 9 },
                })),
        Row(
            "Gather",
            Gather(Variable("x", Six2x3), Variable("i", new long[] { 2, 0, 2, 1 }), 1),
            new double[,]
            {
                { -0.1, -1.7, -0.1, -0.6 },
                { 2.1, 0.3, 2.1, 0.9 },
            },
            ("x", Six2x3),
            ("i", new long[] { 2, 0, 2, 1 })),
        Row(
            "ScatterAdd",
            ScatterAdd(Variable("i", new long[] { 2, 0, 2 }), Variable("x", Six2x3), 4, 1),
            new double[,]
            {
                { -0.6, 0, -1.8, 0 },
                { 0.9, 0, 2.4, 0 },
            },
            ("i", new long[] { 2, 0, 2 }),
            ("x", Six2x3)),
        Row(
            "ScatterMaximum",
            ScatterAlong(Variable("x", Six), Variable("i", new long[] { 2, 0, 2 }), Variable("u", Three), 0, ScatterReduction.Maximum),
            Tensor.Vector(-1.2, -0.6, 1.5, 0.3, 0.9, 2.1),
            ("x", Six),
            ("i", new long[] { 2, 0, 2 }),
            ("u", Three)),
        Matrix(
            "CumulativeSum",
            x => CumulativeSum(x, 1),
            new double[,]
            {
                { -1.7, -2.3, -2.4 },
                { 0.3, 1.2, 3.3 },
            }),
        Matrix(
            "CumulativeSum",
            x => CumulativeSum(x, 0, exclusive: true, reverse: true),
            new double[,]
            {
                { 0.3, 0.9, 2.1 },
                { 0, 0, 0 },
            }),
        Row(
            "CumulativeSum",
            CumulativeSum(Variable("x", Tensor.Of([2, 3], Wholes)), 1, reverse: true),
            Tensor.Of([2, 3], [1L, -2, 0, -1, -6, 1]),
            ("x", Tensor.Of([2, 3], Wholes))),
        Row(
            "OneHot",
            OneHot(Variable("i", new long[] { 2, 0 }), 3, DType.Float64),
            new double[,]
            {
                { 0, 0, 1 },
                { 1, 0, 0 },
            },
            ("i", new long[] { 2, 0 })),
        Row("Conv", Convolution, Tensor.Of([1, 1, 3], [1.0, 1, -4]), Convolved),
        Row(
            "ConvInputGradient",
            Convolution.Vjp([Signal], Incoming)[0],
            Tensor.Of([1, 1, 4], [-1.0, -1, 1.5, 0.5]),
            [.. Convolved, ("g", Tensor.Of([1, 1, 3], [1.0, 2, 0.5]))]),
        Row(
            "ConvKernelGradient",
            Convolution.Vjp([Kernel], Incoming)[0],
            Tensor.Of([1, 1, 2], [6.5, 7.5]),
            [.. Convolved, ("g", Tensor.Of([1, 1, 3], [1.0, 2, 0.5]))]),
        Row("MaxPool", Pooling, Tensor.Of([1, 1, 2], [2.0, 3]), ("x", Series)),
        Row(
            "MaxPoolGradient",
            Pooling.Vjp([Signal], Variable("p", Pair))[0],
            Tensor.Of([1, 1, 4], [0.0, 5, 7, 0]),
            ("x", Series),
            ("p", Pair)),
        Row(
            "MaxPoolTangent",
            Pooling.Op.Jvp(Pooling, [Variable("t", Tensor.Of([1, 1, 4], [1.0, 2, 3, 4]))])!,
            Tensor.Of([1, 1, 2], [2.0, 3]),
            ("x", Series),
            ("t", Tensor.Of([1, 1, 4], [1.0, 2, 3, 4]))),
        Row(
            "Scan",
            Scan([Variable("h", 1.0)], [Variable("x", Six)], (h, x) => [0.5 * h[0] + x[0]]).Steps[0],
            Tensor.Vector(-1.2, -1.2, -0.7, -0.05, 0.875, 2.5375),
            ("h", 1.0),
            ("x", Six)),
        Row("Range", Range(4, DType.Float64), Tensor.Vector(0.0, 1, 2, 3)),
        Row(
            "SizeOf",
            Expr.Variable("x", ["batch"], DType.Float64) * SizeOf("batch", DType.Float64),
            Tensor.Vector(3.0, 6, 9),
            ("x", Tensor.Vector(1.0, 2, 3))),
        Row(
            "SizedLike",
            Sum(Expr.Variable("x", ["n"], DType.Float64)).Gradient(Expr.Variable("x", ["n"], DType.Float64)),
            Tensor.Vector(1.0, 1, 1),
            ("x", new double[3])),
        Row("Barrier", new(new BarrierOp(), Variable("x", Six), Variable("y", OtherSix)), Tensor.Vector(Six), ("x", Six), ("y", OtherSix)),
        Row(
            "Rematerialize",
            Rematerialize(x => x * x * Variable("y", OtherSix), Variable("x", Six)),
            Tensor.Vector([.. Six.Zip(OtherSix, (x, y) => x * (x * y))]),
            ("x", Six),
            ("y", OtherSix)),
        Row(
            "CustomGradient",
            CustomGradient(v => v[0] * v[1], (v, _, g) => [g * v[1], g * v[0]], Variable("x", Six), Variable("y", OtherSix)),
            Tensor.Vector(-0.68, 0.72, -0.15, -0.24, 0.63, 2.31),
            ("x", Six),
            ("y", OtherSix)),
        Row(
            "RandomUniform",
            RandomUniform(Variable("key", -7), [5], DType.Float64, stream: 2),
            new Key(unchecked((ulong)-7L)).Uniform([5], DType.Float64, 2),
            ("key", -7L)),
        Row(
            "FoldKey",
            FoldKey(Variable("key", Wholes), Variable("number", Numbers)),
            Tensor.Vector([.. Wholes.Zip(Numbers, (key, number) => (long)Philox.Mix((ulong)key, (ulong)number + 1))]),
            ("key", Wholes),
            ("number", Numbers)),
    ];

    static Tensor Series => Tensor.Of([1, 1, 4], [1.0, 2, 3, -1]);

    static Tensor Pair => Tensor.Of([1, 1, 2], [5.0, 7]);

    static Expr Signal => Variable("x", Series);

    static Expr Kernel => Variable("w", Tensor.Of([1, 1, 2], [-1.0, 1]));

    static Expr Convolution => Conv(Signal, Kernel);

    static Expr Pooling => MaxPool(Signal, [2]);

    static (string, Tensor)[] Convolved => [("x", Series), ("w", Tensor.Of([1, 1, 2], [-1.0, 1]))];

    static Expr Incoming => Variable("g", Tensor.Of([1, 1, 3], [1.0, 2, 0.5]));

    static Tensor Six2x3 => Tensor.Of([2, 3], Six);

    static Tensor<bool> Truths(int n) => Tensor.Vector([.. Enumerable.Range(0, n).Select(i => i % 2 == 0)]);

    static Expr Variable(string name, Tensor value) => Expr.Variable(name, value.Shape, value.DType);

    static OpRow Row(string name, Expr output, Tensor expected, params (string, Tensor)[] values) =>
        new(name, output, TensorSet.Of(values), expected);

    static OpRow Matrix(string name, Func<Expr, Expr> f, Tensor expected) => Row(name, f(Variable("x", Six2x3)), expected, ("x", Six2x3));

    static OpRow Unary(string name, Func<Expr, Expr> f, Func<double, double> expected, double[]? at = null)
    {
        var x = Tensor.Of([2, 3], at ?? Six);
        var y = f(Variable("x", x));
        return Row(name, y, x.Map(expected).Cast(y.DType), ("x", x));
    }

    static OpRow Binary(string name, Func<Expr, Expr, Expr> f, Func<double, double, double> expected, double[]? at = null)
    {
        Tensor x = Tensor.Of([2, 3], at ?? Six), y = Tensor.Of([2, 3], OtherSix);
        var z = f(Variable("x", x), Variable("y", y));
        return Row(name, z, Tensor.Of([2, 3], (at ?? Six).Zip(OtherSix, expected).ToArray()).Cast(z.DType), ("x", x), ("y", y));
    }

    static OpRow WholeNumbers(string name, Func<Expr, Expr, Expr> f, Func<long, long, long> expected)
    {
        long[] x = [13, -7, 0, 100, -100, 6],
            y = [5, 2, -3, -7, 4, 1];
        return Row(
            name,
            f(Variable("x", x), Variable("y", y)),
            Tensor.Vector([.. x.Zip(y, expected)]),
            ("x", x),
            ("y", y));
    }

    static OpRow Logical(string name, Func<Expr, Expr, Expr> f, Func<bool, bool, bool> expected)
    {
        bool[] x = [false, false, true, true],
            y = [false, true, false, true];
        return Row(
            name,
            f(Variable("x", Tensor.Vector(x)), Variable("y", Tensor.Vector(y))),
            Tensor.Vector(x.Zip(y, expected).ToArray()),
            ("x", Tensor.Vector(x)),
            ("y", Tensor.Vector(y)));
    }

    /// <summary>∫₀ˣ f by Simpson's rule.</summary>
    static double Integral(Func<double, double> f, double x)
    {
        const int n = 4000;
        var h = x / n;
        return h / 3 * Enumerable.Range(0, n + 1).Sum(i => f(i * h) * (i is 0 or n ? 1 : i % 2 == 1 ? 4 : 2));
    }
}
