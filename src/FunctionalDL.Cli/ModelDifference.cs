using FunctionalDL.Onnx;

namespace FunctionalDL.Cli;

/// <summary>What differs between two ONNX models: parts that only the first has, parts that only the second has, and changes.</summary>
/// <param name="Part">What differs: a node, an input, an output, an initializer, a version.</param>
/// <param name="Name">Its name.</param>
/// <param name="Change">How, in words.</param>
sealed record ModelDifference(string Part, string Name, string Change)
{
    public const string Removed = "removed", Added = "added";

    /// <summary>All of them; the files' folders hold tensors that are not in the files.</summary>
    public static IReadOnlyList<ModelDifference> Of((ModelProto Model, string Folder) a, (ModelProto Model, string Folder) b) =>
    [
        .. Compare("version", Versions(a.Model), Versions(b.Model), (x, y) => x == y ? [] : [$"{x} → {y}"]),
        .. Compare("input", Types(ModelInputs.Of(a.Model)), Types(ModelInputs.Of(b.Model)), (x, y) => x == y ? [] : [$"{x} → {y}"]),
        .. Compare("output", Types(a.Model.Graph.Output), Types(b.Model.Graph.Output), (x, y) => x == y ? [] : [$"{x} → {y}"]),
        .. Compare("node", Nodes(a.Model), Nodes(b.Model), Changes),
        .. Compare("initializer", Tensors(a.Model), Tensors(b.Model), (x, y) => Changes((x, a.Folder), (y, b.Folder))),
    ];

    static IEnumerable<ModelDifference> Compare<T>(
        string part, IReadOnlyDictionary<string, T> a, IReadOnlyDictionary<string, T> b, Func<T, T, IEnumerable<string>> changes)
    {
        foreach (var (name, x) in a)
        {
            if (b.TryGetValue(name, out var y)) foreach (var change in changes(x, y)) yield return new(part, name, change);
            else yield return new(part, name, Removed);
        }
        foreach (var name in b.Keys.Where(name => !a.ContainsKey(name))) yield return new(part, name, Added);
    }

    static OrderedDictionary<string, string> Versions(ModelProto model)
    {
        var versions = new OrderedDictionary<string, string> { ["IR"] = $"{model.IrVersion}" };
        foreach (var opset in model.OpsetImport) versions[opset.Domain is "" ? "ai.onnx" : opset.Domain] = $"{opset.Version}";
        return versions;
    }

    static OrderedDictionary<string, string> Types(IEnumerable<ValueInfoProto> values)
    {
        var types = new OrderedDictionary<string, string>();
        foreach (var value in values) types[value.Name] = ModelText.Of(value);
        return types;
    }

    static OrderedDictionary<string, TensorProto> Tensors(ModelProto model)
    {
        var tensors = new OrderedDictionary<string, TensorProto>();
        foreach (var tensor in model.Graph.Initializer) tensors[tensor.Name] = tensor;
        return tensors;
    }

    /// <summary>Nodes by name, or where they have none by what they write; those of graphs inside under the node around them.</summary>
    static OrderedDictionary<string, NodeProto> Nodes(ModelProto model)
    {
        var nodes = new OrderedDictionary<string, NodeProto>();
        var graphs = new Queue<(GraphProto Graph, string Path)>([(model.Graph, "")]);
        while (graphs.TryDequeue(out var graph))
            foreach (var node in graph.Graph.Node)
            {
                var own = node.Name.Length > 0 ? node.Name : string.Join(", ", node.Output);
                var (name, again) = (graph.Path + own, 1);
                while (!nodes.TryAdd(name, node)) name = $"{graph.Path}{own} ({++again})";
                foreach (var inner in node.Graphs()) graphs.Enqueue((inner, $"{name}/"));
            }
        return nodes;
    }

    static IEnumerable<string> Changes(NodeProto a, NodeProto b)
    {
        if (a.OpType != b.OpType || a.Domain != b.Domain)
            yield return $"{$"{a.Domain} {a.OpType}".Trim()} → {$"{b.Domain} {b.OpType}".Trim()}";
        if (!a.Input.SequenceEqual(b.Input)) yield return $"reads {string.Join(", ", a.Input)} → {string.Join(", ", b.Input)}";
        if (!a.Output.SequenceEqual(b.Output)) yield return $"writes {string.Join(", ", a.Output)} → {string.Join(", ", b.Output)}";
        var (before, after) = (Attributes(a), Attributes(b));
        foreach (var name in before.Keys.Union(after.Keys))
        {
            var (x, y) = (before.GetValueOrDefault(name), after.GetValueOrDefault(name));
            // Nodes of graphs inside are compared one by one.
            if (x?.G is not null && y?.G is not null || Equals(x, y)) continue;
            yield return $"{(x is null ? $"without {name}" : ModelText.Of(x))} → {(y is null ? $"without {name}" : ModelText.Of(y))}";
        }
    }

    static Dictionary<string, AttributeProto> Attributes(NodeProto node) =>
        node.Attribute.GroupBy(a => a.Name).ToDictionary(g => g.Key, g => g.Last());

    static IEnumerable<string> Changes((TensorProto Tensor, string Folder) a, (TensorProto Tensor, string Folder) b)
    {
        if (ModelText.Of(a.Tensor) is var before && ModelText.Of(b.Tensor) is var after && before != after)
        {
            yield return $"{before} → {after}";
            yield break;
        }
        if (OnnxTensors.DTypeOf(a.Tensor.DataType) is null)
        {
            if (!a.Tensor.Equals(b.Tensor)) yield return "other elements";
            yield break;
        }
        var (x, y) = (a.Tensor.Read(a.Folder), b.Tensor.Read(b.Folder));
        if (!x.BitEquals(y)) yield return FormattableString.Invariant($"elements differ by up to {Largest(x, y):0.0e+0}");
    }

    /// <summary>The largest |a − b|; infinite where only one is a number.</summary>
    public static double Largest(Tensor a, Tensor b)
    {
        var worst = 0.0;
        for (var i = 0; i < a.Count; i++)
        {
            var (x, y) = (a.GetDouble(i), b.GetDouble(i));
            if (x.Equals(y)) continue;
            var difference = Math.Abs(x - y);
            worst = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(worst, difference);
        }
        return worst;
    }
}
