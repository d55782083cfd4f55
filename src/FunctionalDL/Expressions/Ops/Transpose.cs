namespace FunctionalDL.Ops;

/// <summary>y = x with its axes reordered: axis i of y is axis <c>Order[i]</c> of x. Its derivative reorders them back.</summary>
sealed record TransposeOp(Axes Order) : LinearOp
{
    public override string Name => "Transpose";

    private protected override Op Remake(AttributeMap a) => new TransposeOp(a.Of("order", Order));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        var shape = x[0].Shape;
        if (!Order.Order().SequenceEqual(Enumerable.Range(0, shape.Rank)))
            throw new ShapeException(
                $"Transpose: {Order} is not an order of the axes of {shape}. List each of its {shape.Rank} axes once.");
        return x[0] with { Shape = [.. Order.Select(axis => shape[axis])] };
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var from = x[0].Shape.Strides();
        int[] strides = [.. Order.Select(axis => from[axis])];
        return Layout.Pick(x[0], type.Shape, index => Layout.Offset(index, strides));
    }

    public Axes Inverse
    {
        get
        {
            var inverse = new int[Order.Count];
            for (var i = 0; i < inverse.Length; i++) inverse[Order[i]] = i;
            return Axes.Create(inverse);
        }
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => new(new TransposeOp(Inverse), g);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) =>
        new(new TransposeOp([0, .. Order.Select(axis => axis + 1)]), x);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        Order.Equals([1, 0]) ? notation.Transpose(x[0]) : notation.Function("transpose", x, Order.ToString());

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("Transpose", x, ("perm", Order.ToLongs()));
}
