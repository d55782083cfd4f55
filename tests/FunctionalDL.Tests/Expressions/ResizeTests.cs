using FunctionalDL.Tests.Onnx;
using static FunctionalDL.Tests.Expressions.StructuralCase;

namespace FunctionalDL.Tests.Expressions;

/// <summary>Resizing: OnnxRuntime is the oracle where it follows the standard, and the standard's own examples elsewhere.</summary>
public class ResizeTests
{
    static readonly Tensor Values = Numbers(1, 2, 3, 5, 4);
    static readonly Expr X = Expr.Variable("x", ["n", 3, 5, 4]);

    static readonly Dictionary<ResizeCoordinates, string> Coordinates = new()
    {
        [ResizeCoordinates.HalfPixel] = "half_pixel",
        [ResizeCoordinates.HalfPixelSymmetric] = "half_pixel_symmetric",
        [ResizeCoordinates.PyTorchHalfPixel] = "pytorch_half_pixel",
        [ResizeCoordinates.AlignCorners] = "align_corners",
        [ResizeCoordinates.Asymmetric] = "asymmetric",
    };

    static readonly Dictionary<ResizeRounding, string> Roundings = new()
    {
        [ResizeRounding.PreferFloor] = "round_prefer_floor",
        [ResizeRounding.PreferCeiling] = "round_prefer_ceil",
        [ResizeRounding.Floor] = "floor",
        [ResizeRounding.Ceiling] = "ceil",
    };

    static Tensor Onnx(ResizeOptions options, long[]? sizes, float[]? scales)
    {
        Tensor?[] inputs = sizes is null ? [Values, null, Tensor.Vector(scales!)] : [Values, null, null, Tensor.Vector(sizes)];
        return OneNode.Run(
            "Resize",
            19,
            1,
            inputs,
            ("axes", new[] { 2L, 3 }),
            ("mode", options.Mode.ToString().ToLowerInvariant()),
            ("coordinate_transformation_mode", Coordinates[options.Coordinates]),
            ("nearest_mode", Roundings[options.Rounding]),
            ("cubic_coeff_a", options.CubicCoefficient),
            ("exclude_outside", options.ExcludeOutside ? 1L : 0L))[0];
    }

    public static TheoryData<ResizeMode, ResizeCoordinates, bool> Forms
    {
        get
        {
            var data = new TheoryData<ResizeMode, ResizeCoordinates, bool>();
            foreach (var mode in Enum.GetValues<ResizeMode>())
                foreach (var coordinates in Coordinates.Keys)
                    foreach (var larger in new[] { false, true }) data.Add(mode, coordinates, larger);
            return data;
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Sizes_and_scales_are_Resize(ResizeMode mode, ResizeCoordinates coordinates, bool larger)
    {
        ResizeOptions options = new() { Axes = [2, 3], Mode = mode, Coordinates = coordinates };
        long[] sizes = larger ? [8, 7] : [3, 2];
        var sized = Resize(X, options with { Sizes = [(int)sizes[0], (int)sizes[1]] });
        Holds("sizes", sized, TensorSet.Of(("x", Values)), Onnx(options, sizes, null));
        // Here OnnxRuntime aligns the corners of rounded sizes, which the standard does not.
        float[] scales = coordinates == ResizeCoordinates.AlignCorners ? [2, 0.5f] : larger ? [1.7f, 2.5f] : [0.6f, 0.8f];
        var y = Resize(X, options with { Scales = [scales[0], scales[1]] });
        if (coordinates != ResizeCoordinates.AlignCorners || mode == ResizeMode.Nearest)
            Holds("scales", y, TensorSet.Of(("x", Values)), Onnx(options, null, scales));
    }

    [Theory, InlineData(ResizeRounding.PreferFloor), InlineData(ResizeRounding.PreferCeiling), InlineData(ResizeRounding.Floor)]
    [InlineData(ResizeRounding.Ceiling)]
    public void The_nearest_is_rounded_as_told(ResizeRounding rounding)
    {
        foreach (var coordinates in Coordinates.Keys)
        {
            ResizeOptions options = new() { Axes = [2, 3], Coordinates = coordinates, Rounding = rounding };
            Holds("larger", Resize(X, options with { Sizes = [10, 6] }), TensorSet.Of(("x", Values)), Onnx(options, [10, 6], null));
            Holds("smaller", Resize(X, options with { Sizes = [2, 3] }), TensorSet.Of(("x", Values)), Onnx(options, [2, 3], null));
        }
    }

    [Fact]
    public void Curves_and_ends_are_as_told()
    {
        foreach (var options in new ResizeOptions[]
        {
            new() { Axes = [2, 3], Mode = ResizeMode.Cubic, CubicCoefficient = -0.5 },
            new() { Axes = [2, 3], Mode = ResizeMode.Cubic, ExcludeOutside = true },
            new() { Axes = [2, 3], Mode = ResizeMode.Cubic, CubicCoefficient = -0.5, ExcludeOutside = true },
        })
            Holds($"{options}", Resize(X, options with { Sizes = [9, 3] }), TensorSet.Of(("x", Values)), Onnx(options, [9, 3], null));
    }

    /// <summary>1 … 16 in a square, as in the standard's examples.</summary>
    static Expr Square4 => Expr.Constant(Tensor.Of([1, 1, 4, 4], [.. Enumerable.Range(1, 16).Select(i => (double)i)]));

    static void Near(double[] expected, Expr y)
    {
        var value = y.Evaluate().ToArray<double>();
        Assert.Equal(expected.Length, value.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], value[i], 1e-4);
    }

    /// <summary>test_resize_downsample_…_antialias, …_align_corners and …_crop_and_resize of ONNX 1.19.</summary>
    [Fact]
    public void The_standards_examples()
    {
        double[] scales = [0.6, 0.6];
        ResizeOptions smaller = new() { Axes = [2, 3], Scales = scales, Antialias = true };
        Near([2.875, 4.5, 9.375, 11.0], Resize(Square4, smaller with { Mode = ResizeMode.Linear }));
        Near([2.5180721, 4.2858863, 9.589329, 11.357142], Resize(Square4, smaller with { Mode = ResizeMode.Cubic }));
        Near([1, 3.142857], Resize(
            Expr.Constant(Tensor.Of([1, 1, 2, 4], [1.0, 2, 3, 4, 5, 6, 7, 8])),
            new() { Axes = [2, 3], Scales = scales, Mode = ResizeMode.Linear, Coordinates = ResizeCoordinates.AlignCorners }));
        var aligned = Resize(
            Square4,
            new() { Axes = [2, 3], Scales = [0.8, 0.8], Mode = ResizeMode.Cubic, Coordinates = ResizeCoordinates.AlignCorners });
        Near([1, 2.39519159, 6.58076634, 7.97595793], Slice(Slice(aligned, 2, 0, 2), 3, 0, 2));
        var crop = Resize(
            Square4,
            new()
            {
                Sizes = [1, 1, 3, 3],
                Mode = ResizeMode.Linear,
                Coordinates = ResizeCoordinates.CropAndResize,
                Region = [0, 0, 0.4, 0.6, 1, 1, 1.2, 1.7],
                Extrapolation = 10,
            });
        Near([7.6, 10, 10, 12.4, 10, 10, 10, 10, 10], crop);
    }

    [Fact]
    public void Proportions_stay_where_told()
    {
        ResizeOptions options = new() { Axes = [2, 3], Sizes = [10, 12] };
        Assert.Equal(Shape.Of("n", 3, 10, 8), Resize(X, options with { Aspect = ResizeAspect.NotLarger }).Shape);
        Assert.Equal(Shape.Of("n", 3, 15, 12), Resize(X, options with { Aspect = ResizeAspect.NotSmaller }).Shape);
    }

    [Fact]
    public void Names_stay_and_nothing_becomes_nothing()
    {
        Assert.Equal(Shape.Of("n", 3, 10, 8), Resize(X, new() { Sizes = ["n", 3, 10, 8] }).Shape);
        Assert.Same(X, Resize(X, new() { Scales = [1, 1, 1, 1], Mode = ResizeMode.Cubic }));
        var none = Resize(X, new() { Axes = [2], Sizes = [0] });
        Assert.Equal(Shape.Of(2, 3, 0, 4), none.Evaluate(("x", Values)).Shape);
        var wholes = Resize(Expr.Constant(Tensor.Vector(1L, 2)), new() { Sizes = [4] }).Evaluate();
        Assert.Equal([1L, 1, 2, 2], wholes.ToArray<long>());
    }

    [Fact]
    public void What_cannot_be_is_told()
    {
        static string Error(Func<Expr> make) => Assert.ThrowsAny<FunctionalException>(make).Message;
        Assert.Contains("either sizes or scales", Error(() => Resize(X, new())));
        Assert.Contains("one for each", Error(() => Resize(X, new() { Sizes = [1, 2] })));
        Assert.Contains("fix the size", Error(() => Resize(X, new() { Axes = [0], Scales = [2] })));
        Assert.Contains("above 0", Error(() => Resize(X, new() { Axes = [2], Scales = [-1] })));
        Assert.Contains("a region of 0 numbers", Error(() =>
            Resize(X, new() { Axes = [2], Sizes = [3], Coordinates = ResizeCoordinates.CropAndResize })));
        var wholes = X.Cast(DType.Int64);
        Assert.Contains("takes floats", Error(() => Resize(wholes, new() { Axes = [2], Sizes = [3], Mode = ResizeMode.Linear })));
        Assert.Contains("Look at the scales", Error(() => Resize(X, new() { Axes = [2], Scales = [1e30] })));
    }
}
