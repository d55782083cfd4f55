using Google.Protobuf;

namespace FunctionalDL.Onnx;

/// <summary>A model's message, checked as far as it can be before its nodes are looked at.</summary>
sealed class OnnxSource
{
    const int OldestIr = 3, NewestIr = 13;

    /// <summary>The versions of the standard's operators that are read.</summary>
    public const int OldestOpset = 1, NewestOpset = 24;

    readonly ExternalData? external;
    readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
    readonly Dictionary<TensorProto, ReadOnlyMemory<byte>> inPlace;

    OnnxSource(ReadOnlyMemory<byte> bytes, string name, ExternalData? external)
    {
        var (model, places) = OnnxFile.ParseInPlace(bytes, name);
        (Model, Name, this.external, inPlace) = (model, name, external, new(places, ReferenceEqualityComparer.Instance));
        if (model.Graph is null)
            throw new OnnxImportException($"ONNX: {name} has no graph. It is no ONNX model, or was cut short.");
        if (model.IrVersion is < OldestIr or > NewestIr)
            throw new OnnxImportException($"ONNX: {name} is of IR version {model.IrVersion}; {OldestIr} to {NewestIr} are read. "
                + "Convert it with the tools of the onnx project.");
        Opsets = Versions(model.OpsetImport);
        foreach (var function in model.Functions)
            if (!Functions.TryAdd((DomainOf(function.Domain), function.Name, function.Overload), function))
                throw new OnnxImportException($"ONNX: {name} has two functions \"{function.Domain}.{function.Name}\". "
                    + "Names are used once.");
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FunctionalException">The file cannot be read, or is no ONNX model.</exception>
    public static OnnxSource Load(string path) => new(OnnxFile.Bytes(path), path, new(path));

    /// <summary>Reads bytes.</summary>
    /// <inheritdoc cref="Load"/>
    public static OnnxSource Parse(ReadOnlyMemory<byte> bytes) => new(bytes, "the model", null);

    public ModelProto Model { get; }

    /// <summary>What errors call it.</summary>
    public string Name { get; }

    public IReadOnlyDictionary<string, long> Opsets { get; }

    /// <summary>The functions by domain, name and overload.</summary>
    public Dictionary<(string Domain, string Name, string Overload), FunctionProto> Functions { get; } = [];

    /// <summary>The standard's domain has two names.</summary>
    public static string DomainOf(string domain) => domain == "ai.onnx" ? "" : domain;

    /// <summary>The versions of operators by domain.</summary>
    /// <exception cref="OnnxImportException">The standard's is one that is not read.</exception>
    public Dictionary<string, long> Versions(IEnumerable<OperatorSetIdProto> imports)
    {
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var import in imports)
            if (!versions.TryAdd(DomainOf(import.Domain), import.Version) && versions[DomainOf(import.Domain)] != import.Version)
                throw new OnnxImportException($"ONNX: {Name} imports two versions of the operators of \"{import.Domain}\". "
                    + "The file is damaged.");
        if (versions.TryGetValue("", out var opset) && opset is < OldestOpset or > NewestOpset)
            throw new OnnxImportException($"ONNX: {Name} uses operators of opset {opset}; {OldestOpset} to {NewestOpset} are read. "
                + "Convert it with the tools of the onnx project, or export it again for another opset.");
        return versions;
    }

    /// <summary>The value of a tensor; one with a name of its own is read once.</summary>
    public Tensor Read(TensorProto proto) =>
        TensorReader.Read(proto, inPlace.TryGetValue(proto, out var bytes) ? bytes : proto.RawData.Memory, external);

    /// <summary>The value of an initializer of the model's graph, whose bytes are then given back.</summary>
    public Tensor Initializer(TensorProto proto)
    {
        if (tensors.TryGetValue(proto.Name, out var known)) return known;
        var value = tensors[proto.Name] = Read(proto);
        proto.RawData = ByteString.Empty;
        inPlace.Remove(proto);
        foreach (var list in new System.Collections.IList[] { proto.FloatData, proto.DoubleData, proto.Int32Data, proto.Int64Data })
            list.Clear();
        proto.Uint64Data.Clear();
        return value;
    }
}
