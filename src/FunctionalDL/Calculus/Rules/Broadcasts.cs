using FunctionalDL.Ops;

namespace FunctionalDL.Rules;

/// <summary>Repetition last: what is computed of repeated values is computed once and then repeated.</summary>
static class Broadcasts
{
    /// <summary>f(repeat x, repeat y) = repeat f(x, y), where all inputs are repeated from fewer elements.</summary>
    public static Expr? Outwards(Expr node)
    {
        if (node.Inputs.Length == 0 || node.Inputs.Any(x => x.Op is not BroadcastOp)) return null;
        Expr[] small = [.. node.Inputs.Select(x => x.Inputs[0])];
        var shape = small.Aggregate(Shape.Scalar, (s, x) => Shape.Broadcast(s, x.Shape)!);
        if (shape == node.Shape || MayRefuse(node.Op, small) && !node.Shape.All(d => d.IsKnown && d.Size > 0)) return null;
        var value = new Expr(node.Op, [.. small.Select(x => Functions.Broadcast(x, shape))]);
        return Functions.Broadcast(value, node.Shape);
    }

    /// <summary>Whether an op is not defined for some values: where nothing is repeated, it would meet values that are not there.</summary>
    static bool MayRefuse(Op op, Expr[] x) =>
        op is DivideOp && !x[0].DType.IsFloat() && (x[1].Known() ?? 0) == 0;
}
