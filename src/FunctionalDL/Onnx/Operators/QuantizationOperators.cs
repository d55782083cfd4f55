using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>
/// Numbers of few bits for real ones: q = round(x / scale) + zero point, held in the dtype's range, and x = scale·(q − zero point).
/// </summary>
static class QuantizationOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.One("QuantizeLinear", QuantizeLinear),
        OnnxOperator.One("DequantizeLinear", DequantizeLinear),
        OnnxOperator.Several("DynamicQuantizeLinear", Dynamic),
        OnnxOperator.One("MatMulInteger", node => MatMul(
            Whole(node[0], PerRow(node.Optional(2), node[0])), Whole(node[1], node.Optional(3))).Cast(DType.Int32)),
        OnnxOperator.One("QLinearMatMul", Product),
        OnnxOperator.One("ConvInteger", node => ConvolutionOperators.Convolved(
            node, Whole(node[0], node.Optional(2)), Whole(node[1], PerKernel(node.Optional(3), node[1]))).Cast(DType.Int32)),
        OnnxOperator.One("QLinearConv", Conv),
    ];

    /// <summary>Whole numbers less their zero point, in float64, which holds their sums of products exactly.</summary>
    static Expr Whole(Expr q, Expr? zero)
    {
        var x = q.Cast(DType.Float64);
        return zero is null ? x : x - zero.Cast(DType.Float64);
    }

    /// <summary>What is given for each row of a matrix, as a column.</summary>
    static Expr? PerRow(Expr? each, Expr matrix) =>
        each is { Rank: 1 } && each.Shape[0] != 1 && matrix.Rank > 1 ? ExpandDims(each, 1) : each;

    static Expr Product(OnnxNode node)
    {
        var product = MatMul(Whole(node[0], PerRow(node[2], node[0])), Whole(node[3], node[5]));
        var scale = (PerRow(node[1], node[0])! * node[4]).Cast(DType.Float64);
        return Quantize(product * scale, node[6].Cast(DType.Float64), node[7]);
    }

    static Expr? PerKernel(Expr? each, Expr kernel) => each is { Rank: 1 } && each.Shape[0] != 1
        ? Reshape(each, [each.Shape[0], .. Enumerable.Repeat((Dim)1, kernel.Rank - 1)]) : each;

    static Expr Conv(OnnxNode node)
    {
        var (scale, outputs) = (node[4].Cast(DType.Float64), node[3].Rank - 2);
        var y = ConvolutionOperators.Convolved(node, Whole(node[0], node[2]), Whole(node[3], PerKernel(node[5], node[3])));
        Expr PerChannel(Expr each) => each.Rank == 0 ? each : Reshape(each, [each.Shape[0], .. Enumerable.Repeat((Dim)1, outputs)]);
        if (node.Optional(8) is { } bias) y += PerChannel(bias.Cast(DType.Float64));
        return Quantize(y * PerChannel(node[1].Cast(DType.Float64) * scale), node[6].Cast(DType.Float64), node[7]);
    }

    static Expr Quantize(Expr x, Expr scale, Expr zero) => Held(Round(x / scale) + zero.Cast(x.DType), zero.DType);

    static Expr Held(Expr x, DType dtype)
    {
        double Limit(double beyond) => Tensor.Scalar(beyond).Cast(dtype).GetDouble(0);
        return Minimum(Maximum(x, Limit(double.MinValue)), Limit(double.MaxValue)).Cast(dtype);
    }

    static Expr QuantizeLinear(OnnxNode node)
    {
        var x = node[0];
        var to = node.Has(2) ? node[2].DType : node.DTypeAttribute("output_dtype", DType.UInt8);
        if (!to.IsInteger()) throw OnnxNodeException.Unsupported($"quantization to {to.Name()} has no form here.");
        var scale = Along(node, node[1], x).Cast(x.DType);
        var rounded = Round(x / scale);
        return Held(node.Has(2) ? rounded + Along(node, node[2], x).Cast(x.DType) : rounded, to);
    }

    static Expr DequantizeLinear(OnnxNode node)
    {
        var (q, scale) = (node[0], Along(node, node[1], node[0]));
        var to = node.DTypeAttribute("output_dtype", scale.DType);
        if (!q.DType.IsInteger()) throw OnnxNodeException.Unsupported($"quantized numbers of dtype {q.DType.Name()} have no form here.");
        var x = q.Cast(DType.Int64);
        if (node.Optional(2) is { } zero) x -= Along(node, zero, q).Cast(DType.Int64);
        return (x.Cast(scale.DType) * scale).Cast(to);
    }

    /// <summary>What is given for all elements, for each along an axis, or for each block of them, as it broadcasts.</summary>
    static Expr Along(OnnxNode node, Expr each, Expr x)
    {
        if (each.Rank == 0 || each.Rank == 1 && each.Shape[0] == 1) return Reshape(each, Shape.Scalar);
        var axis = x.Shape.Axis(node.Int32("axis", 1), node.Operator);
        var block = node.Int32("block_size", 0);
        if (block == 0) return Reshape(each, [each.Shape[0], .. Enumerable.Repeat((Dim)1, x.Rank - 1 - axis)]);
        var repeated = Broadcast(ExpandDims(each, axis + 1), each.Shape.Insert(axis + 1, block));
        var whole = Reshape(repeated, each.Shape.With(axis, each.Shape[axis] * block));
        return whole.Shape[axis] == x.Shape[axis] ? whole : SliceFrom(whole, axis, 0, x.Shape[axis]);
    }

    static Expr[] Dynamic(OnnxNode node)
    {
        var x = node[0];
        var (high, low) = (Maximum(Max(x), 0), Minimum(Min(x), 0));
        var scale = (high - low) / byte.MaxValue;
        var zero = Round(Minimum(Maximum(-low / scale, 0), byte.MaxValue)).Cast(DType.UInt8);
        return [Held(Round(x / scale) + zero.Cast(x.DType), DType.UInt8), scale, zero];
    }
}
