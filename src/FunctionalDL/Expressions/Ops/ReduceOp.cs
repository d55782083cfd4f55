using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>y = the elements along some axes reduced to one, and the axes removed: <c>[a, n, b] → [a, b]</c>, for numbers.</summary>
abstract record ReduceOp(Axes Axes) : Op
{
    /// <summary>What a reduction begins with.</summary>
    protected abstract double Start { get; }

    /// <summary>The value over no elements; null where there is none.</summary>
    protected abstract double? OfNone { get; }

    protected abstract T Combine<T>(T sum, T x) where T : INumber<T>;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        var shape = x[0].Shape;
        if (!x[0].DType.IsNumeric()) throw WrongDType(x, "numbers", "Cast the input to a number.");
        if (Axes.Any(a => a < 0 || a >= shape.Rank) || Axes.Distinct().Count() != Axes.Count)
            throw new ShapeException($"{Name}: {Axes} are not distinct axes of {shape}. Use each of 0 to {shape.Rank - 1} at most once.");
        return x[0] with { Shape = [.. shape.Where((_, axis) => !Axes.Contains(axis))] };
    }

    // Floats are reduced in float64, so that the reference is exact to the last bit or so of float32.
    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        if (x[0].Count == 0 && type.Shape.ElementCount > 0)
            return OfNone is { } value ? Tensor.Full(type.DType, type.Shape, value)
                : throw new TensorException($"{Name}: axes {Axes} of {x[0].Describe()} have no elements. Give at least one.");
        var reduced = new Reduced(this, x[0], type.Shape);
        return type.DType.IsFloat()
            ? reduced.Visit<double>().Cast(type.DType)
            : type.DType.VisitNumbers<Reduced, Tensor>(reduced).Cast(type.DType);
    }

    readonly struct Reduced(ReduceOp op, Tensor of, Shape shape) : INumberVisitor<Tensor>
    {
        public Tensor Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var x = of.In<T>().Span;
            var axes = op.Axes;
            var result = new T[shape.ElementCount];
            Array.Fill(result, T.CreateSaturating(op.Start));
            var to = new int[of.Shape.Rank];
            var kept = Enumerable.Range(0, to.Length).Where(axis => !axes.Contains(axis)).ToArray();
            foreach (var (axis, stride) in kept.Zip(shape.Strides())) to[axis] = stride;
            foreach (var (index, offset) in Layout.Indices(of.Shape))
            {
                ref var sum = ref result[Layout.Offset(index, to)];
                sum = op.Combine(sum, x[offset]);
            }
            return Tensor<T>.Adopt(shape, result);
        }
    }

    private protected override Func<int, Expr?> Through(Expr y, Expr mask) => _ => Spread(mask, y.Inputs[0].Shape);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) =>
        new(this with { Axes = [.. Axes.Select(axis => axis + 1)] }, x);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function(Name.ToLowerInvariant(), x, Axes.Count == y.Inputs[0].Rank ? [] : [.. Axes.Select(a => a.ToString())]);

    /// <summary>The reduced axes as ONNX takes them; a reduction over no axes changes nothing.</summary>
    private protected string Onnx(IOnnxGraph graph, string op, string x) => Axes.Count == 0
        ? graph.Node("Identity", [x])
        : graph.Node(op, [x, graph.Constant(Tensor.Vector(Axes.ToLongs()))], ("keepdims", 0L));

    /// <summary>A value of the reduced shape repeated along the reduced axes.</summary>
    private protected Expr Spread(Expr value, Shape to) => Functions.Broadcast(Functions.Reshape(value, KeptShape(to)), to);

    Shape KeptShape(Shape shape) => [.. shape.Select((d, axis) => Axes.Contains(axis) ? 1 : d)];
}
