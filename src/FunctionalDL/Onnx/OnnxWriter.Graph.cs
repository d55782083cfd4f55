using FunctionalDL.Ops;
using Google.Protobuf;

namespace FunctionalDL.Onnx;

/// <summary>The nodes, constants and sizes that ops write.</summary>
sealed partial class OnnxWriter
{
    readonly Dictionary<ByteString, string> constants = [];
    readonly Dictionary<Tensor, string> large = [];
    readonly Dictionary<string, Tensor> constantValues = [];
    readonly Dictionary<(ByteString, int Outputs), string[]> written = [];
    readonly Dictionary<string, string> sizes = [];
    string place = "";

    public int Opset => options.Opset;

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
        Adapt(node);
        var key = (node.ToByteString(), outputs);
        if (written.TryGetValue(key, out var known)) return known;
        string[] results = [.. Enumerable.Range(0, outputs).Select(_ => FreshNode(opType))];
        node.Name = results[0];
        node.Output.Add(results);
        graph.Node.Add(node);
        return written[key] = results;
    }

    void Adapt(NodeProto node)
    {
        try
        {
            Opsets.Adapt(node, Opset, constantValues.GetValueOrDefault);
        }
        catch (UnsupportedOnnxException e) when (e.Node is null && current is not null)
        {
            throw new UnsupportedOnnxException(e.Message, current);
        }
    }

    /// <summary>The layer's path and the operator, such as <c>encoder1/attention1/MatMul</c>, and from the second on a number.</summary>
    string FreshNode(string opType)
    {
        var stem = place.Length == 0 ? opType : $"{place}/{opType}";
        if (!counts.ContainsKey(stem) && names.Add(stem))
        {
            counts[stem] = 1;
            return stem;
        }
        return Fresh(stem + "_");
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
        if (data.IsOutside(value))
        {
            if (large.TryGetValue(value, out var same)) return same;
            var name = large[value] = Fresh("constant");
            var held = data.Hold(value, name);
            held.DocString = OnnxTypes.ConstantMark;
            graph.Initializer.Add(held);
            return name;
        }
        var proto = value.ToProto("");
        var key = proto.ToByteString();
        if (constants.TryGetValue(key, out var known)) return known;
        (proto.Name, proto.DocString) = (Fresh("constant"), OnnxTypes.ConstantMark);
        graph.Initializer.Add(proto);
        constantValues[proto.Name] = value;
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
