using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>
/// y[i] = Σ x[j] over j ≤ i along an axis: <c>[…, n, …] → […, n, …]</c>; over j &lt; i where it is exclusive, and over j ≥ i
/// or j &gt; i where it is reversed. Its derivative is the same sum from the other end.
/// </summary>
/// <remarks>A primitive because a composition takes n² or n·log n additions for n.</remarks>
sealed record CumulativeSumOp(int Axis, bool Exclusive, bool Reverse) : LinearOp
{
    public override string Name => "CumulativeSum";

    private protected override Op Remake(AttributeMap a) =>
        new CumulativeSumOp(a.Of("axis", Axis), a.Of("exclusive", Exclusive), a.Of("reverse", Reverse));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (!x[0].DType.IsNumeric()) throw WrongDType(x, "numbers", "Cast the input to a number.");
        CheckAxis(Axis, x[0].Shape);
        return x[0];
    }

    // Floats are added in float64, so that the reference is exact to the last bit or so of float32.
    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var sums = new Sums(this, x[0]);
        return (type.DType.IsFloat() ? sums.Visit<double>() : type.DType.VisitNumbers<Sums, Tensor>(sums)).Cast(type.DType);
    }

    readonly struct Sums(CumulativeSumOp op, Tensor of) : INumberVisitor<Tensor>
    {
        public Tensor Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var x = of.In<T>().Span;
            var (outer, n, inner) = of.Shape.Around(op.Axis);
            var result = new T[x.Length];
            for (var line = 0; line < outer * inner; line++)
            {
                // −0 alone stays −0, and the sum of nothing is 0.
                var (sum, before) = (T.CreateSaturating(-0.0), T.Zero);
                for (var i = 0; i < n; i++)
                {
                    var at = (line / inner * n + (op.Reverse ? n - 1 - i : i)) * inner + line % inner;
                    sum += x[at];
                    result[at] = op.Exclusive ? before : sum;
                    before = sum;
                }
            }
            return Tensor<T>.Adopt(of.Shape, result);
        }
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => new(this with { Reverse = !Reverse }, g);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(this with { Axis = Axis + 1 }, x);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function(
            "cumsum",
            x,
            [$"axis {Axis}", .. Exclusive ? new[] { "exclusive" } : [], .. Reverse ? new[] { "reverse" } : []]);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        graph.Node(
            "CumSum",
            [x[0], graph.Constant((long)Axis)],
            ("exclusive", Exclusive ? 1L : 0L),
            ("reverse", Reverse ? 1L : 0L));
}
