namespace FunctionalDL.Onnx;

/// <summary>An operator of ONNX: how a node of it is read.</summary>
/// <param name="Name">The operator's name.</param>
/// <param name="Import">From a node to the values of its outputs.</param>
sealed record OnnxOperator(string Name, Func<OnnxNode, OnnxValue[]> Import)
{
    /// <summary>The domain it belongs to; the standard's has no name.</summary>
    public string Domain { get; init; } = "";

    /// <summary>The first version of the domain's operators since which a node means what <see cref="Import"/> says.</summary>
    public int Since { get; init; } = 1;

    /// <summary>An operator of one output.</summary>
    public static OnnxOperator One(string name, Func<OnnxNode, Expr> import) => new(name, node => [OnnxValue.Of(import(node))]);

    /// <summary>An operator of several outputs.</summary>
    public static OnnxOperator Several(string name, Func<OnnxNode, Expr[]> import) =>
        new(name, node => [.. import(node).Select(OnnxValue.Of)]);
}

/// <summary>The operators of ONNX that have a form here: one table, whose rows stand by family in <c>Onnx/Operators</c>.</summary>
static class OnnxOperators
{
    static readonly Dictionary<(string Domain, string Name), OnnxOperator> table = All().ToDictionary(op => (op.Domain, op.Name));

    public static OnnxOperator? Find(string domain, string name) => table.GetValueOrDefault((domain, name));

    /// <summary>Every row.</summary>
    public static IReadOnlyCollection<OnnxOperator> Table => table.Values;

    static IEnumerable<OnnxOperator> All() =>
    [
        .. ElementwiseOperators.Rows, .. ActivationOperators.Rows, .. ProductOperators.Rows, .. ConvolutionOperators.Rows,
        .. PoolingOperators.Rows, .. NormalizationOperators.Rows, .. ReductionOperators.Rows, .. ShapeOperators.Rows,
        .. IndexingOperators.Rows, .. RecurrentOperators.Rows, .. ControlOperators.Rows, .. SequenceOperators.Rows,
        .. QuantizationOperators.Rows, .. LossOperators.Rows, .. OptimizerOperators.Rows, .. PaddingOperators.Rows,
        .. AttentionOperators.Rows, .. SignalOperators.Rows, .. ResamplingOperators.Rows,
        .. RegionOperators.Rows,
    ];
}
