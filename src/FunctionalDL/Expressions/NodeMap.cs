namespace FunctionalDL;

/// <summary>Expressions that belong to others: to a node, or, where that is a variable, to every node of its name.</summary>
sealed class NodeMap
{
    readonly Dictionary<Expr, Expr> nodes = [];
    readonly Dictionary<string, Expr> variables = [];

    public NodeMap(IEnumerable<(Expr Node, Expr Value)> pairs)
    {
        foreach (var (node, value) in pairs)
            if (node.VariableName is { } name) variables[name] = value;
            else nodes[node] = value;
    }

    /// <summary>What belongs to a node, or null.</summary>
    public Expr? Of(Expr node) => node.VariableName is { } name ? variables.GetValueOrDefault(name) : nodes.GetValueOrDefault(node);
}
