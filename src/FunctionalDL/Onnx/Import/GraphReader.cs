using FunctionalDL.Ops;

namespace FunctionalDL.Onnx;

/// <summary>
/// Reads a graph node by node, by the rules of <see cref="OnnxOperators"/>: shape arithmetic becomes numbers and named dimensions,
/// constants are computed, functions are read where they are called. What cannot be read is collected.
/// </summary>
sealed class GraphReader
{
    const int Deepest = 64, Most = 2_000_000;

    readonly GraphReader? outer;
    readonly IReadOnlyDictionary<string, long> opsets;
    readonly Dictionary<string, OnnxValue> values = new(StringComparer.Ordinal);
    readonly HashSet<string> failed = new(StringComparer.Ordinal);
    readonly HashSet<string> inputs;
    readonly List<OnnxProblem> problems;
    readonly NodeCount read;
    readonly int depth;

    /// <summary>The reader of a model's graph.</summary>
    public GraphReader(OnnxSource file, ImportScope scope, IEnumerable<(string Name, OnnxValue Value)> given, IEnumerable<string> inputs)
    {
        (File, Scope, opsets, problems, read, this.inputs) = (file, scope, file.Opsets, [], new(), [.. inputs]);
        foreach (var (name, value) in given) values[name] = value;
    }

    GraphReader(GraphReader around, GraphReader? outer, IReadOnlyDictionary<string, long> opsets)
    {
        (File, Scope, problems, read, inputs, depth) =
            (around.File, around.Scope, around.problems, around.read, around.inputs, around.depth + 1);
        (this.outer, this.opsets) = (outer, opsets);
        FunctionAttributes = outer?.FunctionAttributes ?? FunctionAttributes;
        if (depth > Deepest)
            throw new OnnxImportException($"ONNX: {File.Name} has graphs or functions more than {Deepest} deep, or a function that calls "
                + "itself. Flatten them.");
    }

    public OnnxSource File { get; }

    public ImportScope Scope { get; }

    /// <summary>The attributes of the call, where the graph is a function's.</summary>
    public IReadOnlyDictionary<string, AttributeProto> FunctionAttributes { get; private init; } = new Dictionary<string, AttributeProto>();

    public bool IsInput(string name) => inputs.Contains(name);

    bool IsKnown(string name) => values.ContainsKey(name) || failed.Contains(name) || (outer?.IsKnown(name) ?? false);

    bool HasFailed(string name) => failed.Contains(name) || !values.ContainsKey(name) && (outer?.HasFailed(name) ?? false);

    OnnxValue Find(string name) => values.TryGetValue(name, out var value) ? value : outer!.Find(name);

    /// <summary>The values of some names of the graph.</summary>
    /// <exception cref="OnnxImportException">Some nodes cannot be read; all are listed.</exception>
    public OnnxValue[] Read(GraphProto graph, IReadOnlyList<string> outputs)
    {
        Initialize(graph);
        ReadAll(graph.Node, outputs);
        if (problems.Count > 0) throw new OnnxImportException(File.Name, problems);
        return [.. outputs.Select(Find)];
    }

    void Initialize(GraphProto graph)
    {
        if (graph.SparseInitializer.Count > 0)
            throw new OnnxImportException($"ONNX: {File.Name} has sparse initializers, which have no form here. Store them dense.");
        foreach (var proto in graph.Initializer)
        {
            if (proto.Name.Length == 0)
                throw new OnnxImportException($"ONNX: an initializer of {File.Name} has no name. The file is damaged.");
            if (values.ContainsKey(proto.Name) && !inputs.Contains(proto.Name))
                throw new OnnxImportException($"ONNX: two initializers of {File.Name} are called \"{proto.Name}\". Names are used once.");
            if (Initial(proto) is { } value) values[proto.Name] = value;
            else failed.Add(proto.Name);
        }
    }

    OnnxValue? Initial(TensorProto proto)
    {
        Tensor tensor;
        try
        {
            tensor = outer is null ? File.Initializer(proto) : File.Read(proto);
        }
        catch (OnnxNodeException e)
        {
            problems.Add(new("initializer", "ai.onnx", opsets.GetValueOrDefault(""), proto.Name, "no inputs", e.Message)
            {
                IsUnsupported = e.IsUnsupported,
            });
            return null;
        }
        if (!tensor.DType.IsFloat() || proto.DocString == OnnxTypes.ConstantMark) return OnnxValue.Of(Expr.Constant(tensor));
        var isStatistic = proto.DocString == OnnxTypes.StatisticMark;
        return OnnxValue.Initializer(proto.Name, tensor, () => Parameter(proto.Name, tensor, isStatistic));
    }

    /// <summary>A parameter is a float32 or float64; one of fewer bits is a float32 that is rounded where it is used.</summary>
    Expr Parameter(string name, Tensor value, bool isStatistic)
    {
        var wide = value.Cast(value.DType.Lane());
        return (isStatistic ? Scope.Statistic(name, wide) : Scope.Parameter(name, wide)).Cast(value.DType);
    }

    void ReadAll(IReadOnlyList<NodeProto> nodes, IReadOnlyList<string> outputs)
    {
        foreach (var node in NodeOrder.Of(nodes, outputs, IsKnown))
        {
            if (node.Input.Any(name => name.Length > 0 && HasFailed(name)) || !TryRead(node)) failed.UnionWith(node.Output);
        }
    }

    /// <summary>The values of a graph's outputs inside a node, which sees the values around it.</summary>
    public OnnxValue[] Inner(GraphProto graph, IReadOnlyList<OnnxValue> given)
    {
        var inner = new GraphReader(this, this, opsets);
        if (graph.Input.Count != given.Count)
            throw new OnnxNodeException($"a graph of {graph.Input.Count} inputs stands where {given.Count} are given.");
        foreach (var (input, value) in graph.Input.Zip(given)) inner.values[input.Name] = value;
        inner.Initialize(graph);
        return inner.Results(graph.Node, [.. graph.Output.Select(o => o.Name)]);
    }

    OnnxValue[] Results(IReadOnlyList<NodeProto> nodes, string[] outputs)
    {
        ReadAll(nodes, outputs);
        if (outputs.Any(HasFailed)) throw new InnerProblems();
        return [.. outputs.Select(Find)];
    }

    /// <summary>A graph inside has problems, which are listed already.</summary>
    sealed class InnerProblems() : FunctionalException("a graph inside has nodes that cannot be read.");

    OnnxValue[] Call(FunctionProto function, OnnxNode node, NodeProto proto)
    {
        var defaults = function.AttributeProto.ToDictionary(a => a.Name);
        foreach (var (name, value) in node.AllAttributes) defaults[name] = value;
        var inner = new GraphReader(this, null, File.Versions(function.OpsetImport)) { FunctionAttributes = defaults };
        foreach (var (name, value) in function.Input.Zip(node.Values))
            if (value is not null) inner.values[name] = value;
        return inner.Results(function.Node, [.. function.Output.Take(proto.Output.Count)]);
    }

    /// <summary>The nodes read so far, those of unrolled loops and called functions each time.</summary>
    sealed class NodeCount
    {
        public int Value { get; set; }
    }

    bool TryRead(NodeProto proto)
    {
        if (++read.Value > Most)
            throw new OnnxImportException(FormattableString.Invariant(
                $"ONNX: {File.Name} comes to more than {Most:N0} nodes once its loops are unrolled and its functions called. Flatten it."));
        var domain = OnnxSource.DomainOf(proto.Domain);
        OnnxValue?[] given = [.. proto.Input.Select(name => name.Length > 0 ? Find(name) : null)];
        try
        {
            var results = Results(proto, domain, given);
            if (results.Length < proto.Output.Count && proto.Output.Skip(results.Length).Any(name => name.Length > 0))
                throw new OnnxNodeException($"it has {proto.Output.Count} outputs, of which {results.Length} have a form here.");
            foreach (var (name, value) in proto.Output.Zip(results))
                if (name.Length > 0) values[name] = value;
            return true;
        }
        catch (InnerProblems)
        {
            return false;
        }
        catch (FunctionalException e) when (e is not OnnxImportException)
        {
            var cause = e as OnnxNodeException;
            problems.Add(new(proto.OpType, domain.Length == 0 ? "ai.onnx" : domain, opsets.GetValueOrDefault(domain),
                NodeOrder.NameOf(proto), Types(given), e.Message)
            {
                Unknown = cause?.Unknown ?? [],
                IsUnsupported = cause?.IsUnsupported ?? false,
            });
            return false;
        }
    }

    OnnxValue[] Results(NodeProto proto, string domain, OnnxValue?[] given)
    {
        if (!opsets.TryGetValue(domain, out var opset) && domain.Length == 0)
            throw new OnnxNodeException("the file does not say which version of the standard's operators it uses.");
        var node = new OnnxNode(this, proto, opset, given);
        if (File.Functions.TryGetValue((domain, proto.OpType, proto.Overload), out var function)) return Call(function, node, proto);
        var rule = OnnxOperators.Find(domain, proto.OpType)
            ?? throw OnnxNodeException.Unsupported("the operator has no form here.");
        if (domain.Length == 0 && opset < rule.Since)
            throw OnnxNodeException.Unsupported($"the operator is read as it is from opset {rule.Since} on. Convert the file with the "
                + "tools of the onnx project.");
        if (given.Any(v => v is { IsSymbolic: true }) && ShapeArithmetic.Read(node) is { } sizes) return sizes;
        return Folded(given, rule.Import(node));
    }

    /// <summary>Constants computed from constants.</summary>
    static OnnxValue[] Folded(OnnxValue?[] given, OnnxValue[] results)
    {
        if (!given.All(v => v is null or { IsConstant: true })) return results;
        bool IsFolded(OnnxValue value) => value is { List: null, Tensor: null, IsSymbolic: false }
            && value.Expression is { Op: not ConstantOp } e
            && Graph.Variables([e]).Count == 0 && Graph.TopologicalOrder(e).All(IsQuick);
        var folded = results.Where(IsFolded).ToArray();
        if (folded.Length == 0) return results;
        var computed = Evaluator.Evaluate([.. folded.Select(v => v.Expression)], TensorSet.Empty);
        var known = folded.Zip(computed, (value, tensor) => KeyValuePair.Create(value, OnnxValue.Of(Expr.Constant(tensor)))).ToDictionary();
        return [.. results.Select(value => known.GetValueOrDefault(value, value))];
    }

    /// <summary>Whether a node is computed now, and not whenever the model runs: it is small, and sums few products.</summary>
    static bool IsQuick(Expr node)
    {
        const int largest = 1 << 22, largestSum = 1 << 12;
        if (node.Op is SizeOfOp || !node.Shape.IsKnown) return false;
        if (node.Shape.Aggregate(1.0, (count, size) => count * size.Size) > largest) return false;
        return node.Op is not (MatMulOp or ConvolutionOp or MultiResultOp) || node.Shape.ElementCount <= largestSum;
    }

    static string Types(OnnxValue?[] given) => given.Length == 0 ? "no inputs" : $"({string.Join(", ", given.Select(Type))})";

    static string Type(OnnxValue? value)
    {
        if (value is null) return "none";
        return value.List is { } list ? $"list of {list.Length}" : value.Type.ToString();
    }
}
