namespace FunctionalDL.Onnx;

/// <summary>Versions of ONNX's operators: which there are, and how a node of version 18 is written in another.</summary>
static class Opsets
{
    public const int Least = 13, Most = 22, Default = 18;

    /// <summary>Operators younger than the oldest opset, with the first that has them.</summary>
    static readonly Dictionary<string, int> Operators = new()
    {
        ["HardSwish"] = 14,
        ["Trilu"] = 14,
        ["LayerNormalization"] = 17,
        ["BitwiseAnd"] = 18,
        ["BitwiseNot"] = 18,
        ["BitwiseOr"] = 18,
        ["BitwiseXor"] = 18,
        ["Mish"] = 18,
        ["Gelu"] = 20,
    };

    /// <summary>Attributes younger than their operator, with the first opset that has them.</summary>
    static readonly Dictionary<(string Operator, string Attribute), int> Attributes = new()
    {
        [("ScatterElements", "reduction")] = 16,
        [("ScatterND", "reduction")] = 16,
        [("Shape", "start")] = 15,
        [("Shape", "end")] = 15,
        [("Split", "num_outputs")] = 18,
        [("AveragePool", "dilations")] = 19,
    };

    /// <summary>The version of the file format that came with an opset, so that what knows the one knows the other.</summary>
    public static int IrVersion(int opset) => opset switch { <= 14 => 7, <= 18 => 8, <= 20 => 9, _ => 10 };

    /// <exception cref="FunctionalException">No such opset is written.</exception>
    public static void Check(int opset)
    {
        if (opset is < Least or > Most)
            throw new FunctionalException($"ONNX: opset {opset} is not written. Choose {Least} to {Most}; {Default} is loaded nearly "
                + "everywhere.");
    }

    /// <summary>Gives a node the form it has in an opset.</summary>
    /// <param name="node">The node, as version 18 has it.</param>
    /// <param name="opset">The opset.</param>
    /// <param name="constant">The constant of a name, where there is one.</param>
    /// <exception cref="UnsupportedOnnxException">It has none.</exception>
    public static void Adapt(NodeProto node, int opset, Func<string, Tensor?> constant)
    {
        if (Operators.TryGetValue(node.OpType, out var since) && since > opset) throw Unsupported(node.OpType, opset, since);
        foreach (var attribute in node.Attribute)
            if (Attributes.TryGetValue((node.OpType, attribute.Name), out since) && since > opset)
                throw Unsupported($"{node.OpType} with {attribute.Name}", opset, since);
        if (opset < 18) AxesAsAttribute(node, constant);
        if (opset < 14) WithoutAllowZero(node, opset, constant);
    }

    /// <summary>Reductions other than ReduceSum take their axes as an input since opset 18.</summary>
    static void AxesAsAttribute(NodeProto node, Func<string, Tensor?> constant)
    {
        if (!node.OpType.StartsWith("Reduce", StringComparison.Ordinal) || node.OpType == "ReduceSum" || node.Input.Count < 2) return;
        var axes = new AttributeProto { Name = "axes", Type = AttributeProto.Types.AttributeType.Ints };
        axes.Ints.Add(constant(node.Input[1])!.ToArray<long>());
        node.Input.RemoveAt(1);
        node.Attribute.Add(axes);
    }

    /// <summary>Before opset 14 a size of 0 that Reshape is given is that of its input.</summary>
    static void WithoutAllowZero(NodeProto node, int opset, Func<string, Tensor?> constant)
    {
        if (node.OpType != "Reshape" || node.Attribute.FirstOrDefault(a => a.Name == "allowzero") is not { } allowed) return;
        if (allowed.I != 0 && constant(node.Input[1])?.ToArray<long>().Contains(0) == true)
            throw Unsupported("Reshape to no elements", opset, 14);
        node.Attribute.Remove(allowed);
    }

    static UnsupportedOnnxException Unsupported(string what, int opset, int since) =>
        new($"ONNX: opset {opset} has no {what}, which came with opset {since}. Export with Opset = {since} or above.");
}
