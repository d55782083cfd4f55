namespace FunctionalDL.Ops;

/// <summary>y = the elements of x, row by row, in another shape with as many elements. Its derivative moves them back.</summary>
sealed record ReshapeOp(Shape Shape) : LinearOp
{
    public override string Name => "Reshape";

    private protected override Op Remake(AttributeMap a) => new ReshapeOp(a.Of("shape", Shape));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) =>
        x[0].Shape.Elements == Shape.Elements
            ? x[0] with
            {
                Shape = Shape,
            }
            : throw new ShapeException(
                $"Reshape: {x[0].Shape} has {x[0].Shape.Elements} elements and {Shape} has {Shape.Elements}. Choose a shape with as many.");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0].Reshape(type.Shape);

    internal override Expr? Vjp(int i, Expr y, Expr g) => Functions.Reshape(g, y.Inputs[0].Shape);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(new ReshapeOp(Shape.Insert(0, n)), x);

    // Axes of size 1 come and go with broadcasting, which is not written either.
    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        Shape.Where(d => d != 1).SequenceEqual(y.Inputs[0].Shape.Where(d => d != 1))
            ? x[0]
            : notation.Function("reshape", x, Shape.ToString());

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        graph.Node("Reshape", [x[0], graph.Shape(Shape)], ("allowzero", 1L));
}
