using System.Collections.Immutable;

namespace FunctionalDL.Onnx;

/// <summary>A node of an ONNX graph while it becomes expressions: what its inputs stand for, and its attributes.</summary>
sealed class OnnxNode(GraphReader reader, NodeProto proto, long opset, OnnxValue?[] inputs)
{
    readonly Dictionary<string, AttributeProto> attributes = Attributes(reader, proto);

    /// <summary>The version of the operators of the node's domain.</summary>
    public long Opset { get; } = opset;

    public string Operator => proto.OpType;

    public int InputCount => inputs.Length;

    /// <summary>The number of outputs, those without a name too.</summary>
    public int OutputCount => proto.Output.Count;

    public ImportScope Scope => reader.Scope;

    /// <summary>Whether an output is asked for.</summary>
    public bool Gives(int output) => output < proto.Output.Count && proto.Output[output].Length > 0;

    public bool Has(int i) => i < inputs.Length && inputs[i] is not null;

    /// <summary>An input as an expression.</summary>
    public Expr this[int i] => Value(i).Expression;

    public Expr? Optional(int i) => Has(i) ? this[i] : null;

    /// <summary>An input that, where it is an initializer, is no parameter that a gradient moves but a statistic.</summary>
    public Expr Statistic(int i) => Value(i) is { Name: { } name, Tensor: { } value }
        ? Scope.Statistic(name, value.Cast(value.DType.Lane())).Cast(value.DType)
        : this[i];

    public OnnxValue Value(int i) => Has(i) ? inputs[i]! : throw new OnnxNodeException($"input {i} is missing.");

    public IReadOnlyList<OnnxValue?> Values => inputs;

    public Expr[] All() => [.. Enumerable.Range(0, inputs.Length).Select(i => this[i])];

    /// <summary>An input whose value is known.</summary>
    public Tensor Known(int i, string what) => Value(i).Tensor ?? throw Unknown(i, what);

    /// <summary>An input of whole numbers that are known.</summary>
    public long[] Numbers(int i, string what) => Known(i, what).Cast(DType.Int64).ToArray<long>();

    public long Number(int i, string what) => Numbers(i, what) is [var only] ? only
        : throw new OnnxNodeException($"{what} is {Known(i, what).Describe()}, and has to be one number.");

    public int Number32(int i, string what) => Narrow(Number(i, what), what);

    public double Real(int i, string what) => Known(i, what) is { Count: 1 } only ? only.GetDouble(0)
        : throw new OnnxNodeException($"{what} is {Known(i, what).Describe()}, and has to be one number.");

    /// <summary>An input of sizes: numbers, or what is computed from named dimensions.</summary>
    public ImmutableArray<Dim> Dims(int i, string what) => Value(i).Dims ?? throw Unknown(i, what);

    OnnxNodeException Unknown(int i, string what)
    {
        var on = Graph.Variables([this[i]]).Select(v => v.VariableName!).Where(reader.IsInput).ToArray();
        var repair = on.Length == 0 ? "It follows from values that are computed; only what follows from sizes is known."
            : $"It depends on the value of {string.Join(", ", on.Select(name => $"\"{name}\""))}: give that as "
                + "OnnxImportOptions.Fixed, where it is always the same.";
        return new($"{what} has to be known when the model is read. {repair}") { Unknown = on };
    }

    /// <summary>An attribute and, in older versions, or else, an input, of known whole numbers; null where there is neither.</summary>
    public long[]? NumbersOf(string attribute, int input, string what)
    {
        if (Has(input)) return Numbers(input, what);
        return attributes.ContainsKey(attribute) ? Ints(attribute) : null;
    }

    public bool HasAttribute(string name) => attributes.ContainsKey(name);

    public long Int(string name, long otherwise) => Find(name, AttributeProto.Types.AttributeType.Int)?.I ?? otherwise;

    public long Int(string name) => Find(name, AttributeProto.Types.AttributeType.Int)?.I ?? throw Missing(name);

    /// <summary>A number that an axis, a size or a place has.</summary>
    public int Int32(string name, int otherwise) => Narrow(Int(name, otherwise), name);

    public int Int32(string name) => Narrow(Int(name), name);

    public static int Narrow(long value, string what) => value is >= int.MinValue and <= int.MaxValue ? (int)value
        : throw new OnnxNodeException($"{what} is {value}, beyond every array.");

    public bool Flag(string name, bool otherwise = false) => Int(name, otherwise ? 1 : 0) != 0;

    // Exactly as the file has it in float32, and the nearest number of few digits, which is what was meant.
    public double Float(string name, double otherwise) =>
        Find(name, AttributeProto.Types.AttributeType.Float) is { } a ? Written(a.F) : otherwise;

    public string String(string name, string otherwise) =>
        Find(name, AttributeProto.Types.AttributeType.String)?.S.ToStringUtf8() ?? otherwise;

    public long[] Ints(string name) => [.. (Find(name, AttributeProto.Types.AttributeType.Ints) ?? throw Missing(name)).Ints];

    public long[]? OptionalInts(string name) => attributes.ContainsKey(name) ? Ints(name) : null;

    public double[] Floats(string name) =>
        [.. (Find(name, AttributeProto.Types.AttributeType.Floats)?.Floats ?? []).Select(f => Written(f))];

    public string[] Strings(string name) =>
        [.. (Find(name, AttributeProto.Types.AttributeType.Strings)?.Strings ?? []).Select(s => s.ToStringUtf8())];

    public Tensor TensorAttribute(string name) =>
        reader.File.Read((Find(name, AttributeProto.Types.AttributeType.Tensor) ?? throw Missing(name)).T);

    public GraphProto GraphAttribute(string name) => (Find(name, AttributeProto.Types.AttributeType.Graph) ?? throw Missing(name)).G;

    public DType DTypeAttribute(string name, DType otherwise) =>
        attributes.ContainsKey(name) ? TensorReader.DTypeOf((int)Math.Clamp(Int(name), 0, int.MaxValue), $"attribute {name}") : otherwise;

    /// <summary>What a graph inside of the node computes of values for its inputs.</summary>
    public OnnxValue[] Read(GraphProto graph, IReadOnlyList<OnnxValue> values) => reader.Inner(graph, values);

    /// <summary>The nearest number of few decimal digits: 0.01f was written for 0.01.</summary>
    static double Written(float x) =>
        double.Parse(x.ToString("R", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    AttributeProto? Find(string name, AttributeProto.Types.AttributeType type)
    {
        if (!attributes.TryGetValue(name, out var attribute)) return null;
        if (attribute.Type != type && attribute.Type != AttributeProto.Types.AttributeType.Undefined)
            throw new OnnxNodeException($"attribute {name} is of the kind {attribute.Type}, and has to be {type}.");
        var isEmpty = type switch
        {
            AttributeProto.Types.AttributeType.Tensor => attribute.T is null,
            AttributeProto.Types.AttributeType.Graph => attribute.G is null,
            _ => false,
        };
        return isEmpty ? throw new OnnxNodeException($"attribute {name} has no value. The file is damaged.") : attribute;
    }

    static OnnxNodeException Missing(string name) => new($"attribute {name} is missing.");

    /// <summary>The attributes by name; those that stand for one of the function around the node are that one.</summary>
    static Dictionary<string, AttributeProto> Attributes(GraphReader reader, NodeProto proto)
    {
        var found = new Dictionary<string, AttributeProto>(StringComparer.Ordinal);
        foreach (var attribute in proto.Attribute)
        {
            var value = attribute.RefAttrName.Length == 0 ? attribute : reader.FunctionAttributes.GetValueOrDefault(attribute.RefAttrName);
            if (value is not null && !found.TryAdd(attribute.Name, value))
                throw new OnnxNodeException($"attribute {attribute.Name} stands twice. The file is damaged.");
        }
        return found;
    }

    /// <summary>All attributes, for a function that the node calls.</summary>
    public IReadOnlyDictionary<string, AttributeProto> AllAttributes => attributes;
}
