using Google.Protobuf;

namespace FunctionalDL.Onnx;

/// <summary>ONNX files as messages.</summary>
static class OnnxFile
{
    /// <summary>The model in a file; tensors beside it stay where they are.</summary>
    /// <exception cref="DataException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="OnnxImportException">It holds no ONNX model.</exception>
    public static ModelProto Read(string path) => Parse(Bytes(path), path);

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="DataException">There is no such file, or it cannot be read.</exception>
    public static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"ONNX: {path} cannot be read: {e.Message} Name a file that exists and can be read.", e);
        }
    }

    /// <summary>The model of some bytes, which come from somewhere.</summary>
    /// <exception cref="OnnxImportException">They are no ONNX model.</exception>
    public static ModelProto Parse(ReadOnlyMemory<byte> bytes, string source) =>
        Parsed(() => ModelProto.Parser.ParseFrom(bytes.Span), model => model, source);

    /// <summary>The same, where the bytes of large initializers stay where they are.</summary>
    /// <inheritdoc cref="Parse"/>
    public static (ModelProto Model, IReadOnlyDictionary<TensorProto, ReadOnlyMemory<byte>> Bytes) ParseInPlace(
        ReadOnlyMemory<byte> bytes, string source) => Parsed(() => InPlace.Parse(bytes), parsed => parsed.Model, source);

    static T Parsed<T>(Func<T> parse, Func<T, ModelProto> model, string source)
    {
        try
        {
            var parsed = parse();
            Checked(model(parsed), source);
            return parsed;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new OnnxImportException(
                $"ONNX: {source} is no ONNX model, was cut short, or has graphs nested too deep: {e.Message}", e);
        }
    }

    static ModelProto Checked(ModelProto model, string source) => model.Graph is not null ? model
        : throw new OnnxImportException($"ONNX: {source} has no graph. It is no ONNX model, or was cut short.");

    /// <summary>The version of the operators of the default domain; 0 where the model imports none.</summary>
    public static long Opset(this ModelProto model) => model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 0;

    /// <summary>The values a node reads, itself and in the graphs inside it, of whatever depth.</summary>
    public static IEnumerable<string> Reads(this NodeProto node)
    {
        var nodes = new Stack<NodeProto>([node]);
        while (nodes.TryPop(out var next))
        {
            foreach (var name in next.Input) yield return name;
            foreach (var graph in next.Graphs())
                foreach (var inner in graph.Node) nodes.Push(inner);
        }
    }

    /// <summary>The graphs inside a node, such as the branches of a choice and the steps of a loop.</summary>
    public static IEnumerable<GraphProto> Graphs(this NodeProto node) =>
        node.Attribute.SelectMany(a => a.G is null ? a.Graphs : a.Graphs.Append(a.G));

    /// <summary>The graph of a model and all graphs inside its nodes.</summary>
    public static IEnumerable<GraphProto> AllGraphs(this ModelProto model)
    {
        var graphs = new Stack<GraphProto>([model.Graph]);
        while (graphs.TryPop(out var next))
        {
            yield return next;
            foreach (var inner in next.Node.SelectMany(Graphs)) graphs.Push(inner);
        }
    }

    /// <summary>The names of the files beside a model that hold tensors of it.</summary>
    public static IEnumerable<string> ExternalFiles(this ModelProto model) =>
        model.AllGraphs().SelectMany(g => g.Initializer).Where(t => t.DataLocation == TensorProto.Types.DataLocation.External)
            .Select(t => t.External("location") ?? "").Distinct().Order(StringComparer.Ordinal);

    /// <summary>What a tensor says of where it lies; null where it does not say.</summary>
    public static string? External(this TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;

    /// <summary>A file of a name in a model's folder, or in one within it: a model names no others.</summary>
    /// <exception cref="OnnxImportException">The name leads out of the folder.</exception>
    public static string Beside(string folder, string name) =>
        new ExternalData(Path.Combine(folder, "model")).Inside(name, "a tensor of the model");
}
