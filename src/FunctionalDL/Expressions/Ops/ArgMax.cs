using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>
/// y = the index of the largest element along an axis, the first where several are; NaN counts as largest: <c>[…, n, …] → int64
/// […]</c>. An axis without elements is an error. Not differentiable.
/// </summary>
sealed record ArgMaxOp(int Axis) : Op
{
    public override string Name => "ArgMax";

    private protected override Op Remake(AttributeMap a) => new ArgMaxOp(a.Of("axis", Axis));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (!x[0].DType.IsNumeric()) throw WrongDType(x, "numbers", "Cast the input to a number.");
        CheckAxis(Axis, x[0].Shape);
        return new(DType.Int64, x[0].Shape.Remove(Axis));
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var size = x[0].Shape.Around(Axis).Size;
        if (size == 0 && type.Shape.ElementCount > 0)
            throw new TensorException($"ArgMax: axis {Axis} of {x[0].Describe()} has no elements. Give at least one.");
        return x[0].DType.VisitNumbers<Places, Tensor>(new(this, x[0], type.Shape));
    }

    readonly struct Places(ArgMaxOp op, Tensor of, Shape shape) : INumberVisitor<Tensor>
    {
        public Tensor Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var x = of.In<T>().Span;
            var (result, size) = (new long[shape.ElementCount], of.Shape.Around(op.Axis).Size);
            for (var at = 0; at < result.Length; at++)
                for (var i = 1; i < size && x[op.Offset(of.Shape, at, result[at])] is var largest && !T.IsNaN(largest); i++)
                    if (!(x[op.Offset(of.Shape, at, i)] <= largest)) result[at] = i;
            return Tensor<long>.Adopt(shape, result);
        }
    }

    /// <summary>The offset of element i along the axis, of those that result <paramref name="at"/> is made of.</summary>
    int Offset(Shape shape, int at, long i)
    {
        var (_, size, inner) = shape.Around(Axis);
        return (at / inner * size + (int)i) * inner + at % inner;
    }

    internal override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within)
    {
        var largest = new Expr(this, Expr.Constant(x[0])).Evaluate().As<long>();
        for (var at = 0; at < largest.Count; at++)
        {
            var best = Offset(x[0].Shape, at, largest.Span[at]);
            for (var i = 0; i < x[0].Shape.Around(Axis).Size; i++)
                if (
                    Offset(x[0].Shape, at, i) is var other
                    && other != best
                    && x[0].GetDouble(best) - x[0].GetDouble(other) <= within.Between(best, other))
                {
                    yield return (
                        at,
                        new(
                            NonSmoothKind.Jump,
                            "ArgMax jumps where several elements are the largest; the first is taken, and the derivative is 0."));
                    break;
                }
        }
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(new ArgMaxOp(Axis + 1), x);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("argmax", x, $"axis {Axis}");

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var of = x[0];
        // Old releases of OnnxRuntime have no kernel for int64: there it is the first place at which x is its maximum.
        if (y.Inputs[0].DType == DType.Int64)
        {
            var max = OnnxExtremum.Of(graph, "ReduceMax", of, graph.Constant(Tensor.Vector((long)Axis)));
            of = graph.Node("Cast", [graph.Node("Equal", [of, max])], ("to", DType.Float32));
        }
        return graph.Node("ArgMax", [of], ("axis", (long)Axis), ("keepdims", 0L));
    }
}
