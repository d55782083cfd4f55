namespace FunctionalDL.Ops;

/// <summary>
/// y = x converted to another dtype: <c>[…] → […]</c>. A float becomes an integer towards zero; NaN becomes 0, and what is too large
/// for the dtype its largest or smallest number. An integer of fewer bits has the lowest ones. A float becomes the nearest, of two the even
/// one. A number is true where it is not 0, NaN too. Between floats the gradient is converted back; elsewhere it is zero.
/// </summary>
sealed record CastOp(DType To) : Op
{
    public override string Name => "Cast";

    private protected override Op Remake(AttributeMap a) => new CastOp(a.Of("to", To));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0] with { DType = To };

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0].Cast(To);

    internal override Expr? Vjp(int i, Expr y, Expr g) => To.IsFloat() && y.Inputs[0].DType.IsFloat() ? g.Cast(y.Inputs[0].DType) : null;

    private protected override Func<int, Expr?> Through(Expr y, Expr mask) => _ => mask;

    internal override Expr? Jvp(Expr y, Expr?[] t) => To.IsFloat() && t[0] is { } tangent ? tangent.Cast(To) : null;

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(this, x);

    internal override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within) =>
        To.IsFloat() || !x[0].DType.IsFloat()
            ? []
            : Enumerable
                .Range(0, x[0].Count)
                .Where(i => Jumps(x[0].GetDouble(i), within.At(i)))
                .Select(i =>
                    (
                        i,
                        new NonSmooth(
                            NonSmoothKind.Jump,
                            $"A cast to {To.Name()} jumps from one value to the next; its derivative is taken as 0.")));

    /// <summary>Towards 0, so that there is no jump at 0 itself; a truth value jumps there alone.</summary>
    bool Jumps(double x, double within) =>
        To == DType.Bool
            ? Math.Abs(x) <= within
            : Math.Truncate(x - within) != Math.Truncate(x + within) || within >= 0 && x != 0 && Math.Truncate(x) == x;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function(To.Name(), x);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        if (To != DType.Int64 || !y.Inputs[0].DType.IsFloat()) return graph.Node("Cast", x, ("to", To));
        // ONNX leaves open what becomes of NaN and of numbers beyond the integers: they are taken out before, and set after.
        const double limit = 1UL << 63;
        string Bound(double value) => graph.Constant(Tensor.Scalar(value).Cast(y.Inputs[0].DType));
        var isWithin = graph.Node("Less", [graph.Node("Abs", x), Bound(limit)]);
        var whole = graph.Node("Cast", [graph.Node("Where", [isWithin, x[0], Bound(0)])], ("to", To));
        var capped = graph.Node("Where", [graph.Node("LessOrEqual", [Bound(limit), x[0]]), graph.Constant(long.MaxValue), whole]);
        return graph.Node("Where", [graph.Node("LessOrEqual", [x[0], Bound(-limit)]), graph.Constant(long.MinValue), capped]);
    }
}
