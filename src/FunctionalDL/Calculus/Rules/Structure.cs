using FunctionalDL.Ops;
using static FunctionalDL.Functions;
using static FunctionalDL.Rules.Parts;

namespace FunctionalDL.Rules;

/// <summary>Transposes, reshapes, repetition and sums.</summary>
static class Structure
{
    /// <summary>Moves that change nothing, and moves of moves.</summary>
    public static Expr? Move(Expr node)
    {
        var x = node.Inputs[0];
        return (node.Op, x.Op) switch
        {
            // A move that changes nothing.
            (ReshapeOp or BroadcastOp, _) when x.Shape == node.Shape => x,
            (TransposeOp t, _) when t.Order.SequenceEqual(Enumerable.Range(0, node.Rank)) => x,

            // Two moves are one.
            (ReshapeOp, ReshapeOp) => Reshape(x.Inputs[0], node.Shape),
            (BroadcastOp, BroadcastOp) => Broadcast(x.Inputs[0], node.Shape),
            (TransposeOp outer, TransposeOp inner) => Transpose(x.Inputs[0], [.. outer.Order.Select(axis => inner.Order[axis])]),

            // A number repeated keeps its value wherever it is moved.
            (ReshapeOp or TransposeOp, BroadcastOp) when x.Inputs[0].Rank == 0 => Broadcast(x.Inputs[0], node.Shape),

            // A new leading or middle axis of size 1 before a repetition: repeat what was there.
            (BroadcastOp, ReshapeOp) when x.Inputs[0].Rank == 0 => Broadcast(x.Inputs[0], node.Shape),
            _ => null,
        };
    }

    /// <summary>
    /// Moves and sums past what may be done after them. Where that is needed elsewhere too it would be done twice: then only if a sum
    /// goes away for it.
    /// </summary>
    public static Expr? Past(Expr node, bool isShared) =>
        Past(node) is { } moved && (!isShared || moved.Inputs.Any(x => x.Op is SumOp && Reduce(x) is { Op: not SumOp })) ? moved : null;

    static Expr? Past(Expr node)
    {
        var x = node.Inputs[0];
        return (node.Op, x.Op) switch
        {
            // (x y)ᵀ = yᵀ xᵀ
            (TransposeOp t, MatMulOp) when IsMatrixTranspose(t) => MatMul(Transpose(x.Inputs[1]), Transpose(x.Inputs[0])),

            // reshape(a·x) = a·reshape(x), so that numbers come to the front; −x likewise.
            (ReshapeOp or TransposeOp, NegateOp) => -new Expr(node.Op, x.Inputs[0]),
            (ReshapeOp or TransposeOp, MultiplyOp) when x.Inputs[0].Number() is { } a => a * new Expr(node.Op, x.Inputs[1]),

            // reshape(x/y) = reshape(x)/y for y a number repeated.
            (ReshapeOp or TransposeOp, DivideOp) when x.Inputs[1].IsRepeatedScalar() => new Expr(node.Op, x.Inputs[0])
                / x.Inputs[1].Inputs[0],
            (BroadcastOp, NegateOp) when !node.IsRepeatedScalar() => -new Expr(node.Op, x.Inputs[0]),
            (BroadcastOp, DivideOp) when x.Rank > 0 && x.Inputs[1].IsRepeatedScalar() => new Expr(node.Op, x.Inputs[0])
                / x.Inputs[1].Inputs[0],
            (BroadcastOp, MultiplyOp) when x.Rank > 0 && x.Inputs[0].Number() is { } a => a * new Expr(node.Op, x.Inputs[1]),

            // Σ −x = −Σ x, Σ a·x = a·Σ x, Σ x/a = (Σ x)/a; but whole numbers lose a rest in each division.
            (SumOp, NegateOp) => -new Expr(node.Op, x.Inputs[0]),
            (SumOp sum, MultiplyOp) when IsConstantFactor(x.Inputs[0], sum.Axes) => x.Inputs[0].Inputs[0] * new Expr(node.Op, x.Inputs[1]),
            (SumOp sum, MultiplyOp) when IsConstantFactor(x.Inputs[1], sum.Axes) => x.Inputs[1].Inputs[0] * new Expr(node.Op, x.Inputs[0]),
            (SumOp sum, DivideOp) when x.DType.IsFloat() && IsConstantDivisor(x.Inputs[1], sum.Axes) =>
                new Expr(node.Op, x.Inputs[0]) / x.Inputs[1].Inputs[0],
            _ => null,
        };
    }

    /// <summary>Sums over nothing, of one number, of sums and of ones.</summary>
    public static Expr? Reduce(Expr node)
    {
        var (axes, x) = (((SumOp)node.Op).Axes, node.Inputs[0]);
        if (axes.Count == 0) return x;
        return x.Op switch
        {
            // Σ of nothing is 0, and of a repeated number n times the number.
            BroadcastOp when x.DType.IsFloat() && HasNone(x, axes) => Broadcast(Expr.Constant(0, x.DType), node.Shape),
            BroadcastOp when x.DType.IsFloat() && IsConstantFactor(x, axes) => Broadcast(
                SizeOf(Size(x.Shape, axes), x.DType) * x.Inputs[0],
                node.Shape),

            // Σ Σ x = Σ x over the axes of both
            SumOp inner => Merge(x.Inputs[0], inner.Axes, axes),

            // A one-hot row has one 1.
            OneHotOp when axes.Equals([x.Rank - 1]) && x.DType.IsFloat() => Broadcast(Expr.Constant(1, x.DType), node.Shape),
            _ => null,
        };
    }

    static Expr Merge(Expr x, Axes inner, Axes outer)
    {
        int[] left = [.. Enumerable.Range(0, x.Rank).Where(axis => !inner.Contains(axis))];
        return Functions.Sum(x, [.. inner, .. outer.Select(axis => left[axis])]);
    }

    static bool HasNone(Expr x, Axes axes) => axes.Any(axis => x.Shape[axis] == 0);

    /// <summary>Whether it is known that there is something to be summed.</summary>
    static bool HasElements(Expr x, Axes axes) => axes.All(axis => x.Shape[axis].IsKnown && x.Shape[axis].Size > 0);

    // Σ a·x over no elements is 0, also where a is infinite; a·Σ x is NaN there.
    static bool IsConstantFactor(Expr a, Axes axes) =>
        a.IsRepeatedScalar() && (HasElements(a, axes) || IsFinite(a.Inputs[0]) && !HasNone(a, axes));

    /// <summary>Whether a number is finite wherever variables are: a small expression of ops without poles.</summary>
    static bool IsFinite(Expr number)
    {
        const int most = 32;
        var (seen, open) = (new HashSet<Expr>(), new Stack<Expr>([number]));
        while (open.TryPop(out var node))
        {
            if (!seen.Add(node)) continue;
            if (seen.Count > most || !HasNoPole(node)) return false;
            foreach (var x in node.Inputs) open.Push(x);
        }
        return true;
    }

    static bool HasNoPole(Expr node) => node.Op switch
    {
        ConstantOp constant => constant.Value.FirstNotFinite() < 0,
        VariableOp or SizeOfOp or NegateOp or AddOp or SubtractOp or MultiplyOp or SinOp or CosOp or TanhOp or SigmoidOp or ErfOp or AtanOp
            or ReshapeOp or BroadcastOp or CastOp => true,
        _ => false,
    };

    static bool IsConstantDivisor(Expr a, Axes axes) =>
        a.IsRepeatedScalar() && (HasElements(a, axes) || a.Known() is { } number && number != 0);

    static Dim Size(Shape shape, Axes axes) => axes.Aggregate((Dim)1, (product, axis) => product * shape[axis]);

    static bool IsMatrixTranspose(TransposeOp t) => t.Order.Count >= 2
        && t.Order.Equals([.. Enumerable.Range(0, t.Order.Count - 2), t.Order.Count - 1, t.Order.Count - 2]);
}
