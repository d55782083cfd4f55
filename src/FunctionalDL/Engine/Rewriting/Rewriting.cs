using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// The passes over the expression before it is lowered: equal nodes become one (common subexpression elimination), and what costs more than
/// it must is written anew.
/// </summary>
static class Rewriting
{
    public static Expr[] Apply(IReadOnlyCollection<Expr> outputs, Sizes sizes)
    {
        var merged = Merge(ScanOp.Merge(outputs));
        var rewritten = Reordering.Apply(PoolingRules.Apply(merged), sizes);
        return merged.SequenceEqual(rewritten) ? merged : Merge(rewritten);
    }

    /// <summary>Common subexpressions once, each written as <see cref="Rewrite"/> has it.</summary>
    static Expr[] Merge(IReadOnlyCollection<Expr> outputs) => Graph.Merge(outputs, (known, node, x) =>
    {
        var (op, inputs) = Rewrite(node, x);
        if (op is null) return inputs[0];
        // Where a < b, a < max(b, a); compared with the maximum, b itself need not be kept. From relu: an array less for every layer.
        if (op is LessOp && known.Find(new MaximumOp(), [inputs[1], inputs[0]]) is { } larger) return known.Of(op, [inputs[0], larger]);
        return ReferenceEquals(op, node.Op) ? known.Of(node.WithInputs(inputs)) : known.Of(op, inputs);
    });

    /// <summary>An op and inputs of the same value; no op where the value is that of the one input left.</summary>
    static (Op? Op, Expr[] Inputs) Rewrite(Expr node, Expr[] x) => node.Op switch
    {
        StopGradientOp or CustomGradientOp or RematerializeOp => (null, x),
        PowerOp when x[1].RepeatedNumber == 1 => (null, [x[0]]),
        PowerOp when x[1].RepeatedNumber == 2 => (new MultiplyOp(), [x[0], x[0]]),
        AddOp when IsNoTerm(x[1]) => (null, [x[0]]),
        AddOp when IsNoTerm(x[0]) => (null, [x[1]]),
        MultiplyOp when x[1].RepeatedNumber == 1 => (null, [x[0]]),
        MultiplyOp when x[0].RepeatedNumber == 1 => (null, [x[1]]),
        DivideOp when x[1].RepeatedNumber == 1 => (null, [x[0]]),
        _ => (node.Op, x),
    };

    /// <summary>Whether adding x changes nothing; 0 does not qualify among floats, as −0 + 0 is 0.</summary>
    static bool IsNoTerm(Expr x) => x.RepeatedNumber is 0 and var zero && (!x.DType.IsFloat() || double.IsNegative(zero));
}
