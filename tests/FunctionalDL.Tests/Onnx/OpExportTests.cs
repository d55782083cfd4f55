using FunctionalDL.Ops;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Onnx;

/// <summary>Every primitive, exported and run in OnnxRuntime, gives what the evaluator gives.</summary>
public class OpExportTests
{
    static readonly Expr X = Expr.Variable("x", ["n", 3]),
        Y = Expr.Variable("y", ["n", 3]),
        Row = Expr.Variable("row", [3]),
        Cube = Expr.Variable("cube", ["n", 4, 3]);
    static readonly Expr Labels = Expr.Variable("labels", ["n"], DType.Int64), Key = Expr.Variable("key", Shape.Scalar, DType.Int64);

    static readonly Expr Images = Expr.Variable("images", ["n", 4, 6, 5]),
        Pooled = MaxPool(Images, [3, 2], [2, 2], padding: 1),
        Weights = Expr.Variable("weights", [7, 4]);

    static Expr Kernel(int groups, int outputs = 6) => Expr.Variable($"kernel{groups}_{outputs}", [outputs, 4 / groups, 3, 2]);

    static Expr Convolution(int groups) => Conv(Images, Kernel(groups), [2, 1], Padding.Of((1, 2), (0, 1)), [1, 2], groups);

    /// <summary>A loop over the first axis of <see cref="Cube"/>, its rows carried on.</summary>
    static Expr Loop(bool reverse) =>
        Scan(
            [Broadcast(Expr.Constant(0, DType.Float32), [4, 4])],
            [Cube],
            (h, x) => [Tanh(MatMul(Concat(-1, h[0], x[0]), Weights))],
            reverse
        ).Steps[0];

    static readonly Dictionary<string, Expr> Cases = new()
    {
        ["Variable"] = X,
        ["Constant"] = X + Expr.Constant(Tensor.Of([3], [1f, 2, 3])),
        ["Add"] = X + Row,
        ["Subtract"] = X - Y,
        ["Multiply"] = X * Row,
        ["Divide"] = X / (2 + Y),
        ["Divide int64"] = Labels / 2,
        ["Divide, a reciprocal squared"] = Square(1 / (2 + X)),
        ["Divide, a reciprocal of another shape multiplied"] = Sum(Y) * (Expr.Constant(Tensor.Of([1, 1], [1f])) / (2 + Sum(X))),
        ["Divide int64, a reciprocal multiplied"] = 4 * Labels * (1 / (2 + Labels)),
        ["Power"] = Power(2 + X, Y),
        ["Minimum"] = Minimum(X, Y),
        ["Maximum"] = Maximum(X, 0),
        ["Negate"] = -X,
        ["Abs"] = Abs(X),
        ["Sign"] = Sign(X),
        ["Exp"] = Exp(X),
        ["Expm1"] = Expm1(X),
        ["Log"] = Log(2 + X),
        ["Log1P"] = Log1P(Abs(X)),
        ["Sqrt"] = Sqrt(2 + X),
        ["Sin"] = Sin(X),
        ["Cos"] = Cos(X),
        ["Tan"] = Tan(X),
        ["Asin"] = Asin(X),
        ["Acos"] = Acos(X),
        ["Atan"] = Atan(X),
        ["Atan2"] = Atan2(X, Y),
        ["Sinh"] = Sinh(X),
        ["Cosh"] = Cosh(X),
        ["Asinh"] = Asinh(X),
        ["Acosh"] = Acosh(2 + X),
        ["Atanh"] = Atanh(0.5 * X),
        ["Floor"] = Floor(7 * X),
        ["Ceiling and truncate"] = Ceiling(7 * X) + Truncate(7 * Y),
        ["Round"] = Round(7 * X),
        ["Remainder"] = Remainder(7 * X, 2 + Y),
        ["Remainder of whole numbers"] = Remainder(Labels * 7 - 9, 3 - Labels * 5),
        ["Modulo of whole numbers"] = Modulo(Labels * 7 - 9, 3 - Labels * 5),
        ["Power of whole numbers"] = Power(Labels - 3, Labels * 5),
        ["Power of whole numbers by a number"] = Power(Labels - 3, 13),
        ["BitAnd"] = BitAnd(Labels * 13 - 5, Expr.Constant(6L)),
        ["BitOr"] = BitOr(Labels * 13 - 5, Labels),
        ["BitXor"] = BitXor(BitNot(Labels * 13), Labels),
        ["ShiftLeft"] = ShiftLeft(Labels - 5, Labels * 70),
        ["ShiftRight"] = ShiftRight(Labels * 1000 - 500, Labels * 70) + ShiftRight(Labels * 1000 - 500, Expr.Constant(3L)),
        ["Xor"] = Xor(X > 0, Y > 0),
        ["IsNaN and IsInfinite"] = IsNaN(Log(X)) | IsInfinite(Exp(1000 * Y), negative: false),
        ["Clamp"] = Clamp(X, -0.25, 0.5),
        ["LogGamma"] = LogGamma(3 * X),
        ["Tanh"] = Tanh(X),
        ["Sigmoid"] = Sigmoid(X),
        ["Softplus"] = Softplus(X),
        ["Erf"] = Erf(X),
        ["Equal"] = Equal(Labels, Labels * 0),
        ["Less"] = X < Y,
        ["LessOrEqual"] = X <= Y,
        ["And"] = (X > 0) & (Y > 0),
        ["Or"] = (X > 0) | (Y > 0),
        ["Not"] = !(X > 0),
        ["Select"] = Select(X > 0, Y, Row),
        ["Select between truths"] = Select(X > 0, Y > 0, X < Y),
        ["Cast"] = X.Cast(DType.Float64) * 0.1,
        ["Cast to int64"] = (3 * X).Cast(DType.Int64),
        ["StopGradient"] = StopGradient(X),
        ["Barrier"] = new(new BarrierOp(), X, Sin(X)),
        ["Rematerialize"] = Rematerialize(x => Sin(Cos(x)), X),
        ["CustomGradient"] = CustomGradient(x => Sin(x[0]), (_, _, g) => [g], X),
        ["SizedLike"] = Sum(X).Gradient(X),
        ["SizeOf"] = Mean(X),
        ["SizeOf product"] = Sum(X) / SizeOf((Dim)"n" * "n" + 2, DType.Float32),
        ["Range"] = Range("n", DType.Float32) + Sum(X),
        ["Reshape"] = Reshape(Cube, [(Dim)"n" * 2, 6]),
        ["Broadcast"] = Broadcast(Row, ["n", 3]) + 0 * Sum(X),
        ["Broadcast alone"] = Concat(0, Broadcast(Row, ["n", 3]), X),
        ["Transpose"] = Transpose(Cube, 2, 0, 1),
        ["Slice"] = Slice(Cube, 1, 1, 4, 2),
        ["Slice of a named dimension"] = Slice(Concat(0, X, Y), 0, 1, -1),
        ["Pad"] = Pad(Cube, 2, 1, 2, 0.5),
        ["Pad between"] = Dilate(Cube, 1, 2),
        ["Pad a named dimension between"] = Slice(X, 0, 0, 1, 2).Gradient2(X),
        ["Concat"] = Concat(1, X, Y, X),
        ["Gather"] = Gather(Row, Labels),
        ["Gather along axis 1"] = Gather(Cube, Labels, 1),
        ["ScatterAdd"] = ScatterAdd(Labels, X, 4),
        ["ScatterAdd along axis 1"] = ScatterAdd(Labels, Transpose(X), 4, 1),
        ["ScatterMaximum"] = ScatterND(Row, ExpandDims(Labels, 1), Sum(X, 1), ScatterReduction.Maximum),
        ["ScatterMaximum of rows"] = ScatterND(X, ExpandDims(Labels * 0, 1), Y, ScatterReduction.Maximum).Gradients2(X, Y),
        ["CumulativeSum"] = CumulativeSum(Cube, 1),
        ["CumulativeSum from the end"] = CumulativeSum(X, 0, exclusive: true, reverse: true),
        ["CumulativeSum of whole numbers"] = CumulativeSum(Labels),
        ["OneHot"] = OneHot(Labels, 3),
        ["OneHot of a number"] = OneHot(Sum(Labels * 0), 3),
        ["MatMul"] = MatMul(X, Transpose(Y)),
        ["MatMul batched"] = MatMul(Cube, Transpose(Cube)),
        ["MatMul of broadcasts"] = MatMul(Broadcast(X, [2, "n", 3]), Broadcast(Transpose(Y), [2, 3, "n"])),
        ["MatMul between factors"] = MatMul(X * 0.1, Transpose(Y) * 0.3) / 7,
        ["MatMul of whole numbers"] = MatMul(Transpose(Labels.AsRows()), Labels.AsRows()),
        ["Sum"] = Sum(Cube, 0, 2),
        ["Sum of no axes"] = new(new SumOp([]), X),
        ["Max"] = Max(Cube, 1),
        ["Min"] = Min(Cube, 1, 2),
        ["ArgMax"] = ArgMax(Cube, 1),
        ["RandomUniform"] = RandomUniform(Key, ["n", 3], stream: (1L << 40) + 5) + X,
        ["FoldKey"] = FoldKey(Labels - 1, Key),
        ["TopK"] = TopK(Cube, 2, 1).Values,
        ["TopK places"] = TopK(X, X.Shape[0], 0, largest: false).Indices,
        ["TopK gradient"] = Square(TopK(Cube, 2, 1).Values).Gradient2(Cube),
        ["Conv"] = Convolution(1),
        ["Conv in groups"] = Convolution(2),
        ["Conv gradients"] = Convolution(1).Gradients2(Images, Kernel(1)),
        ["Conv gradients in groups"] = Convolution(2).Gradients2(Images, Kernel(2)),
        ["Conv by a padded kernel"] = Conv(Images, Pad(Kernel(1), 3, 1, 0)),
        ["Conv gradients of a slice"] = Slice(Convolution(1), 3, 0, 2).Gradients2(Images, Kernel(1)),
        ["ConvTranspose"] = ConvTranspose(Images, Kernel(1, 4), [2, 1], padding: 1, outputPadding: [1, 0]),
        ["MaxPool"] = Pooled,
        ["MaxPool of what is padded"] = MaxPool(Pad(Images, 3, 1, 1), [2, 2]),
        ["MaxPool of what was padded and moved"] = MaxPool(Transpose(Pad(Transpose(Images), 2, 1, 1)), [2, 2]),
        ["MaxPool gradient"] = Pooled.Gradient2(Images),
        ["MaxPool tangent"] = Square(Pooled.Gradient2(Images)).Gradient2(Images),
        ["AveragePool"] = AveragePool(Images, [3, 2], [1, 2], padding: 1),
        ["Scan"] = Loop(reverse: false),
        ["Scan from the end"] = Loop(reverse: true),
        ["Scan gradients"] = Loop(reverse: false).Gradients2(Cube, Weights),
    };

    /// <summary>What OnnxRuntime computes in float32 only.</summary>
    static readonly HashSet<Type> Float32Only =
    [
        typeof(TanOp),
        typeof(AsinOp),
        typeof(AcosOp),
        typeof(AtanOp),
        typeof(Atan2Op),
        typeof(SinhOp),
        typeof(CoshOp),
        typeof(AsinhOp),
        typeof(AcoshOp),
        typeof(AtanhOp),
        typeof(ErfOp),
        typeof(ConvOp),
        typeof(ConvInputGradientOp),
        typeof(ConvKernelGradientOp),
    ];

    public static IEnumerable<object[]> Typed =>
        Cases.SelectMany(c =>
            Enum.GetValues<DType>().Where(dtype => In(dtype, c.Value) is not null).Select(dtype => new object[] { c.Key, dtype }));

    /// <summary>A case with another dtype in the place of float32; null where an op does not take it.</summary>
    static Expr? In(DType dtype, Expr y)
    {
        try
        {
            return Graph.Retype([y], d => d == DType.Float32 ? dtype : d)[0];
        }
        catch (DTypeException)
        {
            return null;
        }
    }

    /// <summary>A case in a dtype that it takes, and whether OnnxRuntime has kernels for it.</summary>
    internal static (Expr Value, bool Runs) Typical(string name, DType dtype)
    {
        var y = In(dtype, Cases[name])!;
        return (y, dtype != DType.Float64 || !Graph.TopologicalOrder(y).Any(node => Float32Only.Contains(node.Op.GetType())));
    }

    [Theory, MemberData(nameof(Typed))]
    public void The_exported_op_computes_the_same(string name, DType dtype)
    {
        var (y, runs) = Typical(name, dtype);
        (string, Expr)[] outputs = [("value", y)];
        // Where sums of half floats are summed again, the last digits of both count.
        var tolerance =
            dtype == DType.Float64 ? 1e-12
            : dtype.IsFloat() ? Math.Max(1e-5, 2 * dtype.Epsilon())
            : 1e-5;
        OnnxVerification Verify() =>
            OnnxVerification.Verify(OnnxExport.ToOnnx(outputs, TensorSet.Empty), outputs, TensorSet.Empty, tolerance);

        if (!runs)
            Assert.Contains("WithPrecision(DType.Float32)", Assert.Throws<OnnxRuntimeFailure>(Verify).Message);
        else
            // 33·33 + 2 is no number of a byte.
            Assert.Equal(name == "SizeOf product" && dtype.ByteSize() == 1 ? [1, 2, 7] : OnnxVerification.DefaultSizes, Verify().Sizes);
    }

    /// <summary>
    /// Cases over no examples at all. OnnxRuntime 1.31 does not return from a convolution over 0 channels, which the gradient for the
    /// kernels is then, and fails on a loop of no steps.
    /// </summary>
    public static TheoryData<string> Names => [.. Cases.Keys.Where(name => !name.StartsWith("Conv gradients") && !name.StartsWith("Scan"))];

    [Theory, MemberData(nameof(Names))]
    public void An_empty_batch_is_a_batch(string name)
    {
        var y = Cases[name];
        var none = TensorSet.Of(
            Graph
                .Variables(y)
                .Select(v => KeyValuePair.Create(v.VariableName!, Tensor.Zeros(v.DType, v.Shape.Resolve(Sizes.None.With("n", 0))))));
        if (Record.Exception(() => y.Evaluate(none)) is ShapeException)
            return;
        Laws.SameValue(name, y.Evaluate(none), y.EvaluateInOnnxRuntime(none), 1e-5);
    }

    /// <summary>Ops without a row, or without a form in ONNX, are named here.</summary>
    [Fact]
    public void Every_primitive_has_a_row()
    {
        var rows = Graph.TopologicalOrder([.. Cases.Values]).Select(node => node.Op.GetType()).ToHashSet();
        var missing = typeof(AddOp)
            .Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(Op)) && !t.IsAbstract && !rows.Contains(t))
            .Select(t => t.Name);
        Assert.Equal(["AbstractFunctionOp"], missing);
    }

    [Fact]
    public void An_op_without_a_form_in_ONNX_says_so()
    {
        var named = new Expr(new AbstractFunctionOp("f", 0), X);
        Assert.Contains(
            "f",
            Assert.Throws<UnsupportedOnnxException>(() => OnnxExport.ToOnnx([("y", named)], TensorSet.Empty)).Message);
    }
}

static class Differentiated
{
    /// <summary>A vector as a matrix of one row.</summary>
    public static Expr AsRows(this Expr x) => ExpandDims(x, 0);

    /// <summary>The gradient of the sum of squares, which pads what was sliced.</summary>
    public static Expr Gradient2(this Expr y, Expr x) => Gradients2(y, x);

    /// <summary>The gradients of the sum of squares, one after another.</summary>
    public static Expr Gradients2(this Expr y, params Expr[] xs) =>
        xs.Length == 1
            ? Sum(Square(y)).Gradient(xs[0])
            : Concat(0, [.. Sum(Square(y)).Gradient(xs).Select(g => Reshape(g, [g.Shape.Elements]))]);
}
