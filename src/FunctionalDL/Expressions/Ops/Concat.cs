namespace FunctionalDL.Ops;

/// <summary>
/// y = the inputs one after another along an axis: <c>[…, n₁, …], […, n₂, …] → […, n₁ + n₂, …]</c>. Its derivative
/// takes the pieces out.
/// </summary>
sealed record ConcatOp(int Axis) : LinearOp
{
    public override string Name => "Concat";

    internal override int? Arity => null;

    private protected override Op Remake(AttributeMap a) => new ConcatOp(a.Of("axis", Axis));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (x.IsEmpty) throw new ShapeException("Concat: there are no inputs. Give at least one.");
        var size = x[0].Shape[Axis];
        foreach (var other in x[1..])
        {
            if (other.DType != x[0].DType) throw WrongDType(x, "inputs of one dtype", $"Cast them, such as x.Cast(DType.{x[0].DType}).");
            if (other.Shape.Rank != x[0].Shape.Rank || other.Shape.With(Axis, 0) != x[0].Shape.With(Axis, 0))
                throw new ShapeException(
                    $"Concat: {x[0].Shape} and {other.Shape} differ in more than axis {Axis}. Reshape, or choose another axis.");
            size += other.Shape[Axis];
        }
        return x[0] with { Shape = x[0].Shape.With(Axis, size) };
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        type.DType.Visit<Joined, Tensor>(new(x, Axis, type.Shape));

    readonly struct Joined(Tensor[] x, int axis, Shape shape) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var result = new T[shape.ElementCount];
            var (outer, size, inner) = shape.Around(axis);
            var row = 0;
            foreach (var part in x)
            {
                var run = part.Shape[axis].Size * inner;
                for (var o = 0; o < outer; o++) part.As<T>().Span.Slice(o * run, run).CopyTo(result.AsSpan(o * size * inner + row));
                row += run;
            }
            return Tensor<T>.Adopt(shape, result);
        }
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => Pullback(y, g)(i);

    internal override Func<int, Expr?> Pullback(Expr y, Expr g)
    {
        var starts = new Dim[y.Inputs.Length];
        for (var i = 1; i < starts.Length; i++) starts[i] = starts[i - 1] + y.Inputs[i - 1].Shape[Axis];
        return i => Functions.SliceFrom(g, Axis, starts[i], y.Inputs[i].Shape[Axis]);
    }

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(new ConcatOp(Axis + 1), AllBatched(x, batched, n));

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("concat", x, $"axis {Axis}");

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("Concat", x, ("axis", (long)Axis));
}
