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
