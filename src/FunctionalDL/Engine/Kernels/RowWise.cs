using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// Finds out whether the examples of a batch go through a loop over time each by itself, so that some of them can be taken through all
/// steps at a time.
/// </summary>
static class RowWise
{
    /// <summary>The name of the axis of examples, the first of all that has it and of every result; null where examples meet.</summary>
    public static string? Axis(ScanBody body)
    {
        if (body.Carries[0].Rank == 0 || body.Carries[0].Shape[0].Name is not { } name || body.Summed.Length > 0)
            return null;
        return body.Outputs.All(e => HasRows(e, name)) && Graph.TopologicalOrder(body.Outputs).All(node => KeepsRows(node, name))
            ? name
            : null;
    }

    /// <summary>Whether a value of a step has rows, one for each example.</summary>
    public static bool HasRows(Expr e, string name) => e.Rank > 0 && e.Shape[0].Name == name;

    static bool KeepsRows(Expr node, string name)
    {
        if (!HasRows(node, name))
            return !node.Shape.Any(d => d.Symbols.Contains(name)) && node.Op is not SizeOfOp && !node.Inputs.Any(x => HasRows(x, name));
        return !node.Shape.Skip(1).Any(d => d.Symbols.Contains(name))
            && node.Op
                is VariableOp
                    or ElementwiseOp
                    or CastOp
                    or BroadcastOp
                    or ReshapeOp
                    or TransposeOp
                    or ReduceOp
                    or MatMulOp
                    or SliceOp { Axis: > 0, Start.IsKnown: true }
                    or ConcatOp { Axis: > 0 }
                    or PadOp { Axis: > 0, Before.IsKnown: true, After.IsKnown: true };
    }
}
