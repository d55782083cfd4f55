using FunctionalDL.Ops;

namespace FunctionalDL.Onnx;

/// <summary>Writes expressions as an ONNX graph: equal nodes once, equal constants once, sizes computed from the inputs' shapes.</summary>
sealed partial class OnnxWriter : IOnnxGraph
{
    const int LongestDocumentation = 100, LargestBetween = 1 << 16;

    readonly OnnxOptions options;
    readonly OnnxData data;
    readonly GraphProto graph = new();
    readonly Dictionary<Expr, string> values = [];
    readonly Results<string> several = new();
    readonly Dictionary<Expr, (Tensor Value, long Elements)> folded = [];
    readonly LayerPaths paths;
    readonly Dictionary<string, (string Input, int Axis)> symbols = [];
    readonly HashSet<string> names = [];
    readonly Dictionary<string, int> counts = [];
    readonly Dictionary<string, Expr> origins = [];
    readonly HashSet<string> described = [];
    Expr? current;

    OnnxWriter(OnnxOptions options, OnnxData data) => (this.options, this.data, paths) = (options, data, new(""));

    /// <summary>The writer of a graph inside another's node, which sees that one's values.</summary>
    OnnxWriter(OnnxWriter outer)
    {
        (options, data, paths) = (outer.options, outer.data, new(outer.place));
        (symbols, names, counts, origins) = (outer.symbols, outer.names, outer.counts, outer.origins);
    }

    /// <summary>The graph of the outputs; variables with a value among the parameters become initializers, the others inputs.</summary>
    public static GraphProto Write(
        IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, OnnxOptions options, OnnxData data) =>
        WriteAll(outputs, parameters, options, data).graph;

    /// <summary>The expression that each of the graph's nodes is written for, by the node's name.</summary>
    public static IReadOnlyDictionary<string, Expr> Origins(IReadOnlyList<(string Name, Expr Value)> outputs, OnnxOptions options) =>
        WriteAll(outputs, TensorSet.Empty, options, new(null)).origins;

    static OnnxWriter WriteAll(
        IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, OnnxOptions options, OnnxData data)
    {
        if (outputs.Count == 0) throw new FunctionalException("ONNX: there are no outputs. Give at least one.");
        Opsets.Check(options.Opset);
        var writer = new OnnxWriter(options, data);
        var values = Widening.Apply(ScanOp.Merge([.. outputs.Select(o => o.Value)]));
        writer.Declare(Graph.Variables(values), parameters);
        writer.names.UnionWith(outputs.Select(o => o.Name));
        writer.Add(values, variable => variable);
        foreach (var ((name, _), value) in outputs.Zip(values)) writer.Output(name, value);
        writer.RemoveUnused();
        writer.graph.Name = options.Name;
        writer.graph.DocString = options.Description;
        return writer;
    }

    /// <summary>Adds the nodes of the outputs, where a variable has the value of some name.</summary>
    void Add(IReadOnlyCollection<Expr> outputs, Func<string, string> variable)
    {
        var (written, composites) = Recognition.Of(outputs, options);
        foreach (var node in written)
        {
            var composite = composites.GetValueOrDefault(node);
            var first = graph.Node.Count;
            (current, place) = (node, paths.Of(node, composite?.Inputs ?? node.Inputs));
            values[node] = composite?.Write(this, [.. composite.Inputs.Select(x => values[x])]) ?? Primitive(node, variable);
            foreach (var added in graph.Node.Skip(first)) origins[added.Name] = node;
            Describe(node, first);
        }
    }

    string Primitive(Expr node, Func<string, string> variable)
    {
        if (node.VariableName is { } name) return variable(name);
        if (Folded(node) is { } constant) return Constant(constant);
        string[] x = [.. node.Inputs.Select(x => values[x])];
        return node.Op is MultiResultOp ? several.Of(node, op => op.ToOnnxAll(this, op.All(node), x)) : node.Op.ToOnnx(this, node, x);
    }

    /// <summary>The value of a node of constants, where writing it takes no more elements than writing them.</summary>
    Tensor? Folded(Expr node)
    {
        if (node.ConstantValue is { } constant)
        {
            folded[node] = (constant, constant.Count);
            return constant;
        }
        if (options.PrimitivesOnly || node.Inputs.IsEmpty || node.Op is MultiResultOp || !node.Shape.IsKnown) return null;
        if (!node.Inputs.All(folded.ContainsKey)) return null;
        var written = node.Inputs.Distinct().Sum(x => folded[x].Elements);
        // What is larger in between may come to something small.
        if (node.Shape.Aggregate(1.0, (count, size) => count * size.Size) > Math.Max(written, LargestBetween)) return null;
        try
        {
            var value = node.Op.Evaluate([.. node.Inputs.Select(x => folded[x].Value)], node.Type, Sizes.None);
            folded[node] = (value, Math.Min(value.Count, written));
            return value.Count <= written ? value : null;
        }
        catch (FunctionalException)
        {
            // An error when the model runs, as it is for the evaluator.
            return null;
        }
    }

    /// <summary>Says of the node's value what it is: its type, and the op it comes from.</summary>
    void Describe(Expr node, int first)
    {
        var name = values[node];
        if (graph.Node.Count == first || !graph.Node.Skip(first).Any(added => added.Output.Contains(name)) || !described.Add(name)) return;
        var documentation = node.Op.ToString();
        var info = OnnxTypes.ValueInfo(name, node.Type);
        info.DocString = documentation.Length <= LongestDocumentation ? documentation : documentation[..LongestDocumentation] + "…";
        graph.ValueInfo.Add(info);
    }

    public object Subgraph(IEnumerable<Expr> inputs, IEnumerable<(Expr Variable, string Name)> outer, IReadOnlyCollection<Expr> outputs)
    {
        var inner = new OnnxWriter(this);
        var variables = outer.ToDictionary(o => o.Variable.VariableName!, o => o.Name);
        foreach (var input in inputs)
        {
            var name = variables[input.VariableName!] = Fresh("step");
            inner.graph.Input.Add(OnnxTypes.ValueInfo(name, input.Type));
        }
        inner.Add(outputs, name => variables[name]);
        foreach (var output in outputs) inner.Output(Fresh("result"), output);
        inner.RemoveUnused();
        inner.graph.Name = Fresh("body");
        return inner.graph;
    }

    void Declare(IReadOnlyList<Expr> variables, TensorSet parameters)
    {
        foreach (var variable in variables)
        {
            var name = variable.VariableName!;
            names.Add(name);
            if (parameters.TryGetValue(name, out var value))
            {
                if (new TensorType(value.DType, value.Shape) != variable.Type)
                    throw new FunctionalException(
                        $"ONNX: parameter \"{name}\" is {variable.Type}, its value {value.Describe()}. Give the value of this model.");
                var proto = data.Hold(value, name);
                if (variable.Op is VariableOp { IsStatistic: true }) proto.DocString = OnnxTypes.StatisticMark;
                graph.Initializer.Add(proto);
                continue;
            }
            graph.Input.Add(OnnxTypes.ValueInfo(name, variable.Type));
            for (var axis = 0; axis < variable.Rank; axis++)
                if (variable.Shape[axis].Name is { } symbol) symbols.TryAdd(symbol, (name, axis));
        }
    }

    /// <summary>A graph output is a value of that name; an Identity names it, which runtimes remove.</summary>
    void Output(string name, Expr value)
    {
        if (name.Length == 0) throw new FunctionalException($"ONNX: an output ({value.Type}) has no name. Name it.");
        if (graph.Output.Any(o => o.Name == name) || graph.Input.Any(i => i.Name == name) || graph.Initializer.Any(i => i.Name == name))
            throw new FunctionalException($"ONNX: the output \"{name}\" has the name of another input, parameter or output. Rename it.");
        graph.Node.Add(new NodeProto { OpType = "Identity", Name = $"{name}.identity", Input = { values[value] }, Output = { name } });
        graph.Output.Add(OnnxTypes.ValueInfo(name, value.Type));
    }

    /// <summary>Removes what no output needs, such as broadcasts that the ops behind them do themselves.</summary>
    void RemoveUnused()
    {
        var used = graph.Output.Select(o => o.Name).ToHashSet();
        var nodes = new Stack<NodeProto>();
        foreach (var node in graph.Node.Reverse().Where(node => node.Output.Any(used.Contains)))
        {
            used.UnionWith(Reads(node));
            nodes.Push(node);
            LeaveOut(node, used);
        }
        TensorProto[] initializers = [.. graph.Initializer.Where(i => used.Contains(i.Name))];
        var made = nodes.SelectMany(node => node.Output).ToHashSet();
        ValueInfoProto[] infos = [.. graph.ValueInfo.Where(info => made.Contains(info.Name))];
        graph.Node.Clear();
        graph.Node.AddRange(nodes);
        graph.Initializer.Clear();
        graph.Initializer.AddRange(initializers);
        graph.ValueInfo.Clear();
        graph.ValueInfo.AddRange(infos);
    }

    /// <summary>Runtimes are slower where results are asked for that nothing needs, such as the places of the largest elements.</summary>
    static void LeaveOut(NodeProto node, HashSet<string> used)
    {
        if (node.OpType is not ("MaxPool" or "LSTM" or "GRU" or "RNN")) return;
        for (var i = node.Output.Count - 1; i >= 0; i--)
            if (used.Contains(node.Output[i])) continue;
            else if (i == node.Output.Count - 1) node.Output.RemoveAt(i);
            else if (node.OpType != "MaxPool") node.Output[i] = "";
    }

    /// <summary>The values a node reads, itself and in the graphs inside it.</summary>
    static IEnumerable<string> Reads(NodeProto node) =>
        node.Input.Concat(node.Attribute.Where(a => a.G is not null).SelectMany(a => a.G.Node).SelectMany(Reads));
}
