using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Regions of images, as detectors of objects take them.</summary>
static class RegionOperators
{
    public static IEnumerable<OnnxOperator> Rows => [OnnxOperator.One("RoiAlign", Aligned)];

    /// <summary>
    /// Each region in a grid of cells, each the mean of samples at regular places in it, between elements linear in both
    /// axes (He et al. 2017): <c>[batch, channels, h, w], [n, 4], [n] → [n, channels, rows, columns]</c>.
    /// </summary>
    static Expr Aligned(OnnxNode node)
    {
        const int halfPixels = 16;
        var (x, regions) = (node[0], node[1]);
        var (rows, columns) = (node.Int32("output_height", 1), node.Int32("output_width", 1));
        var samples = node.Int32("sampling_ratio", 0);
        if (samples < 1)
            throw OnnxNodeException.Unsupported("as many samples as a region is large have no form here. Give sampling_ratio.");
        if (node.String("mode", "avg") != "avg")
            throw OnnxNodeException.Unsupported("the largest of weighted corners, which no interpolation is, has no form here.");
        var scale = node.Float("spatial_scale", 1);
        var usual = node.Opset >= halfPixels ? "half_pixel" : "output_half_pixel";
        var isHalfPixel = node.String("coordinate_transformation_mode", usual) == "half_pixel";
        Expr Corner(int i) => scale * Index(regions, 1, i) - (isHalfPixel ? 0.5 : 0);
        // [n, cells, samples], flattened: places along an axis.
        Expr Places(Expr from, Expr to, int cells)
        {
            var length = isHalfPixel ? to - from : Maximum(to - from, 1);
            var steps = Expr.Constant(Tensor.Vector(
                [.. Enumerable.Range(0, cells * samples).Select(i => (i + 0.5) / (cells * samples))]).Cast(x.DType));
            return ExpandDims(from, 1) + ExpandDims(length, 1) * steps;
        }
        var (ys, xs) = (Places(Corner(1), Corner(3), rows), Places(Corner(0), Corner(2), columns));
        var images = Gather(x, IndexingOperators.Wrapped(node[2], x.Shape[0]));
        var sampled = Along(Along(images, ys, 2), xs, 3);
        Shape cells = [sampled.Shape[0], sampled.Shape[1], rows, samples, columns, samples];
        return Mean(Reshape(sampled, cells), 3, 5);
    }

    /// <summary>Values at places along an axis: 0 farther than one element outside, and the element at the border up to there.</summary>
    static Expr Along(Expr x, Expr places, int axis)
    {
        var n = SizeOf(x.Shape[axis], x.DType);
        var isInside = (places >= -1) & (places <= n);
        var at = Minimum(Maximum(places, 0), n - 1);
        var low = Floor(at);
        var weight = at - low;
        var first = low.Cast(DType.Int64);
        var second = Minimum(first + 1, SizeOf(x.Shape[axis], DType.Int64) - 1);
        Expr Taken(Expr indices) => GatherAlong(x, Spread(indices), axis);
        Expr Spread(Expr values)
        {
            Dim[] shape = [x.Shape[0], 1, 1, 1];
            shape[axis] = values.Shape[1];
            return Broadcast(Reshape(values, [.. shape]), x.Shape.With(axis, values.Shape[1]));
        }
        var mixed = Spread(1 - weight) * Taken(first) + Spread(weight) * Taken(second);
        return Select(Spread(isInside), mixed, ZerosLike(mixed));
    }
}
