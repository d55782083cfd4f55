namespace FunctionalDL.Ops;

/// <summary>
/// y = the index of the largest element along an axis, the first where several are; NaN counts as largest: <c>[…, n, …] → int64 […]</c>.
/// An axis without elements is an error. Not differentiable.
/// </summary>
sealed record ArgMaxOp(int Axis) : Op
{
    public override string Name => "ArgMax";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0].DType.IsNumeric()
        ? new(DType.Int64, x[0].Shape.Remove(Axis))
        : throw WrongDType(x, "numbers", "Cast the input to a number.");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var (_, size, inner) = x[0].Shape.Around(Axis);
        if (size == 0 && type.Shape.ElementCount > 0) throw new TensorException($"ArgMax: axis {Axis} of {x[0].Describe()} has no elements. Give at least one.");
        var result = new long[type.Shape.ElementCount];
        for (var at = 0; at < result.Length; at++)
        {
            double At(long i) => x[0].GetDouble((at / inner * size + (int)i) * inner + at % inner);
            for (var i = 1; i < size && !double.IsNaN(At(result[at])); i++)
                if (!(At(i) <= At(result[at]))) result[at] = i;
        }
        return Tensor<long>.Adopt(type.Shape, result);
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(new ArgMaxOp(Axis + 1), x);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("argmax", x, $"axis {Axis}");

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("ArgMax", x, ("axis", (long)Axis), ("keepdims", 0L));
}
