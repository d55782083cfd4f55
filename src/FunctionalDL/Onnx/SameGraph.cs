using FunctionalDL.Ops;

namespace FunctionalDL.Onnx;

/// <summary>Whether two expressions are the same graph: equal ops on the same inputs, down to nodes that both have.</summary>
static class SameGraph
{
    public static bool Holds(Expr a, Expr b)
    {
        var (open, seen) = (new Stack<(Expr A, Expr B)>([(a, b)]), new HashSet<(Expr, Expr)>());
        while (open.TryPop(out var pair))
        {
            if (ReferenceEquals(pair.A, pair.B) || !seen.Add(pair)) continue;
            if (pair.A.Type != pair.B.Type || pair.A.Inputs.Length != pair.B.Inputs.Length) return false;
            if (!AreEqual(pair.A.Op, pair.B.Op, open)) return false;
            foreach (var inputs in pair.A.Inputs.Zip(pair.B.Inputs)) open.Push(inputs);
        }
        return true;
    }

    static bool AreEqual(Op a, Op b, Stack<(Expr, Expr)> open) => (a, b) switch
    {
        (ConstantOp x, ConstantOp y) => x.Value.Shape == y.Value.Shape && x.Value.BitEquals(y.Value),
        (ScanOp x, ScanOp y) => x.Result == y.Result && AreEqual(x.Body, y.Body, open),
        _ => a.Equals(b),
    };

    /// <summary>Steps are equal where their outputs are, over variables of the same names.</summary>
    static bool AreEqual(ScanBody a, ScanBody b, Stack<(Expr, Expr)> open)
    {
        if (a.IsReversed != b.IsReversed || a.Carries.Length != b.Carries.Length || a.Elements.Length != b.Elements.Length
            || a.Stacked.Length != b.Stacked.Length || a.Outputs.Count != b.Outputs.Count || a.Constants.Length != b.Constants.Length)
            return false;
        foreach (var pair in a.Variables.Zip(b.Variables).Concat(a.Outputs.Zip(b.Outputs))) open.Push(pair);
        return true;
    }
}
