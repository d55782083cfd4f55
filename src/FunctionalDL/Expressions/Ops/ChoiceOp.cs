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
}
