using FunctionalDL.Onnx;

namespace FunctionalDL.Tests.Onnx;

/// <summary>
/// The kernels of OnnxRuntime 1.16 on the CPU for the ops that are written, by the dtype of their first input
/// (docs/OperatorKernels.md of that release).
/// </summary>
static class OldKernels
{
    const int Float = 1, Int64 = 7, Bool = 9, Double = 11;

    static readonly int[] Reals = [Float, Double], Numbers = [Float, Double, Int64], All = [Float, Double, Int64, Bool];

    static readonly Dictionary<string, int[]> Kernels = new()
    {
        ["Abs"] = Numbers, ["Add"] = Numbers, ["And"] = [Bool], ["ArgMax"] = Reals, ["Atan"] = [Float], ["Cast"] = All, ["Concat"] = All, ["Constant"] = All,
        ["ConstantOfShape"] = All, ["Conv"] = [Float], ["ConvTranspose"] = [Float], ["Cos"] = [Float], ["Div"] = Numbers, ["Equal"] = All, ["Erf"] = [Float],
        ["Exp"] = Reals, ["Expand"] = All, ["Floor"] = Reals, ["Gather"] = All, ["GatherND"] = All, ["Identity"] = All, ["IsInf"] = Reals, ["IsNaN"] = Reals,
        ["Less"] = Numbers, ["LessOrEqual"] = Numbers, ["Log"] = Reals, ["MatMul"] = Numbers, ["Max"] = Numbers, ["MaxPool"] = Reals, ["Min"] = Numbers,
        ["Mod"] = Numbers, ["Mul"] = Numbers, ["Neg"] = Numbers, ["Not"] = [Bool], ["Or"] = [Bool], ["Pad"] = All, ["Pow"] = Numbers, ["Range"] = Numbers,
        ["Reciprocal"] = Reals, ["ReduceMax"] = Numbers, ["ReduceMin"] = Numbers, ["ReduceProd"] = [Float, Int64], ["ReduceSum"] = Numbers, ["Reshape"] = All,
        ["Scan"] = All, ["ScatterND"] = All, ["Shape"] = All, ["Sigmoid"] = Reals, ["Sign"] = Numbers, ["Sin"] = Reals, ["Slice"] = All, ["Softplus"] = [Float],
        ["Sqrt"] = Reals, ["Squeeze"] = All, ["Sub"] = Numbers, ["Sum"] = Reals, ["Tanh"] = Reals, ["Transpose"] = All, ["Unsqueeze"] = All,
    };

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
            if (!(node.OpType == "Where" ? Where : Kernels.GetValueOrDefault(node.OpType, [])).Contains(type)) yield return $"{node.OpType} of {type}";
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
        "MaxPool" when output == 1 => Int64,
        "ConstantOfShape" => node.Attribute.SingleOrDefault(a => a.Name == "value")?.T.DataType ?? Float,
        "Scan" => node.Attribute.Select(a => a.G).OfType<GraphProto>().Single().Output[output].Type.TensorType.ElemType,
        _ => type,
    };
}
