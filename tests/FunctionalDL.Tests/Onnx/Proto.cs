using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL.Tests.Onnx;

/// <summary>ONNX messages made by hand.</summary>
static class Proto
{
    public static NodeProto Node(string op, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = op, Name = outputs[0] + ".node" };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes.Select(a => Attribute(a.Name, a.Value)));
        return node;
    }

    public static AttributeProto Attribute(string name, object value) => value switch
    {
        int i => new() { Name = name, I = i, Type = AttributeProto.Types.AttributeType.Int },
        long i => new() { Name = name, I = i, Type = AttributeProto.Types.AttributeType.Int },
        double f => new() { Name = name, F = (float)f, Type = AttributeProto.Types.AttributeType.Float },
        float f => new() { Name = name, F = f, Type = AttributeProto.Types.AttributeType.Float },
        string s => new() { Name = name, S = ByteString.CopyFromUtf8(s), Type = AttributeProto.Types.AttributeType.String },
        long[] ints => new() { Name = name, Ints = { ints }, Type = AttributeProto.Types.AttributeType.Ints },
        Tensor tensor => new() { Name = name, T = tensor.ToProto(""), Type = AttributeProto.Types.AttributeType.Tensor },
        GraphProto graph => new() { Name = name, G = graph, Type = AttributeProto.Types.AttributeType.Graph },
        _ => throw new ArgumentException(name),
    };

    public static ValueInfoProto Value(string name, params Dim[] shape) => Value(name, DType.Float32, shape);

    public static ValueInfoProto Value(string name, DType dtype, params Dim[] shape) => OnnxTypes.ValueInfo(name, new(dtype, [.. shape]));

    public static GraphProto Graph(
        ValueInfoProto[] inputs, string[] outputs, NodeProto[] nodes, params (string Name, Tensor Value)[] initializers)
    {
        var graph = new GraphProto { Name = "graph" };
        graph.Input.AddRange(inputs);
        graph.Output.AddRange(outputs.Select(name => Value(name)));
        graph.Node.AddRange(nodes);
        graph.Initializer.AddRange(initializers.Select(i => i.Value.ToProto(i.Name)));
        return graph;
    }

    public static ModelProto Model(GraphProto graph, long opset = 18)
    {
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        return model;
    }

    public static OnnxModel Read(GraphProto graph, OnnxImportOptions? options = null, long opset = 18) =>
        OnnxModel.Parse(Model(graph, opset).ToByteArray(), options);

    /// <summary>The outputs of a model at values of its inputs.</summary>
    public static Tensor[] Run(this OnnxModel model, params (string Name, Tensor Value)[] values) =>
        Evaluator.Evaluate([.. model.Outputs.Select(o => o.Value)], TensorSet.Of(values).With(model.Parameters));
}
