namespace FunctionalDL;

/// <summary>Walks over expression graphs. None recurses, so that depth does not matter, and each visits a shared node once.</summary>
public static class Graph
{
    /// <summary>Every node the outputs depend on, each once, inputs before the nodes that use them.</summary>
    public static IReadOnlyList<Expr> TopologicalOrder(params IReadOnlyCollection<Expr> outputs) => OrderDownTo([], outputs);

    /// <summary>The same, without what the given nodes depend on.</summary>
    internal static IReadOnlyList<Expr> OrderDownTo(HashSet<Expr> leaves, IReadOnlyCollection<Expr> outputs)
    {
        var order = new List<Expr>();
        var seen = new HashSet<Expr>();
        var stack = new Stack<(Expr Node, int Next)>();
        foreach (var output in outputs)
        {
            if (seen.Add(output)) stack.Push((output, 0));
            while (stack.TryPop(out var top))
            {
                if (top.Next == top.Node.Inputs.Length || leaves.Contains(top.Node))
                {
                    order.Add(top.Node);
                    continue;
                }
                stack.Push((top.Node, top.Next + 1));
                var input = top.Node.Inputs[top.Next];
                if (seen.Add(input)) stack.Push((input, 0));
            }
        }
        return order;
    }

    /// <summary>The variables the outputs depend on, one node for each name, in the order they are met.</summary>
    /// <exception cref="FunctionalException">Two variables share a name and differ in type.</exception>
    public static IReadOnlyList<Expr> Variables(params IReadOnlyCollection<Expr> outputs)
    {
        var variables = new OrderedDictionary<string, Expr>();
        foreach (var node in TopologicalOrder(outputs))
        {
            if (node.VariableName is not { } name || variables.TryAdd(name, node)) continue;
            if (variables[name].Type != node.Type)
                throw new FunctionalException(
                    $"Variable \"{name}\" is {variables[name].Type} in one place and {node.Type} in another. Rename one.");
        }
        return [.. variables.Values];
    }

    /// <summary>The expression with nodes replaced, from the inputs up.</summary>
    /// <inheritdoc cref="Rebuild(IReadOnlyCollection{Expr}, Func{Expr, Expr[], Expr?})"/>
    public static Expr Rebuild(this Expr expression, Func<Expr, Expr[], Expr?> replace) => Rebuild([expression], replace)[0];

    /// <summary>
    /// The outputs with nodes replaced, from the inputs up: what every pass over expressions comes down to. It neither recurses nor follows
    /// paths, each node is met once, and what is shared stays shared.
    /// </summary>
    /// <remarks>
    /// A node may become one of another dtype or shape: the types of what is computed from it are inferred anew. Graphs inside of ops,
    /// such as the step of a loop, stay as they are; <see cref="Transform(IReadOnlyCollection{Expr}, Func{Expr, Expr[], Expr?})"/> goes
    /// into them.
    /// <code>
    /// // Every tanh becomes the softsign of its argument.
    /// var quick = loss.Rebuild((node, x) => node.Op.Name == "Tanh" ? x[0] / (1 + Abs(x[0])) : null);
    /// </code>
    /// </remarks>
    /// <param name="outputs">The expressions.</param>
    /// <param name="replace">
    /// From a node and its rebuilt inputs to what takes its place; null for the same op on those inputs, which is the node itself where
    /// none has changed.
    /// </param>
    /// <exception cref="FunctionalException">The op of a node cannot be applied to its new inputs.</exception>
    public static Expr[] Rebuild(IReadOnlyCollection<Expr> outputs, Func<Expr, Expr[], Expr?> replace) => Rebuild(outputs, [], replace);

    /// <summary>The outputs with nodes replaced, down to some whose replacements are given.</summary>
    static Expr[] Rebuild(IReadOnlyCollection<Expr> outputs, Dictionary<Expr, Expr> given, Func<Expr, Expr[], Expr?> replace)
    {
        var rebuilt = new Dictionary<Expr, Expr>(given);
        foreach (var node in OrderDownTo([.. given.Keys], outputs))
        {
            if (given.ContainsKey(node)) continue;
            Expr[] x = [.. node.Inputs.Select(x => rebuilt[x])];
            rebuilt[node] = replace(node, x) ?? node.WithInputs(x);
        }
        return [.. outputs.Select(o => rebuilt[o])];
    }

    /// <summary>The expressions with some of their parts replaced; what those depended on is not looked at.</summary>
    internal static Expr[] Replace(IReadOnlyCollection<Expr> expressions, Dictionary<Expr, Expr> replacements) =>
        Rebuild(expressions, replacements, (_, _) => null);

    /// <summary>The expression with nodes replaced, those inside of ops too.</summary>
    /// <inheritdoc cref="Transform(IReadOnlyCollection{Expr}, Func{Expr, Expr[], Expr?})"/>
    public static Expr Transform(this Expr expression, Func<Expr, Expr[], Expr?> replace) => Transform([expression], replace)[0];

    /// <summary>
    /// The outputs with nodes replaced, and so are those of the graphs inside of ops, such as the steps of loops. Otherwise it is
    /// <see cref="Rebuild(IReadOnlyCollection{Expr}, Func{Expr, Expr[], Expr?})"/>. Equal ops stay equal.
    /// </summary>
    /// <param name="outputs">The expressions.</param>
    /// <param name="replace">
    /// From a node and its rebuilt inputs to what takes its place; null for the same op, transformed inside, on those inputs. Inside of
    /// an op, a variable is one of that graph's own (<see cref="GraphAttribute.Inputs"/>).
    /// </param>
    /// <exception cref="FunctionalException">The op of a node cannot be applied to its new inputs.</exception>
    public static Expr[] Transform(IReadOnlyCollection<Expr> outputs, Func<Expr, Expr[], Expr?> replace)
    {
        var ops = new OpMap();
        return Rebuild(outputs, Replaced);

        Expr? Replaced(Expr node, Expr[] x)
        {
            if (replace(node, x) is { } replacement) return replacement;
            var op = ops.Of(node.Op, op => op.Map((_, value) => value is GraphAttribute graph ? graph.Rebuild(Replaced) : value));
            return op == node.Op ? null : new(op, x);
        }
    }

    /// <summary>
    /// The expressions with one node for all that apply equal ops to the same inputs: common subexpression elimination.
    /// </summary>
    internal static Expr[] Merge(IReadOnlyCollection<Expr> expressions) =>
        Merge(expressions, (known, node, x) => known.Of(node.WithInputs(x)));

    /// <summary>The same, where every node is written anew from those that are kept.</summary>
    internal static Expr[] Merge(IReadOnlyCollection<Expr> expressions, Func<Interner, Expr, Expr[], Expr> write)
    {
        var known = new Interner();
        return Rebuild(expressions, (node, x) => write(known, node, x));
    }

    /// <summary>The expression with variables replaced by expressions of the same type.</summary>
    /// <exception cref="FunctionalException">A replacement has another type than the variable.</exception>
    public static Expr Substitute(this Expr expression, params (string Name, Expr Value)[] replacements) =>
        Substitute([expression], replacements)[0];

    /// <summary>The expressions with variables replaced by expressions of the same type; what they share stays shared.</summary>
    /// <exception cref="FunctionalException">A replacement has another type than the variable.</exception>
    public static Expr[] Substitute(IReadOnlyCollection<Expr> expressions, params (string Name, Expr Value)[] replacements)
    {
        var values = replacements.ToDictionary(r => r.Name, r => r.Value);
        return Rebuild(
            expressions,
            (node, _) =>
            {
                if (node.VariableName is not { } name || !values.TryGetValue(name, out var value))
                    return null;
                return value.Type == node.Type
                    ? value
                    : throw new FunctionalException(
                        $"Substitute: \"{name}\" is {node.Type}, its replacement {value.Type}. Reshape or cast the replacement.");
            });
    }

    /// <summary>The expression computed in another floating-point precision: variables, constants and casts change with it.</summary>
    public static Expr WithPrecision(this Expr expression, DType dtype) => WithPrecision([expression], dtype)[0];

    /// <summary>The expressions computed in another floating-point precision; what they share stays shared.</summary>
    /// <exception cref="DTypeException"><paramref name="dtype"/> is not a float.</exception>
    public static Expr[] WithPrecision(IReadOnlyCollection<Expr> expressions, DType dtype)
    {
        if (!dtype.IsFloat())
            throw new DTypeException($"WithPrecision: {dtype.Name()} is not a floating-point dtype. Use float32 or float64.");
        return Retype(expressions, d => d.IsFloat() ? dtype : d);
    }

    /// <summary>The expressions with every dtype in them replaced.</summary>
    internal static Expr[] Retype(IReadOnlyCollection<Expr> expressions, Func<DType, DType> map)
    {
        var ops = new OpMap();
        return Rebuild(expressions, (node, x) => ops.Of(node.Op, op => op.Retype(map)) is var op && op == node.Op ? null : new(op, x));
    }

    /// <summary>The expression with named dimensions replaced by their sizes, in variables and everywhere else.</summary>
    public static Expr ForSizes(this Expr expression, Sizes sizes)
    {
        var ops = new OpMap();
        return expression.Rebuild((node, x) =>
            new(ops.Of(node.Op, op => op.Reshape(dim => dim.Symbols.All(sizes.Contains) ? dim.Resolve(sizes) : dim)), x));
    }

    /// <summary>Which nodes' values depend on one of the given nodes, or on a variable of the same name.</summary>
    internal static HashSet<Expr> Dependents(IReadOnlyList<Expr> order, IEnumerable<Expr> on)
    {
        var roots = new HashSet<Expr>(on);
        var names = roots.Select(r => r.VariableName).OfType<string>().ToHashSet();
        var result = new HashSet<Expr>();
        foreach (var node in order)
            if (roots.Contains(node) || (node.VariableName is { } name && names.Contains(name)) || node.Inputs.Any(result.Contains))
                result.Add(node);
        return result;
    }
}
