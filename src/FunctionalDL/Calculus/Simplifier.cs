using System.Runtime.CompilerServices;
using FunctionalDL.Ops;
using FunctionalDL.Rules;

namespace FunctionalDL;

/// <summary>Writes expressions more simply.</summary>
/// <remarks>
/// The value is kept for finite real numbers up to rounding: sums and products may be regrouped, and 0 · x is 0 even where x would be infinite or NaN. Nothing that
/// is defined becomes undefined; what is undefined at a point, such as x/x at 0, may become defined. Derivatives are kept too:
/// what <c>StopGradient</c> and custom gradients shield stays shielded.
/// </remarks>
public static class Simplifier
{
    const int MostPasses = 24;

    /// <summary>The expression, simplified: constants, identities, powers, exponentials, trigonometry, transposes, reductions and common factors.</summary>
    public static Expr Simplify(this Expr expression) => Simplify([expression])[0];

    /// <summary>The expressions, simplified together: equal parts become one.</summary>
    public static Expr[] Simplify(IReadOnlyCollection<Expr> expressions)
    {
        Expr[] current = [.. expressions];
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var shared = new Sharing();
            var next = Graph.Rebuild(current, (node, x) => Local(shared, shared.Of(node.WithInputs(x))));
            if (next.SequenceEqual(current)) break;
            current = next;
        }
        var variables = Graph.Variables(expressions);
        return [.. FromTheLeft(current).Select(e => SizedLikeOp.Tie(e, variables))];
    }

    /// <summary>Products as they are written: a·(u·v) is (a·u)·v, unless u·v is needed elsewhere.</summary>
    static Expr[] FromTheLeft(Expr[] expressions)
    {
        var uses = Graph.TopologicalOrder(expressions).SelectMany(node => node.Inputs).CountBy(x => x).ToDictionary();
        var single = new HashSet<Expr>();
        return Graph.Rebuild(expressions, (node, x) =>
        {
            var result = node.WithInputs(x);
            if (node.Op is MultiplyOp && single.Contains(x[1]) && x[1].Op is MultiplyOp)
            {
                var factors = new Stack<Expr>();
                var right = x[1];
                for (; right.Op is MultiplyOp && single.Contains(right); right = right.Inputs[0]) factors.Push(right.Inputs[1]);
                result = x[0] * right;
                foreach (var factor in factors) single.Add(result *= factor);
            }
            if (uses.GetValueOrDefault(node) == 1) single.Add(result);
            return result;
        });
    }

    /// <summary>The node after the rules that apply to it one after another, its inputs being simple already.</summary>
    static Expr Local(Sharing shared, Expr node)
    {
        for (var steps = 0; steps < MostPasses; steps++)
        {
            var next = Apply(node);
            if (next is null || ReferenceEquals(next, node)) break;
            node = shared.Of(next);
        }
        return node;
    }

    static Expr? Apply(Expr node) => node.Op switch
    {
        AddOp or SubtractOp or NegateOp => Arithmetic.Constant(node) ?? Broadcasts.Outwards(node) ?? Arithmetic.Sum(node) ?? Trigonometry.Pythagoras(node),
        MultiplyOp or DivideOp => Arithmetic.Constant(node) ?? Broadcasts.Outwards(node) ?? Arithmetic.Product(node) ?? Powers.Product(node),
        PowerOp => Arithmetic.Constant(node) ?? Powers.Power(node) ?? Broadcasts.Outwards(node),
        SqrtOp or ExpOp or LogOp => Arithmetic.Constant(node) ?? Powers.Inverse(node) ?? Broadcasts.Outwards(node),
        SinOp or CosOp or TanhOp or AtanOp or ErfOp or AbsOp => Arithmetic.Constant(node) ?? Trigonometry.Parity(node) ?? Broadcasts.Outwards(node),
        TransposeOp or ReshapeOp or BroadcastOp => Structure.Move(node),
        SumOp => Structure.Sum(node),
        ElementwiseOp => Arithmetic.Constant(node) ?? Broadcasts.Outwards(node),
        _ => null,
    };

    /// <summary>Makes of equal ops on the same inputs one node, so that equal parts are found by identity.</summary>
    sealed class Sharing
    {
        readonly Dictionary<Key, Expr> nodes = [];

        /// <summary>The first node met that computes the same.</summary>
        public Expr Of(Expr node) => nodes.TryGetValue(new(node), out var known) ? known : nodes[new(node)] = node;

        readonly struct Key(Expr node) : IEquatable<Key>
        {
            readonly Expr node = node;

            public bool Equals(Key other) => node.Op.Equals(other.node.Op) && node.Inputs.AsSpan().SequenceEqual(other.node.Inputs.AsSpan());

            public override bool Equals(object? other) => other is Key key && Equals(key);

            public override int GetHashCode() => node.Inputs.Aggregate(node.Op.GetHashCode(), (hash, x) => HashCode.Combine(hash, RuntimeHelpers.GetHashCode(x)));
        }
    }
}
