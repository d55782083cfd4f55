using FunctionalDL.Onnx;

namespace FunctionalDL.Tests.Onnx;

/// <summary>
/// The kernels of OnnxRuntime 1.16 on the CPU for the ops that are written, by the dtype of their first input
/// (docs/OperatorKernels.md of that release).
/// </summary>
static class OldKernels
{
    const int Float = 1, Int64 = 7, Bool = 9, Double = 11, UInt64 = 13;

    static readonly int[] Reals = [Float, Double], Numbers = [Float, Double, Int64], All = [Float, Double, Int64, Bool];

    static readonly int[] Any = [.. DTypes.All.Select(dtype => dtype.OnnxCode())];

    static readonly Dictionary<string, int[]> Kernels = new (string Ops, int[] Types)[]
    {
        ("And Not Or", [Bool]),
        ("Acos Acosh Asin Asinh Atan Atanh Conv ConvTranspose Cos Cosh Erf Sinh Softplus Tan", [Float]),
        ("AveragePool Elu GlobalAveragePool GlobalMaxPool GRU HardSigmoid InstanceNormalization LeakyRelu LSTM ReduceL2 RNN", [Float]),
        ("HardSwish Mish Selu Softsign", [Float]),
        ("BatchNormalization Gemm LayerNormalization LogSoftmax ReduceLogSumExp ReduceMean Relu Softmax", Reals),
        ("Clip", Numbers),
        ("Flatten", Any),
        ("BitwiseAnd BitwiseNot BitwiseOr BitwiseXor", [Int64]),
        ("BitShift", [UInt64]),
        ("ArgMax Exp Floor IsInf IsNaN Log MaxPool Reciprocal Round Sigmoid Sin Sqrt Sum Tanh", Reals),
        ("ReduceProd", [Float, Int64]),
        ("CumSum TopK", Numbers),
        ("Loop", [Int64]),
        ("Abs Add Div Less LessOrEqual MatMul Max Min Mod Mul Neg Pow Range ReduceMax ReduceMin ReduceSum Sign Sub", Numbers),
        ("Cast Identity Shape", Any),
        ("Concat Constant ConstantOfShape Equal Expand Gather GatherND Pad Reshape Scan ScatterND Slice Squeeze Transpose Unsqueeze", All),
    }.SelectMany(row => row.Ops.Split(' ').Select(op => KeyValuePair.Create(op, row.Types))).ToDictionary();

    /// <summary>Where, by the dtype of what it chooses from.</summary>
    static readonly int[] Where = Numbers;

    /// <summary>The ops of a graph for which there is no kernel.</summary>
    public static IEnumerable<string> Missing(GraphProto graph) => Missing(graph, []);

    static IEnumerable<string> Missing(GraphProto graph, Dictionary<string, int> outer)
    {
        var types = new Dictionary<string, int>(outer);
        foreach (var input in graph.Input) types[input.Name] = input.Type.TensorType.ElemType;
        foreach (var constant in graph.Initializer) types[constant.Name] = constant.DataType;
        foreach (var node in graph.Node)
        {
            var from = node.OpType == "Where" ? node.Input[1] : node.Input.FirstOrDefault();
            var type = from is null ? Int64 : types[from];
            if (!(node.OpType == "Where" ? Where : Kernels.GetValueOrDefault(node.OpType, [])).Contains(type))
                yield return $"{node.OpType} of {type}";
            foreach (var body in node.Attribute.Select(a => a.G).OfType<GraphProto>())
                foreach (var missing in Missing(body, types)) yield return missing;
            foreach (var (output, i) in node.Output.Select((output, i) => (output, i))) types[output] = Result(node, type, i);
        }
    }

    static int Result(NodeProto node, int type, int output) => node.OpType switch
    {
        "Cast" => (int)node.Attribute.Single(a => a.Name == "to").I,
        "Equal" or "Less" or "LessOrEqual" or "IsNaN" or "IsInf" => Bool,
        "ArgMax" or "Shape" => Int64,
        "MaxPool" or "TopK" when output == 1 => Int64,
        "ConstantOfShape" => node.Attribute.SingleOrDefault(a => a.Name == "value")?.T.DataType ?? Float,
        "Loop" => node.Attribute.Select(a => a.G).OfType<GraphProto>().Single().Output[output + 1].Type.TensorType.ElemType,
        "Scan" => node.Attribute.Select(a => a.G).OfType<GraphProto>().Single().Output[output].Type.TensorType.ElemType,
        _ => type,
    };
}
