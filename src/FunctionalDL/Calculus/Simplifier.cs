using System.Runtime.CompilerServices;
using FunctionalDL.Ops;
using FunctionalDL.Rules;

namespace FunctionalDL;

/// <summary>Writes expressions more simply.</summary>
/// <remarks>
/// The value is kept for finite real numbers up to rounding: sums and products may be regrouped, and 0 · x is 0 even where x would be
/// infinite or NaN. Nothing that is defined becomes undefined; what is undefined at a point, such as x/x at 0, may become defined.
/// Derivatives are kept too: what <c>StopGradient</c> and custom gradients shield stays shielded.
/// </remarks>
public static class Simplifier
{
    const int MostPasses = 24;

    /// <summary>
    /// The expression, simplified: constants, identities, powers, exponentials, trigonometry, transposes, reductions and common factors.
    /// </summary>
    public static Expr Simplify(this Expr expression) => Simplify([expression])[0];

    /// <summary>The expressions, simplified together: equal parts become one.</summary>
    public static Expr[] Simplify(IReadOnlyCollection<Expr> expressions)
    {
        var kept = new Interner();
        var current = Graph.Rebuild(expressions, (node, x) => kept.Of(node.WithInputs(x)));
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var (builder, uses) = (new Builder(kept), Uses(current));
            var next = Graph.Rebuild(current, (node, x) =>
            {
                var result = Local(builder, kept.Of(node.WithInputs(x)));
                builder.Note(result, isShared: uses.GetValueOrDefault(node) != 1);
                return result;
            });
            if (next.SequenceEqual(current)) break;
            current = next;
        }
        var variables = Graph.Variables(expressions);
        return [.. FromTheLeft(current).Select(e => SizedLikeOp.Tie(e, variables))];
    }

    static Dictionary<Expr, int> Uses(Expr[] outputs) =>
        Graph.TopologicalOrder(outputs).SelectMany(node => node.Inputs).Concat(outputs).CountBy(x => x).ToDictionary();

    /// <summary>Products as they are written: a·(u·v) is (a·u)·v, unless u·v is needed elsewhere.</summary>
    static Expr[] FromTheLeft(Expr[] expressions)
    {
        var uses = Uses(expressions);
        var single = new HashSet<Expr>();
        return Graph.Rebuild(expressions, (node, x) =>
        {
            var result = node.WithInputs(x);
            if (node.Op is MultiplyOp && single.Contains(x[1]) && x[1].Op is MultiplyOp)
            {
                var factors = new Stack<Expr>();
                var right = x[1];
                for (; right.Op is MultiplyOp && single.Contains(right); right = right.Inputs[0]) factors.Push(right.Inputs[1]);
                // Numbers that stand apart could not be multiplied.
                if (x[0].Number() is not null && right.Number() is not null) return result;
                result = x[0] * right;
                foreach (var factor in factors)
                {
                    single.Add(result);
                    result *= factor;
                }
            }
            if (uses.GetValueOrDefault(node) == 1) single.Add(result);
            return result;
        });
    }

    /// <summary>The node after the rules that apply to it one after another, its inputs being simple already.</summary>
    static Expr Local(Builder builder, Expr node)
    {
        for (var steps = 0; steps < MostPasses; steps++)
        {
            if (Apply(builder, node) is not { } next) break;
            next = builder.Of(next);
            if (ReferenceEquals(next, node)) break;
            node = next;
        }
        return node;
    }

    static Expr? Apply(Builder builder, Expr node) => node.Op switch
    {
        TransposeOp or ReshapeOp or BroadcastOp => Structure.Move(node) ?? Structure.Past(node, builder.IsShared(node.Inputs[0])),
        SumOp => Structure.Reduce(node) ?? Structure.Past(node, builder.IsShared(node.Inputs[0])),
        ElementwiseOp => Constants.Fold(node) ?? Known(builder, node) ?? Broadcasts.Outwards(node) ?? Collected(builder, node),
        _ => null,
    };

    /// <summary>What is known of a function.</summary>
    static Expr? Known(Builder builder, Expr node) => node.Op switch
    {
        PowerOp => Powers.Power(node),
        SelectOp => Constants.Chosen(node) ?? Choices.Select(node),
        SqrtOp or ExpOp or LogOp => Powers.Inverse(node),
        _ when Trigonometry.HasParity(node.Op) && !builder.IsShared(node.Inputs[0]) => Trigonometry.Parity(node),
        _ => null,
    };

    /// <summary>Sums and products with like terms and factors collected.</summary>
    static Expr? Collected(Builder builder, Expr node) => node.Op switch
    {
        AddOp or SubtractOp => Rules.Sum.Of(node, builder).ToExpr(),
        NegateOp when !node.DType.IsFloat() || node.Inputs[0].Op is AddOp or SubtractOp => Rules.Sum.Of(node, builder).ToExpr(),
        NegateOp or MultiplyOp or DivideOp when node.DType.IsFloat() => Product.Of(node, builder).ToExpr(),
        _ => null,
    };
}
