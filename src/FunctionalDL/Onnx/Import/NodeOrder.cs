namespace FunctionalDL.Onnx;

/// <summary>The order in which nodes are read: each after those that make its inputs, and only those that an output needs.</summary>
static class NodeOrder
{
    /// <param name="nodes">The nodes, in any order.</param>
    /// <param name="outputs">The names that are wanted.</param>
    /// <param name="isGiven">Whether a name has a value from elsewhere.</param>
    /// <exception cref="OnnxImportException">Two nodes make one value, nodes depend on themselves, or nobody makes a value.</exception>
    public static List<NodeProto> Of(IReadOnlyList<NodeProto> nodes, IEnumerable<string> outputs, Func<string, bool> isGiven)
    {
        var makers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in nodes)
            foreach (var name in node.Output.Where(name => name.Length > 0))
                if (isGiven(name) || !makers.TryAdd(name, node))
                    throw new OnnxImportException($"ONNX: two nodes, inputs or initializers are called \"{name}\". Names are used once.");

        var (order, state) = (new List<NodeProto>(), new Dictionary<NodeProto, bool>(ReferenceEqualityComparer.Instance));
        var stack = new Stack<(NodeProto Node, bool IsDone)>();
        foreach (var output in outputs)
        {
            Visit(output, "the outputs");
            while (stack.TryPop(out var next))
            {
                if (next.IsDone)
                {
                    state[next.Node] = true;
                    order.Add(next.Node);
                    continue;
                }
                if (state.ContainsKey(next.Node)) continue;
                state[next.Node] = false;
                stack.Push((next.Node, true));
                foreach (var name in Reads(next.Node)) Visit(name, Describe(next.Node));
            }
        }
        return order;

        void Visit(string name, string by)
        {
            if (!makers.TryGetValue(name, out var node))
            {
                if (isGiven(name)) return;
                throw new OnnxImportException($"ONNX: nothing makes the value \"{name}\", which {by} takes. The file is damaged.");
            }
            if (!state.TryGetValue(node, out var isDone)) stack.Push((node, false));
            else if (!isDone)
                throw new OnnxImportException($"ONNX: the value \"{name}\" depends on itself, by way of {by}. A graph has no cycles.");
        }
    }

    /// <summary>A node in words.</summary>
    public static string Describe(NodeProto node) => $"{node.OpType} \"{NameOf(node)}\"";

    /// <summary>The node's name, or that of its first output.</summary>
    public static string NameOf(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? "";

    /// <summary>The values a node takes, itself and, in the graphs inside it, from outside of them.</summary>
    static IEnumerable<string> Reads(NodeProto node)
    {
        var names = node.Input.Where(name => name.Length > 0);
        return node.Attribute.Any(a => a.G is not null) ? names.Concat(Captured(node)) : names;
    }

    static HashSet<string> Captured(NodeProto node)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        // Messages are nested no deeper than the parser allows.
        foreach (var graph in node.Attribute.Where(a => a.G is not null).Select(a => a.G))
        {
            var inner = new HashSet<string>(StringComparer.Ordinal);
            foreach (var read in graph.Node.SelectMany(Reads).Concat(graph.Output.Select(o => o.Name))) inner.Add(read);
            inner.ExceptWith(graph.Input.Select(i => i.Name));
            inner.ExceptWith(graph.Initializer.Select(i => i.Name));
            inner.ExceptWith(graph.Node.SelectMany(n => n.Output));
            found.UnionWith(inner);
        }
        return found;
    }
}
