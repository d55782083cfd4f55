namespace FunctionalDL.Ops;

/// <summary>y = 0, 1, …, n − 1: <c>→ [n]</c>.</summary>
sealed record RangeOp(Dim Size, DType DType) : Op
{
    public override string Name => "Range";

    internal override int? Arity => 0;

    private protected override Op Remake(AttributeMap a) => new RangeOp(a.Of("size", Size), a.Of("dtype", DType));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => DType.IsNumeric() ? new(DType, [Size])
        : throw new DTypeException("Range: bool has no range. Use int64, float32 or float64.");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        // The last number is the largest: an error where the dtype does not hold it.
        var count = type.Shape.ElementCount;
        if (count > 0) Tensor.Full(DType, Shape.Scalar, count - 1);
        return Tensor<long>.Adopt(type.Shape, [.. Enumerable.Range(0, count).Select(i => (long)i)]).Cast(DType);
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("range", [], Size.ToString());

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var range = graph.Node("Range", [graph.Constant(0L), graph.Dim(Size), graph.Constant(1L)]);
        return DType == DType.Int64 ? range : graph.Node("Cast", [range], ("to", DType));
    }
}
