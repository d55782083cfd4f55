namespace FunctionalDL.Ops;

/// <summary>
/// y = 1 at the index x and 0 elsewhere, along a new last axis: <c>integers [i…] → [i…, depth]</c>. An index outside 0 … depth −
/// 1 is an error.
/// </summary>
sealed record OneHotOp(Dim Depth, DType DType) : Op
{
    public override string Name => "OneHot";

    private protected override Op Remake(AttributeMap a) => new OneHotOp(a.Of("depth", Depth), a.Of("dtype", DType));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0].DType.IsInteger()
        ? new(DType, x[0].Shape.Concat([Depth]))
        : throw WrongDType(x, "integers as indices", "Cast the indices: indices.Cast(DType.Int64).");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var depth = type.Shape[^1].Size;
        var indices = GatherOp.Checked(Name, x[0], depth);
        var result = new bool[type.Shape.ElementCount];
        for (var i = 0; i < indices.Count; i++) result[i * depth + (int)indices.Span[i]] = true;
        return Tensor<bool>.Adopt(type.Shape, result).Cast(DType);
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(this, x);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("onehot", x, Depth.ToString());

    // ONNX OneHot takes no scalars and OnnxRuntime knows it for few dtypes: y = [x = 0, 1, …, depth − 1].
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var index = graph.Node("Unsqueeze", [x[0], graph.Constant(Tensor.Vector(-1L))]);
        var range = graph.Node("Range", [graph.Constant(0L), graph.Dim(Depth), graph.Constant(1L)]);
        return graph.Node("Cast", [graph.Node("Equal", [index, range])], ("to", DType));
    }
}
