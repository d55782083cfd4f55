using System.Numerics;
using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// The k largest elements along an axis, or smallest, and where they are: <c>[…, n, …] → […, k, …] and int64 […, k, …]</c>,
/// the first in order; of equal ones the first, NaN larger than all. The derivative of the elements is that of picking them where they
/// are. An axis of fewer elements is an error.
/// </summary>
sealed record TopKOp(int Axis, Dim Size, bool Largest, int Result = 0) : MultiResultOp(Result)
{
    public override string Name => "TopK";

    internal override int Count => 2;

    private protected override Op Remake(AttributeMap a) =>
        new TopKOp(a.Of("axis", Axis), a.Of("size", Size), a.Of("largest", Largest), a.Of("result", Result));

    private protected override TensorType[] InferAll(ReadOnlySpan<TensorType> x)
    {
        if (!x[0].DType.IsNumeric()) throw WrongDType(x, "numbers", "Cast the input to a number.");
        CheckAxis(Axis, x[0].Shape);
        var n = x[0].Shape[Axis];
        if (Size.IsNegative || n.IsKnown && Size.IsKnown && Size.Size > n.Size)
            throw new ShapeException($"TopK: axis {Axis} of {x[0].Shape} has no {Size} elements. Ask for 0 to {n}.");
        var shape = x[0].Shape.With(Axis, Size);
        return [new(x[0].DType, shape), new(DType.Int64, shape)];
    }

    internal override Tensor[] EvaluateAll(Tensor[] x, Sizes sizes)
    {
        var size = Size.Resolve(sizes).Size;
        if (size > x[0].Shape[Axis].Size)
            throw new TensorException(
                $"TopK: axis {Axis} of {x[0].Describe()} has no {size} elements. Ask for at most {x[0].Shape[Axis]}.");
        var shape = x[0].Shape.With(Axis, size);
        var places = x[0].DType.VisitNumbers<Search, long[]>(new(this, x[0], size));
        var (_, n, inner) = x[0].Shape.Around(Axis);
        var next = 0;
        int From()
        {
            var at = next++;
            return (at / inner / Math.Max(1, size) * n + (int)places[at]) * inner + at % inner;
        }
        return [Layout.Pick(x[0], shape, _ => From()), Tensor<long>.Adopt(shape, places)];
    }

    readonly struct Search(TopKOp op, Tensor of, int size) : INumberVisitor<long[]>
    {
        public long[] Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var x = of.In<T>();
            var (outer, n, inner) = of.Shape.Around(op.Axis);
            var result = new long[checked(outer * size * inner)];
            var order = new int[n];
            for (var o = 0; o < outer; o++)
                for (var i = 0; i < inner; i++)
                {
                    for (var j = 0; j < n; j++) order[j] = j;
                    order.AsSpan().Sort(new InOrder<T>(x, o * n * inner + i, inner, op.Largest));
                    for (var j = 0; j < size; j++) result[(o * size + j) * inner + i] = order[j];
                }
            return result;
        }
    }

    readonly struct InOrder<T>(Tensor<T> x, int start, int step, bool largestFirst) : IComparer<int>
        where T : unmanaged, INumber<T>
    {
        public int Compare(int a, int b)
        {
            var order = Order(x.Span[start + a * step], x.Span[start + b * step]);
            if (order == 0) return a - b;
            return largestFirst ? -order : order;
        }

        static int Order(T first, T second)
        {
            if (T.IsNaN(first) || T.IsNaN(second)) return T.IsNaN(first).CompareTo(T.IsNaN(second));
            // Equal by value where they differ by sign alone, as 0 and −0 do.
            if (first < second) return -1;
            return first > second ? 1 : 0;
        }
    }

    internal override Func<int, Expr?> PullbackAll(Expr[] y, Expr?[] g) =>
        _ =>
        {
            if (g[0] is not { } gradient)
                return null;
            var (x, places) = (y[0].Inputs[0], y[1]);
            var (rows, n) = (Last(gradient), x.Shape[Axis]);
            var sum = new Expr(
                new ScatterAddOp(0, rows.Shape.Slice(0, rows.Rank - 1).Elements * n),
                Flat(Last(places), n),
                Functions.Reshape(rows, [rows.Shape.Elements]));
            return Back(Functions.Reshape(sum, rows.Shape.With(rows.Rank - 1, n)));
        };

    internal override Expr?[] JvpAll(Expr[] y, Expr?[] t)
    {
        if (t[0] is not { } tangent || !y[0].DType.IsFloat()) return [null, null];
        var (rows, places) = (Last(tangent), Last(y[1]));
        var taken = Functions.Gather(Functions.Reshape(rows, [rows.Shape.Elements]), Flat(places, rows.Shape[^1]));
        return [Back(Functions.Reshape(taken, places.Shape)), null];
    }

    /// <summary>Places in rows of n elements, as places in all of them.</summary>
    static Expr Flat(Expr places, Dim n)
    {
        var rows = places.Shape.Slice(0, places.Rank - 1).Elements;
        var starts = Functions.Range(rows) * SizeOf(n, DType.Int64);
        var all = Functions.Reshape(places, [rows, places.Shape[^1]]) + Functions.Reshape(starts, [rows, 1]);
        return Functions.Reshape(all, [places.Shape.Elements]);
    }

    /// <summary>The tensor with the axis last, and back.</summary>
    Expr Last(Expr x) => Functions.Transpose(x, [.. Enumerable.Range(0, x.Rank).Where(axis => axis != Axis), Axis]);

    Expr Back(Expr x) => Functions.Transpose(x, [.. Enumerable.Range(0, Axis), x.Rank - 1, .. Enumerable.Range(Axis, x.Rank - 1 - Axis)]);

    private protected override Expr? Used(int i, Expr y) => MovedIfSteep(i, y);

    private protected override Func<int, Expr?> Through(Expr y, Expr mask) => Moved(y, mask);

    internal override Expr[]? BatchAll(Expr[] y, Expr[] x, bool[] batched, Dim n) => (this with { Axis = Axis + 1 }).Apply(x);

    internal override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within)
    {
        var (_, n, inner) = x[0].Shape.Around(Axis);
        var (values, places) = (new Expr(At(0), Expr.Constant(x[0])).Evaluate(), new Expr(At(1), Expr.Constant(x[0])).Evaluate());
        for (var at = 0; at < values.Count; at++)
        {
            var row = at / inner / values.Shape[Axis].Size;
            int Offset(long i) => (int)((row * n + i) * inner + at % inner);
            var own = Offset(places.As<long>().Span[at]);
            if (
                Enumerable
                    .Range(0, n)
                    .Select(i => Offset(i))
                    .Any(other => other != own && Math.Abs(x[0].GetDouble(other) - x[0].GetDouble(own)) <= within.Between(own, other)))
                yield return (
                    at,
                    Result == 0
                        ? new(NonSmoothKind.Kink, "TopK has a kink where elements are equal; the derivative goes to the first.")
                        : new(
                            NonSmoothKind.Jump,
                            "TopK's places jump where elements are equal; the first is taken, and the derivative is 0."));
        }
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function(Largest ? "topk" : "bottomk", x, $"{Size} along axis {Axis}{(Result == 0 ? "" : ", places")}");

    internal override string[] ToOnnxAll(IOnnxGraph graph, Expr[] y, string[] x)
    {
        var size = graph.Node("Reshape", [graph.Dim(Size), graph.Constant(Tensor.Vector(1L))]);
        return graph.Nodes("TopK", 2, [x[0], size], ("axis", (long)Axis), ("largest", Largest ? 1L : 0L), ("sorted", 1L));
    }
}
