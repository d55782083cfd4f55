using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// Reverse-mode differentiation by the chain rule. The result is again an expression, so it can be evaluated, compiled, printed, exported
/// and differentiated once more.
/// </summary>
public static partial class Differentiation
{
    /// <summary>∂y/∂x of a scalar y, of the shape of x; zeros where y does not depend on x.</summary>
    /// <exception cref="ShapeException"><paramref name="y"/> is not a scalar.</exception>
    /// <exception cref="DTypeException"><paramref name="y"/> or <paramref name="x"/> is not a float.</exception>
    public static Expr Gradient(this Expr y, Expr x) => Gradient(y, [x])[0];

    /// <summary>∂y/∂x for each x; what the gradients share is shared.</summary>
    /// <inheritdoc cref="Gradient(Expr, Expr)"/>
    public static Expr[] Gradient(this Expr y, IReadOnlyList<Expr> xs)
    {
        if (y.Rank != 0)
            throw new ShapeException(
                $"Gradient: {y.Type} is not a scalar. Reduce it first (Sum, Mean), take a Jacobian, or give the outgoing gradient to Vjp.");
        return Vjp(y, xs, Functions.Full(y, 1));
    }

    /// <summary>
    /// The derivative of a function of expressions, again one: x ↦ ∂f(u)/∂u at u = x. What else the function uses is held fixed, x
    /// itself too, so derivatives may stand inside functions that derivatives are taken of: the derivative of b ↦ x·b at x is x.
    /// </summary>
    /// <param name="f">The function; its value is a scalar.</param>
    public static Func<Expr, Expr> Gradient(Func<Expr, Expr> f) => x =>
    {
        var u = Placeholder.Like(x);
        return f(u).Gradient(u).Substitute((u.VariableName!, x));
    };

    /// <summary>The vector–Jacobian product gᵀ · ∂y/∂x for each x: the gradient of ⟨g, y⟩ with g held fixed.</summary>
    /// <exception cref="ShapeException"><paramref name="g"/> is not of the type of <paramref name="y"/>.</exception>
    /// <exception cref="DTypeException"><paramref name="y"/> or an x is not a float.</exception>
    public static Expr[] Vjp(this Expr y, IReadOnlyList<Expr> xs, Expr g)
    {
        foreach (var e in xs.Prepend(y))
            if (!e.DType.IsFloat())
                throw new DTypeException($"Gradient: {e.Type} has no derivative. Cast it to a float first.");
        if (g.Type != y.Type)
            throw new ShapeException(
                $"Vjp: the outgoing gradient is {g.Type}, the function's value {y.Type}. Give a gradient of that type.");
        var variables = Graph.Variables([y, .. xs]);
        return SizedLikeOp.Tie(Vjp([(y, new Cotangent(g))], xs), variables);
    }

    /// <summary>Σ gᵀ · ∂y/∂x over several functions y, for each x; what the functions share is differentiated once.</summary>
    internal static Expr[] Vjp(IReadOnlyList<(Expr Y, Cotangent G)> functions, IReadOnlyList<Expr> xs)
    {
        var order = Graph.TopologicalOrder([.. functions.Select(f => f.Y)]);
        var active = Graph.Dependents(order, xs);
        var gradients = new Dictionary<Expr, Cotangent>();
        void Add(Expr x, Cotangent share) => gradients[x] = gradients.TryGetValue(x, out var sum) ? sum + share : share;
        foreach (var (y, g) in functions) Add(y, g);
        // All that uses a result of an op comes after the first of its results.
        var results = order
            .Where(node => node.Op is MultiResultOp)
            .GroupBy(Application.Of)
            .ToDictionary(all => all.First(), all => all.ToArray());
        for (var n = order.Count - 1; n >= 0; n--)
        {
            var node = order[n];
            if (!active.Contains(node))
                continue;
            Expr[] reached =
            [
                .. (node.Op is not MultiResultOp ? [node] : results.GetValueOrDefault(node, [])).Where(gradients.ContainsKey),
            ];
            if (reached.Length == 0)
                continue;
            var pullback =
                reached.Length == 1
                    ? reached[0].Op.MaskedPullback(reached[0], gradients[reached[0]])
                    : Pullback([.. reached.Select(y => (y, gradients[y]))]);
            for (var i = 0; i < node.Inputs.Length; i++)
                if (node.Inputs[i] is var x && active.Contains(x) && x.DType.IsFloat() && pullback(i) is { } share) Add(x, share);
        }
        var byName = order
            .Where(node => node.VariableName is not null && gradients.ContainsKey(node))
            .ToLookup(node => node.VariableName!, node => gradients[node]);
        return [.. xs.Select(x =>
            Arrived(x).Aggregate((Cotangent?)null, (sum, g) => sum is { } s ? s + g : g)?.Clean ?? Functions.ZerosLike(x))];

        // The gradient that reached x, or the nodes of its name together.
        IEnumerable<Cotangent> Arrived(Expr x)
        {
            if (x.VariableName is { } name) return byName[name];
            return gradients.TryGetValue(x, out var g) ? [g] : [];
        }
    }

    /// <summary>The chain rule backwards from several results of one op.</summary>
    static Func<int, Cotangent?> Pullback((Expr Result, Cotangent G)[] reached)
    {
        var op = (MultiResultOp)reached[0].Result.Op;
        var (y, g) = (op.All(reached[0].Result), new Expr?[op.Count]);
        foreach (var (result, gradient) in reached)
            if (((MultiResultOp)result.Op).Result is var i) (y[i], g[i]) = (result, gradient.Clean);
        var flag = reached.Select(r => r.G.Flag).Aggregate(Cotangent.Either);
        var pullback = op.PullbackAll(y, g);
        return i => pullback(i) is { } share ? new Cotangent(share, null, flag) : null;
    }
}
