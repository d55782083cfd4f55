using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>
/// Numbers of few bits computed in wider ones and converted back, which is what they mean here: runtimes have kernels for few ops of
/// theirs, and ONNX leaves open what becomes of a float beyond an integer of few bits.
/// </summary>
static class Widening
{
    public static Expr[] Apply(IReadOnlyCollection<Expr> outputs)
    {
        var wide = new Dictionary<Expr, Expr>();
        var ops = new OpMap();
        return Graph.Rebuild(
            outputs,
            (node, x) =>
            {
                if (node.Op is VariableOp or ConstantOp || !node.DType.IsNarrow() && !x.Any(input => input.DType.IsNarrow()))
                    return node.WithInputs(x);
                var inputs = Array.ConvertAll(x, Wide);
                return node.Op is CastOp ? Cast(inputs[0], node.DType) : new Expr(ops.Of(node.Op, InLanes), inputs).Cast(node.DType);
            });

        Expr Wide(Expr x) => wide.TryGetValue(x, out var known) ? known : wide[x] = x.Cast(x.DType.Lane());
    }

    static Op InLanes(Op op) => op.Map((_, attribute) => attribute switch
    {
        DTypeAttribute { Value: var dtype } => dtype.Lane(),
        TensorAttribute { Value: var value } => value.Cast(value.DType.Lane()),
        GraphAttribute graph => InLanes(graph),
        _ => attribute,
    });

    /// <summary>
    /// A graph inside, whose values are rounded where they are outside: it takes and gives wide numbers that are narrow ones.
    /// </summary>
    static GraphAttribute InLanes(GraphAttribute graph)
    {
        Expr[] inputs = [.. graph.Inputs.Select(v => Expr.Variable(v.VariableName!, v.Shape, v.DType.Lane()))];
        var narrow = graph.Inputs.Zip(inputs, (v, x) => KeyValuePair.Create(v, x.Cast(v.DType))).ToDictionary();
        return new(inputs, Apply(Graph.Replace(graph.Outputs, narrow)).Select(y => y.Cast(y.DType.Lane())));
    }

    static Expr Cast(Expr x, DType to)
    {
        if (!x.DType.IsFloat() || !to.IsInteger() || !to.IsNarrow()) return x.Cast(to);
        var (least, most) = ((double)long.MinValue, (double)long.MaxValue);
        var (low, high) = (Tensor.Scalar(least).Cast(to).GetDouble(0), Tensor.Scalar(most).Cast(to).GetDouble(0));
        var whole = x.Cast(DType.Int64);
        return Minimum(Maximum(whole, Full(whole, low)), Full(whole, high)).Cast(to);
    }
}
