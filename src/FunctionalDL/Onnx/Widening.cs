using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>
/// Numbers of few bits computed in wider ones and converted back, which is what they mean here: runtimes have kernels for few ops of
/// theirs, and ONNX leaves open what becomes of a float beyond an integer of few bits. Those of uint64 are computed as int64 of the same
/// bits, see <see cref="UnsignedWholes"/>.
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
                if (node.Op is VariableOp or ConstantOp || IsComputed(node.DType) && x.All(input => IsComputed(input.DType)))
                    return node.WithInputs(x);
                if (node.Op is CastOp) return Cast(x[0], Wide(x[0]), node.DType);
                var (op, inputs) = (ops.Of(node.Op, InLanes), Array.ConvertAll(x, Wide));
                var isUnsigned = x.Any(input => input.DType == DType.UInt64);
                return (isUnsigned ? UnsignedWholes.Apply(op, inputs, node.DType) : new(op, inputs)).Cast(node.DType);
            });

        Expr Wide(Expr x) => wide.TryGetValue(x, out var known) ? known : wide[x] = x.Cast(Lane(x.DType));
    }

    /// <summary>The dtype in which numbers of this one are computed in ONNX.</summary>
    static DType Lane(DType dtype) => dtype == DType.UInt64 ? DType.Int64 : dtype.Lane();

    static bool IsComputed(DType dtype) => Lane(dtype) == dtype;

    static Op InLanes(Op op) => op.Map((_, attribute) => attribute switch
    {
        DTypeAttribute { Value: var dtype } => Lane(dtype),
        TensorAttribute { Value: var value } => value.Cast(Lane(value.DType)),
        GraphAttribute graph => InLanes(graph),
        _ => attribute,
    });

    /// <summary>
    /// A graph inside, whose values are rounded where they are outside: it takes and gives wide numbers that are narrow ones.
    /// </summary>
    static GraphAttribute InLanes(GraphAttribute graph)
    {
        Expr[] inputs = [.. graph.Inputs.Select(v => Expr.Variable(v.VariableName!, v.Shape, Lane(v.DType)))];
        var narrow = graph.Inputs.Zip(inputs, (v, x) => KeyValuePair.Create(v, x.Cast(v.DType))).ToDictionary();
        return new(inputs, Apply(Graph.Replace(graph.Outputs, narrow)).Select(y => y.Cast(Lane(y.DType))));
    }

    /// <param name="x">The numbers.</param>
    /// <param name="wide">The same in the dtype in which they are computed.</param>
    /// <param name="to">The dtype they become.</param>
    static Expr Cast(Expr x, Expr wide, DType to)
    {
        if (x.DType == DType.UInt64 && to.IsFloat()) return UnsignedWholes.ToFloat(x, to);
        if (!x.DType.IsFloat() || !to.IsInteger() || IsComputed(to)) return wide.Cast(to);
        if (to == DType.UInt64) return UnsignedWholes.OfFloat(wide);
        var (least, most) = ((double)long.MinValue, (double)long.MaxValue);
        var (low, high) = (Tensor.Scalar(least).Cast(to).GetDouble(0), Tensor.Scalar(most).Cast(to).GetDouble(0));
        var whole = wide.Cast(DType.Int64);
        return Minimum(Maximum(whole, Full(whole, low)), Full(whole, high)).Cast(to);
    }
}
