using Builder = FunctionalDL.Testing.ExpressionBuilder;

namespace FunctionalDL.Testing;

/// <summary>
/// Moves whose results a compiler may compute together: reductions, what is made of parts, and rows that use a number of their own.
/// </summary>
static partial class Moves
{
    static readonly Func<Expr, int[], Expr>[] Reductions = [Sum, Mean, Max, Min];

    /// <summary>
    /// Reductions side by side: of one node or several of its type, by one function or several, and now and then of unequal size.
    /// </summary>
    static Expr? Joined(Builder b)
    {
        var x = b.Find(x => x.DType.IsNumeric() && x.Rank > 0) ?? b.Fresh(b.DType(d => d.IsNumeric()), [b.Dim(), b.Dim()]);
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(_ => b.Random.Next(2) == 0).DefaultIfEmpty(x.Rank - 1)];
        Func<Expr, int[], Expr>[] functions = [.. Reductions.Where(f => MayReduce(b, x, f, axes))];
        Expr Part() => b.Random.Of(functions)(b.Random.Next(3) == 0 ? b.Find(y => y.Type == x.Type) ?? x : x, axes);
        Expr[] parts = [.. Enumerable.Range(0, b.Random.Next(2, 4)).Select(_ => Part())];
        if (parts[0].Rank == 0 || b.Random.Next(3) == 0) return Stack(b.Random.Next(parts[0].Rank + 1), parts);
        var along = b.Random.Next(parts[0].Rank);
        if (b.Random.Next(4) == 0 && b.Size(parts[0].Shape[along]) > 0) parts[0] = SliceFrom(parts[0], along, 0, 1);
        return Concat(along, parts);
    }

    /// <summary>An axis cut in two, and put together the other way round.</summary>
    static Expr? Exchanged(Builder b)
    {
        var x = b.Any();
        if (b.Axis(x, d => d.IsKnown && d.Size > 1) is not { } axis) return null;
        var (n, at) = (x.Shape[axis].Size, b.Random.Next(3) == 0 ? b.Random.Next(1, x.Shape[axis].Size) : x.Shape[axis].Size / 2);
        return Concat(axis, Slice(x, axis, at, n), Slice(x, axis, 0, at));
    }

    /// <summary>Elements less a number of their row or column.</summary>
    static Expr? Centred(Builder b) => OnAxis(b, b.Real(), (x, axis) => x - ExpandDims(b.Random.Of(Reductions)(x, [axis]), axis));

    /// <summary>Elements divided by a number of their row or column.</summary>
    static Expr? Scaled(Builder b) => OnAxis(b, b.Real(), (x, axis) => x / (1 + SumKeep(Square(x), axis)));
}
