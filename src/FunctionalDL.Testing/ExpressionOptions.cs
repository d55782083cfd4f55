namespace FunctionalDL.Testing;

/// <summary>
/// Which random expressions are wanted. All are well conditioned: rounding differently changes their values little, so that evaluators
/// can be compared.
/// </summary>
public sealed record ExpressionOptions
{
    static readonly HashSet<string> NotSmooth =
    [
        "Abs",
        "Sign",
        "Floor",
        "Round",
        "Remainder",
        "Maximum",
        "Minimum",
        "Max",
        "Min",
        "Less",
        "LessOrEqual",
        "Equal",
        "ArgMax",
        "TopK",
        "ScatterMaximum",
        "StopGradient",
        "MaxPool",
        "MaxPoolGradient",
        "MaxPoolTangent",
    ];

    /// <summary>What OnnxRuntime has no kernel for in float64.</summary>
    internal static readonly HashSet<string> OnlyFloat32 =
    [
        "Tan", "Asin", "Acos", "Atan", "Atan2", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Erf", "Conv", "ConvInputGradient",
        "ConvKernelGradient",
    ];

    /// <summary>All primitives and dtypes, symbolic dimensions, no special values.</summary>
    public static ExpressionOptions Any { get; } = new();

    /// <summary>
    /// Smooth functions of their float variables, so that gradients of any order can be compared with finite differences. The value is a
    /// float.
    /// </summary>
    public static ExpressionOptions Smooth { get; } =
        new()
        {
            Allows = node =>
                !NotSmooth.Contains(node.Op.Name) && !(node.Op.Name == "Cast" && node.Inputs[0].DType.IsFloat() && !node.DType.IsFloat()),
            AllowsOutput = output => output.DType.IsFloat(),
        };

    /// <summary>
    /// What OnnxRuntime computes: a few ops in float32 only, no empty tensors, with which runtimes disagree, and no
    /// half floats, whose sums runtimes round another way.
    /// </summary>
    public static ExpressionOptions Onnx { get; } = new()
    {
        DTypes = [.. FunctionalDL.DTypes.All.Where(dtype => dtype.Lane() == dtype || dtype.IsInteger())],
        Allows = node => node.DType != DType.Float64 || !OnlyFloat32.Contains(node.Op.Name),
        EmptyTensors = false,
    };

    /// <summary>The dtypes that occur; at least one is a float.</summary>
    public IReadOnlyList<DType> DTypes { get; init; } = Enum.GetValues<DType>();

    /// <summary>Whether a node may occur; primitives are told by <c>node.Op.Name</c>.</summary>
    public Func<Expr, bool> Allows { get; init; } = _ => true;

    /// <summary>Whether a node may be the whole expression.</summary>
    public Func<Expr, bool> AllowsOutput { get; init; } = _ => true;

    /// <summary>Whether a dimension named <c>batch</c> may occur.</summary>
    public bool Symbols { get; init; } = true;

    /// <summary>Whether a size may be 0.</summary>
    public bool EmptyTensors { get; init; } = true;

    /// <summary>
    /// Whether variables hold NaN, infinities, −0, and very large and small numbers. Without them every value of every node is a moderate
    /// number.
    /// </summary>
    public bool SpecialValues { get; init; }
}
