using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>Which nodes make a stage of their own, and which belong to the stage that uses them.</summary>
abstract class StageRule(HashSet<Expr> carriers)
{
    /// <summary>Whether a node, all of whose consumers belong to one stage, belongs to it too.</summary>
    public abstract bool Joins(Expr node, IReadOnlyList<Expr> consumers, Func<Expr, bool> isStage);

    /// <summary>The one input a derivative passes through, where there is only one.</summary>
    protected Expr? Only(Expr node) => node.Inputs.Where(carriers.Contains).ToArray() is [var only] ? only : null;

    /// <summary>Whether a node adds something that does not depend on x, so that its derivative is 1 or −1.</summary>
    protected bool IsShift(Expr node) => node.Op is AddOp or SubtractOp or NegateOp && Only(node) is not null;

    /// <summary>Whether a node rearranges its input and computes nothing.</summary>
    protected static bool IsRearrangement(Expr node) => node.Op is BroadcastOp or ReshapeOp or CastOp;
}

/// <summary>
/// Scalars: every function is a stage. A shift has derivative 1 and joins a neighbour: the function it is applied to, as in (f − y)², or the
/// product inside it, as in w·x + b.
/// </summary>
sealed class ScalarStages(HashSet<Expr> carriers, Expr y, Expr x) : StageRule(carriers)
{
    public override bool Joins(Expr node, IReadOnlyList<Expr> consumers, Func<Expr, bool> isStage)
    {
        if (IsRearrangement(node)) return true;
        if (IsShift(node) && (Only(node) == x || !IsAlgebraic(Only(node)!))) return true;
        return consumers is [var shift] && IsShift(shift) && isStage(shift) && (IsAlgebraic(node) || shift == y && node.Op is not AbstractFunctionOp);
    }

    bool IsAlgebraic(Expr node) => node.Op is MultiplyOp or DivideOp or PowerOp || IsShift(node);
}

/// <summary>
/// Layers: the stages are the affine maps x·W + b, and what the next matrix product is applied to. All else, such as a whole loss, joins what uses it.
/// </summary>
sealed class LayerStages : StageRule
{
    readonly HashSet<Expr> affine = [];
    readonly HashSet<Expr> activations = [];

    public LayerStages(HashSet<Expr> carriers, IReadOnlyList<Expr> order) : base(carriers)
    {
        foreach (var node in order.Where(carriers.Contains))
        {
            if (node.Op is MatMulOp || (IsBias(node) || IsRearrangement(node)) && affine.Contains(Only(node)!)) affine.Add(node);
            if (node.Op is not MatMulOp) continue;
            foreach (var input in node.Inputs.Where(carriers.Contains))
            {
                var x = input;
                while (IsRearrangement(x) || x.Op is TransposeOp) x = x.Inputs[0];
                activations.Add(x);
            }
        }
    }

    bool IsBias(Expr node) => node.Op is AddOp && Only(node) is not null;

    public bool IsAffine(Expr node) => affine.Contains(node);

    public override bool Joins(Expr node, IReadOnlyList<Expr> consumers, Func<Expr, bool> isStage)
    {
        if (node.Op is AbstractFunctionOp || activations.Contains(node)) return false;
        return !affine.Contains(node) || consumers.Any(affine.Contains);
    }
}
