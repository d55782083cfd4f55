namespace FunctionalDL.Ops;

/// <summary>The largest or smallest of numbers of int64, as ONNX nodes.</summary>
static class OnnxExtremum
{
    /// <summary>
    /// The extreme ones along some axes, which stay as axes of size 1. OnnxRuntime to 1.31 takes the wrong one of two that differ in their
    /// lower 32 bits alone, of which it looks at the first as a sign: so the extreme float64 comes first, and then, among the numbers near
    /// it, the extreme distance from it.
    /// </summary>
    public static string Of(IOnnxGraph graph, string op, string x, string axes)
    {
        // No two numbers of one float64 are further apart than 2¹¹.
        const long beyond = 1L << 12;
        string Extreme(string of) => graph.Node(op, [of, axes], ("keepdims", 1L));
        var real = graph.Node("Cast", [x], ("to", DType.Float64));
        var largest = Extreme(real);
        var near = graph.Node("Cast", [largest], ("to", DType.Int64));
        var distance = graph.Node("Sub", [x, near]);
        var others = graph.Constant(op == "ReduceMax" ? -beyond : beyond);
        return graph.Node("Add", [near, Extreme(graph.Node("Where", [graph.Node("Equal", [real, largest]), distance, others]))]);
    }
}
