using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = x₀ where a relation holds between x₀ and x₁, and x₁ elsewhere. The gradient goes to the one taken.</summary>
abstract record ChoiceOp : BinaryOp
{
    /// <summary>Where x₀ is taken.</summary>
    protected abstract Expr TakesFirst(IReadOnlyList<Expr> x);

    Expr Takes(int i, Expr y) => TakesFirst(y.Inputs) is var first && i == 0 ? first : Not(first);

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => Takes(i, y).Cast(y.DType);

    // A product with the truth value is the fastest, and right where the slopes that follow are finite.
    internal override Func<int, Cotangent?> MaskedPullback(Expr y, Cotangent g)
    {
        var products = base.MaskedPullback(y, g);
        return i => IsSteep(y.Inputs[i]) ? g.Within(Takes(i, y)) : products(i);
    }

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[0] is null && t[1] is null || !y.Inputs.Any(IsSteep) ? base.Jvp(y, t)
        : Select(Takes(0, y), t[0] ?? ZerosLike(y), t[1] ?? ZerosLike(y));

    /// <summary>The places of the two inputs of which the first is to be the smaller, for x₀ to be taken.</summary>
    private protected abstract (int Smaller, int Larger) Order { get; }

    // OnnxRuntime to 1.31 takes the wrong one of two int64 that differ in their lower 32 bits alone, of which it looks at the first as a
    // sign.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        if (y.DType.IsFloat()) return base.ToOnnx(graph, y, x);
        var sides = OnnxBroadcast(graph, y, x);
        return graph.Node("Where", [graph.Node("Less", [sides[Order.Smaller], sides[Order.Larger]]), .. sides]);
    }
}
