using FunctionalDL.Ops;
using Google.Protobuf;

namespace FunctionalDL.Onnx;

/// <summary>Writes expressions as an ONNX graph: equal nodes once, equal constants once, sizes computed from the inputs' shapes.</summary>
sealed class OnnxWriter : IOnnxGraph
{
    readonly GraphProto graph = new();
    readonly Dictionary<Expr, string> values = [];
    readonly Results<string> several = new();
    readonly Dictionary<ByteString, string> constants = [];
    readonly Dictionary<(ByteString, int Outputs), string[]> written = [];
    readonly Dictionary<string, string> sizes = [];
    readonly Dictionary<string, (string Input, int Axis)> symbols = [];
    readonly HashSet<string> names = [];
    readonly Dictionary<string, int> counts = [];
    readonly Dictionary<string, Expr> origins = [];

    OnnxWriter() { }

    /// <summary>The writer of a graph inside another's node, which sees that one's values.</summary>
    OnnxWriter(OnnxWriter outer) => (symbols, names, counts, origins) = (outer.symbols, outer.names, outer.counts, outer.origins);

    /// <summary>The graph of the outputs; variables with a value among the parameters become initializers, the others inputs.</summary>
    public static GraphProto Write(IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, OnnxOptions options) =>
        WriteAll(outputs, parameters, options).graph;

    /// <summary>The expression that each of the graph's nodes is written for, by the node's name.</summary>
    public static IReadOnlyDictionary<string, Expr> Origins(IReadOnlyList<(string Name, Expr Value)> outputs) =>
        WriteAll(outputs, TensorSet.Empty, new()).origins;

    static OnnxWriter WriteAll(IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, OnnxOptions options)
    {
        if (outputs.Count == 0) throw new FunctionalException("ONNX: there are no outputs. Give at least one.");
        var writer = new OnnxWriter();
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
        foreach (var node in Graph.TopologicalOrder(outputs))
        {
            var first = graph.Node.Count;
            string[] Inputs() => [.. node.Inputs.Select(x => values[x])];
            if (node.VariableName is { } name) values[node] = variable(name);
            else if (node.Op is MultiResultOp) values[node] = several.Of(node, op => op.ToOnnxAll(this, op.All(node), Inputs()));
            else values[node] = node.Op.ToOnnx(this, node, Inputs());
            foreach (var written in graph.Node.Skip(first)) origins[written.Name] = node;
        }
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
                graph.Initializer.Add(value.ToProto(name));
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
            // Runtimes are slower where the places of the largest elements are asked for.
            if (node.OpType == "MaxPool" && node.Output.Count == 2 && !used.Contains(node.Output[1])) node.Output.RemoveAt(1);
        }
        TensorProto[] initializers = [.. graph.Initializer.Where(i => used.Contains(i.Name))];
        graph.Node.Clear();
        graph.Node.AddRange(nodes);
        graph.Initializer.Clear();
        graph.Initializer.AddRange(initializers);
    }

    /// <summary>The values a node reads, itself and in the graphs inside it.</summary>
    static IEnumerable<string> Reads(NodeProto node) =>
        node.Input.Concat(node.Attribute.Where(a => a.G is not null).SelectMany(a => a.G.Node).SelectMany(Reads));

    public string Node(string opType, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Nodes(opType, 1, inputs, attributes)[0];

    public string[] Nodes(
        string opType,
        int outputs,
        ReadOnlySpan<string> inputs,
        params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new NodeProto { OpType = opType };
        foreach (var input in inputs) node.Input.Add(input);
        foreach (var (name, value) in attributes) node.Attribute.Add(Attribute(name, value));
        var key = (node.ToByteString(), outputs);
        if (written.TryGetValue(key, out var known)) return known;
        string[] results = [.. Enumerable.Range(0, outputs).Select(_ => Fresh(opType.ToLowerInvariant()))];
        node.Name = results[0];
        node.Output.Add(results);
        graph.Node.Add(node);
        return written[key] = results;
    }

    static AttributeProto Attribute(string name, object value) =>
        value switch
        {
            long i => new()
            {
                Name = name,
                Type = AttributeProto.Types.AttributeType.Int,
                I = i,
            },
            DType dtype => new()
            {
                Name = name,
                Type = AttributeProto.Types.AttributeType.Int,
                I = dtype.OnnxCode(),
            },
            float f => new()
            {
                Name = name,
                Type = AttributeProto.Types.AttributeType.Float,
                F = f,
            },
            string s => new()
            {
                Name = name,
                Type = AttributeProto.Types.AttributeType.String,
                S = ByteString.CopyFromUtf8(s),
            },
            GraphProto graph => new()
            {
                Name = name,
                Type = AttributeProto.Types.AttributeType.Graph,
                G = graph,
            },
            long[] ints => new()
            {
                Name = name,
                Type = AttributeProto.Types.AttributeType.Ints,
                Ints = { ints },
            },
            _ => throw new ArgumentException(
                $"ONNX: attribute {name} of type {value.GetType().Name} is not one this writer knows.",
                nameof(value)),
        };

    string Fresh(string stem)
    {
        string name;
        do name = $"{stem}{counts[stem] = counts.GetValueOrDefault(stem) + 1}";
        while (!names.Add(name));
        return name;
    }

    public string Constant(Tensor value)
    {
        var proto = value.ToProto("");
        var key = proto.ToByteString();
        if (constants.TryGetValue(key, out var known)) return known;
        proto.Name = Fresh("constant");
        graph.Initializer.Add(proto);
        return constants[key] = proto.Name;
    }

    public string Shape(Shape shape)
    {
        if (shape.IsKnown) return Constant(Tensor.Vector([.. shape.Select(d => (long)d.Size)]));
        string[] parts = [.. shape.Select(dim => Once($"[{dim}]", () => Node("Reshape", [Dim(dim), Constant(Tensor.Vector(1L))])))];
        return parts.Length == 1 ? parts[0] : Once(shape.ToString(), () => Node("Concat", parts, ("axis", 0L)));
    }

    public string Dim(Dim dim) => dim.IsKnown ? Constant((long)dim.Size) : Once(dim.ToString(), () =>
        dim.Polynomial().Select(Term).Aggregate((sum, term) => Node("Add", [sum, term])));

    string Term((string[] Symbols, long Coefficient) term)
    {
        var factors = term.Symbols.Select(Symbol);
        return (term.Coefficient == 1 && term.Symbols.Length > 0 ? factors : factors.Append(Constant(term.Coefficient)))
            .Aggregate((product, factor) => Node("Mul", [product, factor]));
    }

    string Symbol(string symbol) =>
        Once(
            symbol,
            () =>
                symbols.TryGetValue(symbol, out var at)
                    ? Node("Gather", [Once($"shape of {at.Input}", () => Node("Shape", [at.Input])), Constant((long)at.Axis)], ("axis", 0L))
                    : throw new UnsupportedOnnxException(
                        $"ONNX: the size of \"{symbol}\" does not follow from an input. Make a variable whose shape names it an input."));

    string Once(string what, Func<string> write) => sizes.TryGetValue(what, out var name) ? name : sizes[what] = write();

    public string WithoutBroadcast(Expr x) => values[x.Op is BroadcastOp ? x.Inputs[0] : x];
}
