using System.Numerics;
using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀ with the larger of what is there and the rows of x₂ put at the indices x₁:
/// <c>[n, b…], integers [i], [i, b…] → [n, b…]</c>. NaN is the largest; an index outside 0 … n − 1 is an error. The gradient is
/// shared equally among equal largest elements.
/// </summary>
/// <remarks>A primitive because additions do not compose it, and a loop over the rows would go through all of x₀ each time.</remarks>
sealed record ScatterMaximumOp : Op
{
    public override string Name => "ScatterMaximum";

    internal override int? Arity => 3;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (!x[1].DType.IsInteger()) throw WrongDType(x, "integers as indices", "Cast the indices: indices.Cast(DType.Int64).");
        if (!x[0].DType.IsNumeric() || x[2].DType != x[0].DType) throw WrongDType(x, "numbers of one dtype", "Cast the updates.");
        var (to, indices, updates) = (x[0].Shape, x[1].Shape, x[2].Shape);
        if (to.Rank == 0 || indices.Rank != 1 || updates.Rank == 0 || updates != to.With(0, indices[0]))
            throw new ShapeException(
                $"ScatterMaximum: {to} with updates {updates} at {indices}. They are [n, b…], [i, b…] and [i]; reshape them.");
        return x[0];
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        type.DType.VisitNumbers<Scattered, Tensor>(new(x, type.Shape)).Cast(type.DType);

    readonly struct Scattered(Tensor[] x, Shape shape) : INumberVisitor<Tensor>
    {
        public Tensor Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var indices = GatherOp.Checked("ScatterMaximum", x[1], shape[0].Size).Span;
            var result = x[0].In<T>().Span.ToArray();
            var updates = x[2].In<T>().Span;
            var row = shape.Slice(1, shape.Rank).ElementCount;
            for (var i = 0; i < updates.Length; i++)
            {
                ref var largest = ref result[(int)indices[i / row] * row + i % row];
                largest = T.Max(largest, updates[i]);
            }
            return Tensor<T>.Adopt(shape, result);
        }
    }

    /// <summary>1 over the number of largest elements at each place, and which of x₀ and of x₂ are such.</summary>
    static (Expr Share, Expr There, Expr Put) Shares(Expr y)
    {
        var (there, put) = (Equal(y.Inputs[0], y), Equal(y.Inputs[2], Gather(y, y.Inputs[1])));
        return (1 / (there.Cast(y.DType) + ScatterAdd(y.Inputs[1], put.Cast(y.DType), y.Shape[0])), there, put);
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => Pullback(y, g)(i);

    internal override Func<int, Expr?> Pullback(Expr y, Expr g)
    {
        var (share, there, put) = Shares(y);
        var each = g * share;
        return i => i switch
        {
            0 => each * there.Cast(y.DType),
            2 => Gather(each, y.Inputs[1]) * put.Cast(y.DType),
            _ => null,
        };
    }

    private protected override Expr? Used(int i, Expr y)
    {
        if (!ElementwiseOp.IsSteep(y.Inputs[i])) return null;
        var (_, there, put) = Shares(y);
        return i == 0 ? there : put;
    }

    private protected override Func<int, Expr?> Through(Expr y, Expr mask) =>
        i => i == 0 ? mask : Gather(mask, y.Inputs[1]);

    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        if (t[0] is null && t[2] is null || !y.DType.IsFloat()) return null;
        var (share, there, put) = Shares(y);
        var (first, second) = (t[0] ?? ZerosLike(y.Inputs[0]), t[2] ?? ZerosLike(y.Inputs[2]));
        return share * (Select(there, first, ZerosLike(first))
            + ScatterAdd(y.Inputs[1], Select(put, second, ZerosLike(second)), y.Shape[0]));
    }

    // All slices in one: [n, size, b…] → [n·size, b…].
    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n)
    {
        var size = y.Shape[0];
        var all = AllBatched(x, batched, n);
        static Expr Merged(Expr e) => Functions.Reshape(e, e.Shape.Slice(2, e.Rank).Insert(0, e.Shape[0] * e.Shape[1]));
        return Functions.Reshape(
            new(this, Merged(all[0]), Merged(GatherOp.Offset(all[1], n, size)), Merged(all[2])),
            y.Shape.Insert(0, n));
    }

    internal override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within)
    {
        var (indices, row) = (x[1].In<long>(), x[0].Shape.Slice(1, x[0].Shape.Rank).ElementCount);
        var given = Enumerable.Range(0, x[0].Count).Select(i => (At: i, Place: (Input: 0, Element: i)))
            .Concat(Enumerable.Range(0, x[2].Count).Select(i => (At: (int)indices.Span[i / row] * row + i % row, Place: (2, i))));
        double Value((int Input, int Element) place) => x[place.Input].GetDouble(place.Element);
        foreach (var together in given.GroupBy(g => g.At, g => g.Place))
        {
            var best = together.MaxBy(Value);
            if (together.Any(other => other != best && Value(best) - Value(other) <= within.Between(best, other)))
                yield return (
                    together.Key,
                    new(
                        NonSmoothKind.Kink,
                        "ScatterMaximum has a kink where several elements are the largest; they share the derivative equally."));
        }
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("scattermax", x);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        graph.Node(
            "ScatterND",
            [x[0], graph.Node("Unsqueeze", [x[1], graph.Constant(Tensor.Vector(-1L))]), x[2]],
            ("reduction", "max"));
}
