namespace FunctionalDL.Ops;

/// <summary>
/// y = independent numbers uniform in [0, 1) drawn with the key x: <c>int64 [] → shape</c>. The same key and stream give the
/// same numbers (<see cref="Key.Uniform"/>). Not differentiable with respect to the key.
/// </summary>
sealed record RandomUniformOp(TensorType Type, long Stream) : Op
{
    public override string Name => "RandomUniform";

    private protected override Op Remake(AttributeMap a) => new RandomUniformOp(a.Of(Type), a.Of("stream", Stream));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (x[0].DType != DType.Int64 || x[0].Shape.Rank != 0)
            throw WrongDType(x, "a key: one int64 scalar", "Pass key.ToTensor() or an int64 variable.");
        return Type.DType.IsFloat() && !Type.DType.IsNarrow()
            ? Type
            : throw WrongDType([Type], "float32 or float64 as its dtype", "Draw floats and cast them.");
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        new Key((ulong)x[0].As<long>().Span[0]).Uniform(type.Shape, type.DType, Stream);

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function("uniform", x, Type.Shape.ToString(), $"stream {Stream}");

    // Philox.Fill: the counter of a block is its number and the stream.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var philox = new OnnxPhilox(graph);
        var (one, isDouble) = (graph.Constant(Tensor.Vector(1L)), Type.DType == DType.Float64);
        var perBlock = isDouble ? 2 : 4;
        var blocks = philox.Divide(philox.Add(graph.Dim(Type.Shape.Elements), philox.Number(perBlock - 1)), perBlock);
        var numbers = graph.Node("Range", [philox.Number(0), blocks, philox.Number(1)]);
        var (ac, db) = philox.Blocks(
            philox.Shaped(x[0], one),
            one,
            philox.Over(numbers, (uint)Stream),
            philox.Column((uint)(Stream >> 32), 0));
        var bits = isDouble
            ? philox.Add(philox.Multiply(ac, philox.Number(1L << 21)), philox.Divide(philox.Exchanged(db), 1L << 11))
            : philox.Divide(philox.Rows(graph.Node("Concat", [ac, db], ("axis", 0L)), 0, 3, 1, 2), 1L << 8);
        var unit = graph.Constant(Tensor.Scalar(isDouble ? 1d / (1L << 53) : 1d / (1 << 24)).Cast(Type.DType));
        var rows = graph.Node("Mul", [graph.Node("Cast", [bits], ("to", Type.DType)), unit]);
        var all = philox.Shaped(graph.Node("Transpose", [rows], ("perm", (long[])[1, 0])), graph.Constant(Tensor.Vector(-1L)));
        var drawn = graph.Node("Slice", [all, graph.Constant(Tensor.Vector(0L)), graph.Shape([Type.Shape.Elements])]);
        return philox.Shaped(drawn, graph.Shape(Type.Shape));
    }
}
