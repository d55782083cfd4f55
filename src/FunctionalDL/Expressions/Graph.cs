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
                throw new FunctionalException($"Variable \"{name}\" is {variables[name].Type} in one place and {node.Type} in another. Rename one.");
        }
        return [.. variables.Values];
    }

    /// <summary>
    /// The outputs rebuilt from the inputs up: <paramref name="rebuild"/> gets each node and its rebuilt inputs. Sharing is kept.
    /// </summary>
    internal static Expr[] Rebuild(IReadOnlyCollection<Expr> outputs, Func<Expr, Expr[], Expr> rebuild)
    {
        var rebuilt = new Dictionary<Expr, Expr>();
        foreach (var node in TopologicalOrder(outputs))
            rebuilt[node] = rebuild(node, [.. node.Inputs.Select(x => rebuilt[x])]);
        return [.. outputs.Select(o => rebuilt[o])];
    }

    /// <summary>The expressions with some of their parts replaced; what those depended on is not looked at.</summary>
    internal static Expr[] Replace(IReadOnlyCollection<Expr> expressions, Dictionary<Expr, Expr> replacements)
    {
        var rebuilt = new Dictionary<Expr, Expr>();
        foreach (var node in OrderDownTo([.. replacements.Keys], expressions))
            rebuilt[node] = replacements.GetValueOrDefault(node) ?? node.WithInputs([.. node.Inputs.Select(x => rebuilt[x])]);
        return [.. expressions.Select(e => rebuilt[e])];
    }

    /// <summary>The expressions with one node for all that apply equal ops to the same inputs.</summary>
    internal static Expr[] Merge(IReadOnlyCollection<Expr> expressions)
    {
        var known = new Interner();
        return Rebuild(expressions, (node, x) => known.Of(node.WithInputs(x)));
    }

    /// <summary>The node itself where its inputs did not change, otherwise the same op on the new inputs.</summary>
    internal static Expr WithInputs(this Expr node, Expr[] inputs)
    {
        for (var i = 0; i < inputs.Length; i++)
            if (!ReferenceEquals(inputs[i], node.Inputs[i])) return new(node.Op, inputs);
        return node;
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
        return Rebuild(expressions, (node, x) =>
        {
            if (node.VariableName is not { } name || !values.TryGetValue(name, out var value)) return node.WithInputs(x);
            return value.Type == node.Type ? value
                : throw new FunctionalException($"Substitute: \"{name}\" is {node.Type}, its replacement {value.Type}. Reshape or cast the replacement.");
        });
    }

    /// <summary>The expression computed in another floating-point precision: variables, constants and casts change with it.</summary>
    public static Expr WithPrecision(this Expr expression, DType dtype) => WithPrecision([expression], dtype)[0];

    /// <summary>The expressions computed in another floating-point precision; what they share stays shared.</summary>
    /// <exception cref="DTypeException"><paramref name="dtype"/> is not a float.</exception>
    public static Expr[] WithPrecision(IReadOnlyCollection<Expr> expressions, DType dtype)
    {
        if (!dtype.IsFloat()) throw new DTypeException($"WithPrecision: {dtype.Name()} is not a floating-point dtype. Use float32 or float64.");
        return Rebuild(expressions, (node, x) =>
        {
            var op = node.Op.Retype(d => d.IsFloat() ? dtype : d);
            return ReferenceEquals(op, node.Op) ? node.WithInputs(x) : new(op, x);
        });
    }

    /// <summary>The expression with named dimensions replaced by their sizes, in variables and everywhere else.</summary>
    public static Expr ForSizes(this Expr expression, Sizes sizes) => Rebuild([expression], (node, x) =>
        new(node.Op.Reshape(dim => dim.Symbols.All(sizes.Contains) ? dim.Resolve(sizes) : dim), x))[0];

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
