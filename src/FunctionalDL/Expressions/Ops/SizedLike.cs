using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀, with the sizes of its named dimensions taken from x₁: <c>[…], any → […]</c>. The derivative of a linear function does
/// not depend on its variable, but has its shape; this keeps the variable whose value says what that is.
/// </summary>
sealed record SizedLikeOp : TiedOp
{
    public override string Name => "SizedLike";

    /// <summary>The expression, tied to those of the given variables that it takes sizes from without depending on them.</summary>
    public static Expr Tie(Expr expression, IReadOnlyList<Expr> variables) => Tie([expression], variables)[0];

    /// <summary>The expressions, each tied; what they share is looked at once.</summary>
    public static Expr[] Tie(IReadOnlyCollection<Expr> expressions, IReadOnlyList<Expr> variables)
    {
        // A bit for each symbol: those that a node or what it depends on takes, and those that a variable there gives.
        var bits = new Dictionary<string, BigInteger>();
        BigInteger Bits(IEnumerable<string> symbols)
        {
            var all = BigInteger.Zero;
            foreach (var symbol in symbols)
                all |= bits.TryGetValue(symbol, out var bit) ? bit : bits[symbol] = BigInteger.One << bits.Count;
            return all;
        }
        var known = new Dictionary<Expr, (BigInteger Taken, BigInteger Given)>();
        foreach (var node in Graph.TopologicalOrder(expressions))
        {
            var (taken, given) = (
                Bits(node.Op is SizeOfOp size ? size.Dim.Symbols : node.Shape.SelectMany(d => d.Symbols)),
                node.VariableName is null ? 0 : Bits(Named(node)));
            foreach (var x in node.Inputs)
                (taken, given) = (taken | known[x].Taken, given | known[x].Given);
            known[node] = (taken, given);
        }
        (Expr Variable, BigInteger Gives)[] givers = [.. variables.Select(v => (v, Bits(Named(v)))).Where(v => !v.Item2.IsZero)];
        return [.. expressions.Select(expression => Tie(expression, known[expression].Taken & ~known[expression].Given, givers))];
    }

    static Expr Tie(Expr expression, BigInteger missing, (Expr Variable, BigInteger Gives)[] givers)
    {
        foreach (var (variable, gives) in givers)
        {
            if (missing.IsZero) break;
            if ((gives & missing).IsZero) continue;
            expression = new(new SizedLikeOp(), expression, variable);
            missing &= ~gives;
        }
        return expression;
    }

    static IEnumerable<string> Named(Expr variable) => variable.Shape.Select(d => d.Name).OfType<string>();
}
