using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>How an op is lowered.</summary>
/// <param name="Lower">The view that holds its value; null where this op, at these sizes, has to be left to the evaluator.</param>
/// <param name="TakesEmpty">Whether inputs may have no elements.</param>
/// <param name="IsExact">Whether half floats come out as the evaluator rounds them, bit for bit.</param>
/// <param name="ChecksIndices">Whether there is an error to report even where the result has no elements.</param>
sealed record Rule(Func<LoweringContext, Node, View?> Lower, bool TakesEmpty = false, bool IsExact = false, bool ChecksIndices = false);

/// <summary>
/// The rule for each op that is not left to the evaluator. A rule stands beside the kernel it makes instructions of; this is the list of
/// them.
/// </summary>
static class LoweringRules
{
    static readonly Dictionary<Type, Rule> All = new IEnumerable<(Type Op, Rule Rule)>[]
    {
        ViewRules.All,
        ElementwiseRules.All,
        ReductionRules.All,
        MatMulRules.All,
        ConvolutionRules.All,
        MaxPoolRules.All,
        IndexRules.All,
        AssemblyRules.All,
        [(typeof(BarrierOp), new(BarrierStep.Lower, TakesEmpty: true, IsExact: true))],
        [(typeof(RandomUniformOp), new(RandomUniformStep.Lower))],
    }.SelectMany(rules => rules).ToDictionary(rule => rule.Op, rule => rule.Rule);

    public static Rule? For(Op op) => All.GetValueOrDefault(op.GetType());

    /// <summary>The rule of an op with several results, given their types.</summary>
    public static Func<LoweringContext, Node, TensorType[], View[]?>? ForResults(MultiResultOp op) => op is ScanOp ? ScanStep.Lower : null;

    /// <summary>Whether an op only looks at its input in another way: of a constant it stays a view.</summary>
    public static bool IsView(Op op) => op is BroadcastOp or ReshapeOp or TransposeOp or SliceOp;
}
