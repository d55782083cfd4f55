using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL.Tests.Onnx;

/// <summary>One node of ONNX by itself, run in OnnxRuntime: what the standard's operators mean.</summary>
static class OneNode
{
    /// <summary>The results of an operator on some inputs; null for one that is left out.</summary>
    public static Tensor[] Run(string op, int opset, int outputs, Tensor?[] inputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = op };
        var graph = new GraphProto { Name = op };
        for (var i = 0; i < inputs.Length; i++)
        {
            node.Input.Add(inputs[i] is null ? "" : $"x{i}");
            if (inputs[i] is { } input) graph.Input.Add(OnnxTypes.ValueInfo($"x{i}", new(input.DType, input.Shape)));
        }
        node.Attribute.AddRange(attributes.Select(a => Proto.Attribute(a.Name, a.Value)));
        for (var i = 0; i < outputs; i++)
        {
            node.Output.Add($"y{i}");
            graph.Output.Add(new ValueInfoProto { Name = $"y{i}" });
        }
        graph.Node.Add(node);
        var model = new ModelProto { IrVersion = 10, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        using var session = OnnxSession.Load(model.ToByteArray());
        var given = inputs.Select((input, i) => (Name: $"x{i}", Value: input)).Where(input => input.Value is not null);
        var results = session.Run(TensorSet.Of(given.Select(input => KeyValuePair.Create(input.Name, input.Value!))));
        return [.. Enumerable.Range(0, outputs).Select(i => results[$"y{i}"])];
    }
}
