using FunctionalDL.Tests.Onnx;
using static FunctionalDL.Tests.Expressions.StructuralCase;

namespace FunctionalDL.Tests.Expressions;

public class NormalizationTests
{
    static readonly Tensor Values = Numbers(1, 2, 4, 3, 2), Scales = Numbers(2, 4), Biases = Numbers(3, 4);
    static readonly Expr X = Expr.Variable("x", ["n", 4, 3, 2]), Scale = Expr.Variable("scale", [4]), Bias = Expr.Variable("bias", [4]);

    static TensorSet At => TensorSet.Of(("x", Values), ("scale", Scales), ("bias", Biases));

    static Tensor Onnx(string op, int opset, Tensor?[] inputs, params (string, object)[] attributes) =>
        OneNode.Run(op, opset, 1, inputs, attributes)[0];

    [Fact]
    public void Channels_are_normalized_as_ONNX_has_it()
    {
        Tensor mean = Numbers(4, 4), variance = Square(Expr.Constant(Numbers(5, 4))).Evaluate();
        var batch = BatchNorm(X, Scale, Bias, Expr.Variable("mean", [4]), Expr.Variable("variance", [4]), 1e-2);
        var expected = Onnx("BatchNormalization", 15, [Values, Scales, Biases, mean, variance], ("epsilon", 1e-2));
        Holds("batch", batch, At.With("mean", mean).With("variance", variance), expected);
        Holds("instance", InstanceNorm(X, Scale, Bias, 1e-2), At,
            Onnx("InstanceNormalization", 6, [Values, Scales, Biases], ("epsilon", 1e-2)));
        Holds("group", GroupNorm(X, 2, Scale, Bias, 1e-2), At,
            Onnx("GroupNormalization", 21, [Values, Scales, Biases], ("num_groups", 2L), ("epsilon", 1e-2)));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(-1), InlineData(0)]
    public void Last_axes_are_normalized_as_ONNX_has_it(int axis)
    {
        var shape = Values.Shape.Slice(axis < 0 ? axis + 4 : axis, 4);
        Tensor scale = Numbers(2, [.. shape]), bias = Numbers(3, [.. shape]);
        var at = TensorSet.Of(("x", Values), ("scale", scale), ("bias", bias));
        var (x, s, b) = (axis == 0 ? Expr.Variable("x", Values.Shape) : X, Expr.Variable("scale", shape), Expr.Variable("bias", shape));
        Holds("layer", LayerNorm(x, axis, s, b, 1e-2), at,
            Onnx("LayerNormalization", 17, [Values, scale, bias], ("axis", (long)axis), ("epsilon", 1e-2)));
        Holds("plain", LayerNorm(x, axis, epsilon: 1e-2), at.Filter("x"),
            Onnx("LayerNormalization", 17, [Values, Tensor.Full(DType.Float32, shape, 1)], ("axis", (long)axis), ("epsilon", 1e-2)));
        int[] over = [.. Enumerable.Range(axis < 0 ? axis + 4 : axis, shape.Rank)];
        var squares = Mean(Square(Expr.Constant(Values)), over).Evaluate();
        var each = Values.Count / squares.Count;
        var rms = Tensor.Of(
            Values.Shape,
            [.. Enumerable.Range(0, Values.Count).Select(i =>
                (float)(Values.GetDouble(i) / Math.Sqrt(squares.GetDouble(i / each) + 1e-2) * scale.GetDouble(i % each)))]);
        Holds("root mean square", RmsNorm(x, axis, s, 1e-2), at, rms);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(7)]
    public void Neighbouring_channels_are_LRN(int size)
    {
        (string, object)[] attributes = [("size", (long)size), ("alpha", 0.5), ("beta", 0.6), ("bias", 0.9)];
        if (size % 2 == 1)
            Holds("neighbours", LocalResponseNorm(X, size, 0.5, 0.6, 0.9), At.Filter("x"), Onnx("LRN", 13, [Values], attributes));
        // Of an even number one more after than before.
        var sum = size == 2 ? Square(Expr.Constant(Values)).Evaluate().As<float>() : null;
        if (sum is null) return;
        double Sum(int i) => sum.Span[i] + (i / 6 % 4 < 3 ? sum.Span[i + 6] : 0);
        var even = Enumerable.Range(0, Values.Count).Select(i => (float)(Values.GetDouble(i) / Math.Pow(0.9 + 0.25 * Sum(i), 0.6)));
        Holds("even", LocalResponseNorm(X, 2, 0.5, 0.6, 0.9), At.Filter("x"), Tensor.Of(Values.Shape, [.. even]));
    }

    [Theory, InlineData(1, 1), InlineData(2, -1), InlineData(2, 0)]
    public void A_norm_of_1_is_LpNormalization(int p, int axis)
    {
        var expected = Onnx("LpNormalization", 1, [Values], ("p", (long)p), ("axis", (long)axis));
        Holds("normalized", LpNormalize(axis == 0 ? Expr.Variable("x", Values.Shape) : X, axis, p), At.Filter("x"), expected);
        Assert.Equal([0f, 0], LpNormalize(Expr.Constant(Tensor.Vector(0f, 0)), 0, p).Evaluate().ToArray<float>());
    }

    [Fact]
    public void Mean_and_variance_are_MeanVarianceNormalization()
    {
        Holds("usual", MeanVarianceNormalize(X), At.Filter("x"), Onnx("MeanVarianceNormalization", 13, [Values]));
        Holds("one axis", MeanVarianceNormalize(X, 2), At.Filter("x"),
            Onnx("MeanVarianceNormalization", 13, [Values], ("axes", new[] { 2L })));
        var same = Expr.Variable("x", [1, 1, 2, 2]);
        var at = TensorSet.Of(("x", Tensor.Full(DType.Float32, [1, 1, 2, 2], 3)));
        Assert.All(Sum(MeanVarianceNormalize(same)).Gradient(same).Evaluate(at).ToArray<float>(), g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        static string Error(Func<Expr> make) => Assert.Throws<ShapeException>(make).Message;
        Assert.Contains("one number for each channel", Error(() => InstanceNorm(X, Expr.Variable("s", [3]), Bias)));
        Assert.Contains("3 groups do not divide", Error(() => GroupNorm(X, 3, Scale, Bias)));
        Assert.Contains("LayerNorm: axis 4", Error(() => LayerNorm(X, 4)));
        Assert.Contains("0 channels", Error(() => LocalResponseNorm(X, 0)));
    }
}

static class Chosen
{
    /// <summary>One tensor of a set by itself.</summary>
    public static TensorSet Filter(this TensorSet values, string name) => TensorSet.Of((name, values[name]));
}
