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

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => throw new UnsupportedOnnxException(
        "RandomUniform: ONNX has no keyed random generator. "
        + "Export the inference form of the model, or make the random tensor an input.", y);
}
