namespace FunctionalDL.Ops;

/// <summary>y = the size of a dimension as a scalar: <c>→ []</c>. It is how a mean divides by a batch whose size is not known yet.</summary>
sealed record SizeOfOp(Dim Dim, DType DType) : Op
{
    public override string Name => "SizeOf";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => new(DType, Shape.Scalar);

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => Tensor.Full(DType, Shape.Scalar, Dim.Resolve(sizes).Size);

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Symbol($"|{Dim}|");

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("Cast", [graph.Dim(Dim)], ("to", DType));

    internal override Op Retype(Func<DType, DType> map) => this with { DType = map(DType) };

    internal override Op Reshape(Func<Dim, Dim> map) => this with { Dim = map(Dim) };
}
