namespace FunctionalDL.Ops;

/// <summary>
/// y = x repeated along axes of size 1 and along new leading axes, by NumPy's rule: <c>[3, 1] → [2, 3, 4]</c>. Its derivative sums over
/// them.
/// </summary>
sealed record BroadcastOp(Shape Shape) : LinearOp
{
    public override string Name => "Broadcast";

    private protected override Op Remake(AttributeMap a) => new BroadcastOp(a.Of("shape", Shape));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) =>
        x[0].Shape.BroadcastsTo(Shape)
            ? x[0] with
            {
                Shape = Shape,
            }
            : throw new ShapeException(
                $"Broadcast: {x[0].Shape} does not broadcast to {Shape}. Each dimension, from the last, must be equal or 1; insert axes "
                    + "of size 1 where they belong."
            );

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var (from, strides, lead) = (x[0].Shape, x[0].Shape.Strides(), type.Shape.Rank - x[0].Shape.Rank);
        for (var axis = 0; axis < strides.Length; axis++)
            if (from[axis] == 1) strides[axis] = 0;
        return Layout.Pick(x[0], type.Shape, index => Layout.Offset(index.AsSpan(lead), strides));
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => Functions.SumTo(g, y.Inputs[0].Shape);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n)
    {
        // Axes that broadcasting puts in front come between the batch and the rest.
        Shape aligned = [n, .. Enumerable.Repeat((Dim)1, Shape.Rank - y.Inputs[0].Rank), .. y.Inputs[0].Shape];
        return Functions.Broadcast(Functions.Reshape(x[0], aligned), Shape.Insert(0, n));
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => x[0];

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("Expand", [x[0], graph.Shape(Shape)]);
}
