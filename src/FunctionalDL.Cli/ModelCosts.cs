using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL.Cli;

/// <summary>
/// About what a model takes: operations on numbers, of which a product or a convolution counts its multiplications and additions and any
/// other node one for each element; and the most memory for values between nodes, if each is kept until it was last read.
/// </summary>
/// <param name="Operations">The operations; null where shapes are unknown.</param>
/// <param name="PeakBytes">The memory; null where shapes are unknown.</param>
/// <param name="Remark">What is not counted, or why nothing is.</param>
sealed record ModelCosts(double? Operations, double? PeakBytes, string Remark)
{
    /// <summary>A value: its sizes, and the bytes of an element.</summary>
    readonly record struct Known(long[] Sizes, int Bytes)
    {
        public double Elements => Sizes.Aggregate(1.0, (product, size) => product * size);
    }

    /// <summary>
    /// The costs at some sizes. Shapes are those the file says; where it does not say all, the model is run once on random inputs.
    /// </summary>
    public static ModelCosts Of(ModelProto model, string path, Dictionary<string, int> sizes)
    {
        try
        {
            var shapes = Said(model, sizes);
            if (model.Graph.Node.SelectMany(Written).Any(name => !shapes.ContainsKey(name)))
                foreach (var (name, value) in Measured(model.Inlined(ModelText.Folder(path)), sizes))
                    shapes[name] = new([.. value.Shape.Select(d => (long)d.Size)], value.DType.ByteSize());
            var unknown = model.Graph.Node.SelectMany(n => n.Input.Where(i => i.Length > 0).Concat(Written(n)))
                .FirstOrDefault(name => !shapes.ContainsKey(name));
            if (unknown is not null) return new(null, null, $"the shape of \"{unknown}\" is unknown");
            var inside = model.Graph.Node.Count(n => n.Graphs().Any());
            return new(
                model.Graph.Node.Sum(node => Count(node, shapes)),
                Peak(model.Graph, shapes),
                inside > 0 ? $"without what is inside of {inside} loops or branches" : "");
        }
        catch (Exception e) when (e is FunctionalException or OverflowException)
        {
            return new(null, null, $"shapes are unknown: {e.Message}");
        }
    }

    static IEnumerable<string> Written(NodeProto node) => node.Output.Where(o => o.Length > 0);

    /// <summary>The shapes that the file says, with sizes for names.</summary>
    static Dictionary<string, Known> Said(ModelProto model, Dictionary<string, int> sizes)
    {
        var shapes = new Dictionary<string, Known>();
        foreach (var tensor in model.Graph.Initializer)
            shapes[tensor.Name] = new([.. tensor.Dims], OnnxTensors.DTypeOf(tensor.DataType)?.ByteSize() ?? sizeof(float));
        foreach (var value in model.Graph.Input.Concat(model.Graph.ValueInfo).Concat(model.Graph.Output))
        {
            if (value.Type?.TensorType is not { Shape: { } shape } type || OnnxTensors.DTypeOf(type.ElemType) is not { } dtype) continue;
            var isInput = model.Graph.Input.Contains(value);
            if (shape.Dim.All(d => isInput || d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue
                || sizes.ContainsKey(d.DimParam)))
                shapes.TryAdd(value.Name, new([.. shape.Dim.Select(d => (long)ModelInputs.Size(d, sizes))], dtype.ByteSize()));
        }
        return shapes;
    }

    /// <summary>The values of all nodes on random inputs.</summary>
    static TensorSet Measured(ModelProto model, Dictionary<string, int> sizes)
    {
        var known = model.Graph.Output.Select(o => o.Name).ToHashSet();
        var values = model.Graph.Node.SelectMany(Written).Where(known.Add).Select(name => new ValueInfoProto { Name = name });
        model.Graph.Output.AddRange(values.ToArray());
        using var session = OnnxSession.Load(model.ToByteArray());
        return session.Run(ModelInputs.Random(model, sizes, seed: 0));
    }

    static double Count(NodeProto node, Dictionary<string, Known> shapes)
    {
        double Result() => shapes[node.Output[0]].Elements;
        Known Input(int i) => shapes[node.Input[i]];
        // Of a kernel [out, in/groups, k…], all but the first axis goes into each element; of a transposed one [in, out/groups, k…],
        // each element of the input goes to all but the first.
        double Kernel() => Input(1).Sizes.Skip(1).Aggregate(1.0, (product, size) => product * size);
        return node.OpType switch
        {
            "MatMul" => 2 * Result() * Input(0).Sizes[^1],
            "Gemm" => 2 * Result() * Input(0).Elements / Math.Max(1, shapes[node.Output[0]].Sizes[0]),
            "Conv" => 2 * Result() * Kernel(),
            "ConvTranspose" => 2 * Input(0).Elements * Kernel(),
            "Constant" or "Identity" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Shape" => 0,
            _ => node.Input.Where(i => i.Length > 0).Concat(Written(node)).Max(name => shapes[name].Elements),
        };
    }

    static double Peak(GraphProto graph, Dictionary<string, Known> shapes)
    {
        var last = new Dictionary<string, int>();
        foreach (var (i, node) in graph.Node.Index())
            foreach (var name in node.Reads().Concat(Written(node))) last[name] = i;
        foreach (var output in graph.Output) last[output.Name] = graph.Node.Count;
        var initialized = graph.Initializer.Select(t => t.Name).ToHashSet();
        double Bytes(string name) => shapes[name].Elements * shapes[name].Bytes;

        var alive = graph.Input.Select(i => i.Name).Where(name => !initialized.Contains(name)).ToHashSet();
        var (now, peak) = (alive.Sum(Bytes), 0.0);
        foreach (var (i, node) in graph.Node.Index())
        {
            foreach (var name in Written(node).Where(alive.Add)) now += Bytes(name);
            peak = Math.Max(peak, now);
            foreach (var name in node.Reads().Concat(Written(node)).Where(n => last[n] == i && alive.Remove(n))) now -= Bytes(name);
        }
        return peak;
    }
}
