using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// Scalars: every function is a stage. A shift has derivative 1 and joins a neighbour: the function it is applied to, as in (f − y)², or
/// the product inside it, as in w·x + b.
/// </summary>
sealed class ScalarStages(HashSet<Expr> carriers, Expr y, Expr x) : StageRule(carriers)
{
    public override bool Joins(Expr node, IReadOnlyList<Expr> consumers, Func<Expr, bool> isStage)
    {
        if (IsRearrangement(node))
            return true;
        if (IsShift(node) && (Only(node) == x || !IsAlgebraic(Only(node)!)))
            return true;
        return consumers is [var shift]
            && IsShift(shift)
            && isStage(shift)
            && (IsAlgebraic(node) || shift == y && node.Op is not AbstractFunctionOp);
    }

    bool IsAlgebraic(Expr node) => node.Op is MultiplyOp or DivideOp or PowerOp || IsShift(node);
}
