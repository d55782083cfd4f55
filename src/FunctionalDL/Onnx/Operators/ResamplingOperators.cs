using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Tensors of other sizes, and values between elements.</summary>
static class ResamplingOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.One("Resize", Resized), OnnxOperator.One("Upsample", Upsampled),
        OnnxOperator.One("GridSample", node => GridSample(
            node[0], node[1], SampleModeOf(node.String("mode", "linear")), SamplePaddingOf(node.String("padding_mode", "zeros")),
            node.Flag("align_corners"))),
        OnnxOperator.One("AffineGrid", node => AffineGrid(node[0], [.. node.Dims(1, "the size")], node.Flag("align_corners"))),
    ];

    static Expr Resized(OnnxNode node)
    {
        const int withRegion = 11;
        if (node.Opset < withRegion) return Upsampled(node);
        var x = node[0];
        var axes = node.OptionalInts("axes") is { } given
            ? given.Select(a => x.Shape.Axis(OnnxNode.Narrow(a, "axes"), "Resize")).ToArray()
            : [.. Enumerable.Range(0, x.Rank)];
        // An empty tensor stands for none, as these had to be given before they could be left out.
        bool IsGiven(int i) => node.Has(i) && node.Value(i).Type.Shape.Elements != 0;
        var region = IsGiven(1) ? Numbers(node.Known(1, "the region")) : null;
        return Resize(x, new()
        {
            Axes = axes,
            Scales = IsGiven(2) ? Numbers(node.Known(2, "scales")) : null,
            Sizes = IsGiven(3) ? [.. node.Dims(3, "sizes")] : null,
            Region = region,
            Mode = ModeOf(node.String("mode", "nearest")),
            Coordinates = CoordinatesOf(node.String("coordinate_transformation_mode", "half_pixel")),
            Rounding = RoundingOf(node.String("nearest_mode", "round_prefer_floor")),
            CubicCoefficient = node.Float("cubic_coeff_a", -0.75),
            ExcludeOutside = node.Flag("exclude_outside"),
            Antialias = node.Flag("antialias"),
            Extrapolation = node.Float("extrapolation_value", 0),
            Aspect = AspectOf(node.String("keep_aspect_ratio_policy", "stretch")),
        });
    }

    /// <summary>Before opset 11: no more than scales, which elements' first ones keep their places by.</summary>
    static Expr Upsampled(OnnxNode node)
    {
        const int scalesAsInput = 9;
        var scales = node.Opset < scalesAsInput ? node.Floats("scales") : Numbers(node.Known(1, "scales"));
        return Resize(node[0], new()
        {
            Scales = scales,
            Mode = ModeOf(node.String("mode", "nearest")),
            Coordinates = ResizeCoordinates.Asymmetric,
            Rounding = ResizeRounding.Floor,
        });
    }

    static double[] Numbers(Tensor tensor) => tensor.Cast(DType.Float64).ToArray<double>();

    static ResizeMode ModeOf(string mode) => mode switch
    {
        "nearest" => ResizeMode.Nearest,
        "linear" or "bilinear" => ResizeMode.Linear,
        "cubic" => ResizeMode.Cubic,
        _ => throw new OnnxNodeException($"mode is \"{mode}\", and has to be nearest, linear or cubic."),
    };

    static ResizeCoordinates CoordinatesOf(string mode) => mode switch
    {
        "half_pixel" => ResizeCoordinates.HalfPixel,
        "half_pixel_symmetric" => ResizeCoordinates.HalfPixelSymmetric,
        "pytorch_half_pixel" => ResizeCoordinates.PyTorchHalfPixel,
        "align_corners" => ResizeCoordinates.AlignCorners,
        "asymmetric" => ResizeCoordinates.Asymmetric,
        "tf_crop_and_resize" => ResizeCoordinates.CropAndResize,
        _ => throw OnnxNodeException.Unsupported($"the coordinate transformation \"{mode}\" has no form here."),
    };

    static ResizeRounding RoundingOf(string mode) => mode switch
    {
        "round_prefer_floor" => ResizeRounding.PreferFloor,
        "round_prefer_ceil" => ResizeRounding.PreferCeiling,
        "floor" => ResizeRounding.Floor,
        "ceil" => ResizeRounding.Ceiling,
        _ => throw new OnnxNodeException($"nearest_mode is \"{mode}\", and has to be round_prefer_floor, round_prefer_ceil, floor or "
            + "ceil."),
    };

    static ResizeAspect AspectOf(string policy) => policy switch
    {
        "stretch" => ResizeAspect.Stretch,
        "not_larger" => ResizeAspect.NotLarger,
        "not_smaller" => ResizeAspect.NotSmaller,
        _ => throw new OnnxNodeException($"keep_aspect_ratio_policy is \"{policy}\", and has to be stretch, not_larger or not_smaller."),
    };

    static SampleMode SampleModeOf(string mode) => mode switch
    {
        "linear" or "bilinear" => SampleMode.Linear,
        "nearest" => SampleMode.Nearest,
        "cubic" or "bicubic" => SampleMode.Cubic,
        _ => throw new OnnxNodeException($"mode is \"{mode}\", and has to be linear, nearest or cubic."),
    };

    static SamplePadding SamplePaddingOf(string mode) => mode switch
    {
        "zeros" => SamplePadding.Zeros,
        "border" => SamplePadding.Border,
        "reflection" => SamplePadding.Reflection,
        _ => throw new OnnxNodeException($"padding_mode is \"{mode}\", and has to be zeros, border or reflection."),
    };
}
