using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// Functions of which only the name is known, as in <c>L = (f2(w2·f1(w1·x)) − y)²</c>: they are differentiated as f1′, f1″ and so
/// on.
/// </summary>
public static class AbstractFunctions
{
    /// <summary>f(x), element by element, for a function known by name only.</summary>
    /// <exception cref="FunctionalException">The name is empty.</exception>
    /// <exception cref="DTypeException"><paramref name="x"/> is not a float.</exception>
    public static Expr Apply(string name, Expr x) => new(new AbstractFunctionOp(name, 0), x);

    /// <summary>The expression with a body given to an abstract function, and the body's derivatives to its derivatives.</summary>
    /// <exception cref="ShapeException">The body does not keep the type of its input.</exception>
    public static Expr Define(this Expr expression, string name, Func<Expr, Expr> body) =>
        DefineAll([expression], new Dictionary<string, Func<Expr, Expr>> { [name] = body })[0];

    /// <summary>The expressions with bodies given to abstract functions; what they share stays shared.</summary>
    internal static Expr[] DefineAll(IReadOnlyCollection<Expr> expressions, IReadOnlyDictionary<string, Func<Expr, Expr>> bodies) =>
        Graph.Rebuild(
            expressions,
            (node, x) => node.Op is AbstractFunctionOp f && bodies.TryGetValue(f.Symbol, out var body) ? Derivative(body, f, x[0]) : null);

    /// <summary>The names of the abstract functions an expression applies, in the order they are met.</summary>
    public static IReadOnlyList<string> Names(Expr expression) =>
        [.. Graph.TopologicalOrder(expression).Select(node => node.Op).OfType<AbstractFunctionOp>().Select(f => f.Symbol).Distinct()];

    // The body's own variables are not its argument's: it is differentiated at a variable of a name no one else has.
    static Expr Derivative(Func<Expr, Expr> body, AbstractFunctionOp f, Expr x)
    {
        var u = Placeholder.Like(x);
        var y = body(u);
        if (y.Type != x.Type)
            throw new ShapeException(
                $"Define: {f.Symbol} maps {x.Type} to {y.Type}. An abstract function works element by element: keep the type.");
        for (var order = 0; order < f.Order; order++)
            y = y.Vjp([u], Functions.Full(y, 1))[0];
        return y.Substitute((u.VariableName!, x));
    }
}
