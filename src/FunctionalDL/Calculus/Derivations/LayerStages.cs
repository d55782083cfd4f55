using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// Layers: the stages are the affine maps x·W + b, and what the next matrix product is applied to. All else, such as a whole loss, joins
/// what uses it.
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
