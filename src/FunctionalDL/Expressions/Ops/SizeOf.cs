namespace FunctionalDL.Ops;

/// <summary>
/// y = the size of a dimension as a scalar: <c>→ []</c>. It is how a mean divides by a batch whose size is not known yet.
/// </summary>
sealed record SizeOfOp(Dim Dim, DType DType) : Op
{
    public override string Name => "SizeOf";

    internal override int? Arity => 0;

    private protected override Op Remake(AttributeMap a) => new SizeOfOp(a.Of("dim", Dim), a.Of("dtype", DType));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => new(DType, Shape.Scalar);

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        Tensor.Full(DType, Shape.Scalar, Dim.Resolve(sizes).Size);

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Symbol($"|{Dim}|");

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("Cast", [graph.Dim(Dim)], ("to", DType));
}
