using FunctionalDL.Ops;

namespace FunctionalDL.Onnx;

/// <summary>
/// Which nodes of a graph are written, and which of them as composites. A composite most of whose parts are needed elsewhere stays as it
/// is, for its operator would compute them again; so does one with a product, a convolution or a loop that is.
/// </summary>
sealed class Recognition
{
    static readonly ILookup<Type, Pattern> Patterns = Pattern.All.ToLookup(pattern => pattern.Root);

    readonly int opset;
    readonly HashSet<Expr> outputs;
    readonly Dictionary<Expr, List<Expr>> uses = [];
    readonly Dictionary<Application, List<Expr>> results = [];
    readonly Dictionary<Expr, Composite?> known = [];

    Recognition(IReadOnlyList<Expr> order, IEnumerable<Expr> outputs, int opset)
    {
        (this.opset, this.outputs) = (opset, [.. outputs]);
        foreach (var node in order)
        {
            foreach (var x in node.Inputs.Distinct()) Add(uses, x, node);
            if (node.Op is MultiResultOp) Add(results, Application.Of(node), node);
        }

        static void Add<TKey>(Dictionary<TKey, List<Expr>> to, TKey key, Expr node) where TKey : notnull
        {
            if (!to.TryGetValue(key, out var nodes)) to[key] = nodes = [];
            nodes.Add(node);
        }
    }

    /// <summary>The nodes that are written, inputs first, and those among them that are written as composites.</summary>
    public static (IReadOnlyList<Expr> Written, IReadOnlyDictionary<Expr, Composite> Composites) Of(
        IReadOnlyCollection<Expr> outputs, OnnxOptions options)
    {
        var order = Graph.TopologicalOrder(outputs);
        var composites = new Dictionary<Expr, Composite>();
        if (options.PrimitivesOnly) return (order, composites);
        var recognition = new Recognition(order, outputs, options.Opset);
        var needed = new HashSet<Expr>(outputs);
        // From the outputs down, so that what is inside of a composite is not looked at where nothing else needs it.
        foreach (var node in order.Reverse())
        {
            if (!needed.Contains(node)) continue;
            if (recognition.Candidate(node) is { } composite && recognition.Pays(node, composite))
            {
                composites[node] = composite;
                needed.UnionWith(composite.Inputs);
            }
            else needed.UnionWith(node.Inputs);
        }
        return ([.. order.Where(needed.Contains)], composites);
    }

    Composite? Candidate(Expr node) => known.TryGetValue(node, out var composite) ? composite : known[node] = Patterns[node.Op.GetType()]
        .Where(pattern => pattern.Since <= opset)
        .Select(pattern => pattern.Match(node))
        .FirstOrDefault(match => match is not null);

    bool Pays(Expr root, Composite composite)
    {
        var leaves = composite.Inputs.ToHashSet();
        Expr[] parts = [.. Graph.OrderDownTo(leaves, [root]).Where(node => node != root && !leaves.Contains(node))];
        // The other results of a loop are inside with the one that the root takes.
        var inside = parts.SelectMany(Together).Append(root).ToHashSet();
        var kept = new HashSet<Expr>();
        foreach (var node in parts.Reverse())
            if (Together(node).Any(result => outputs.Contains(result) || uses[result].Any(use => Keeps(result, use)))) kept.Add(node);
        Expr[] work = [.. parts.Where(IsWork)];
        return !kept.Any(node => node.Op is MatMulOp or ConvolutionOp or MultiResultOp) && 2 * work.Count(kept.Contains) <= work.Length;

        bool Keeps(Expr result, Expr use) =>
            inside.Contains(use) ? kept.Contains(use) : result.Op is not MultiResultOp || Candidate(use) is null;
    }

    /// <summary>The results of the op that a node is one of.</summary>
    IReadOnlyList<Expr> Together(Expr node) => node.Op is MultiResultOp ? results[Application.Of(node)] : [node];

    static bool IsWork(Expr node) =>
        node.Inputs.Length > 0 && node.Op is not (BroadcastOp or ReshapeOp or TransposeOp or StopGradientOp or TiedOp);
}
