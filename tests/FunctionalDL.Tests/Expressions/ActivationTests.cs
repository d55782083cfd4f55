using System.Reflection;

namespace FunctionalDL.Tests.Expressions;

/// <summary>
/// Functions of one number where their formulas change: at kinks the derivative is PyTorch's, at smooth points the one there is.
/// </summary>
public class ActivationTests
{
    const double Lambda = 1.0507009873554805, LambdaAlpha = Lambda * 1.6732632423543772;

    static readonly SwitchingPoint[] points =
    [
        new("Relu", Relu, 0, 0, (0, 0, 1), 0),
        new("LeakyRelu", x => LeakyRelu(x), 0, 0, (0.01, 0.01, 1), 0),
        new("LeakyRelu, slope 0.3", x => LeakyRelu(x, 0.3), 0, 0, (0.3, 0.3, 1), 0),
        new("Elu", x => Elu(x), 0, 0, 1, (1, 1, 0)),
        new("Elu, far below", x => Elu(x), -40, -1, 4.248354255291589e-18, 4.248354255291589e-18),
        new("Elu, far above", x => Elu(x), 1000, 1000, 1, 0),
        new("Elu, α 0.5", x => Elu(x, 0.5), 0, 0, (0.5, 0.5, 1), (0.5, 0.5, 0)),
        new("Selu", Selu, 0, 0, (LambdaAlpha, LambdaAlpha, Lambda), (LambdaAlpha, LambdaAlpha, 0)),
        new("HardSigmoid, below", HardSigmoid, -3, 0, (0, 0, 1 / 6.0), 0),
        new("HardSigmoid", HardSigmoid, 0, 0.5, 1 / 6.0, 0),
        new("HardSigmoid, above", HardSigmoid, 3, 1, (1 / 6.0, 0, 0), 0),
        new("HardSigmoid, α and β", x => HardSigmoid(x, 0.25, 0.5), 2, 1, (0.25, 0, 0), 0),
        new("HardSwish, below", HardSwish, -3, 0, (0, 0, -0.5), (0, 0, 1 / 3.0)),
        new("HardSwish, above", HardSwish, 3, 3, (1.5, 1, 1), (1 / 3.0, 0, 0)),
        new("HardTanh, below", x => HardTanh(x), -1, -1, (0, 0, 1), 0),
        new("HardTanh, above", x => HardTanh(x, -2, 4), 4, 4, (1, 0, 0), 0),
        new("Relu6, below", Relu6, 0, 0, (0, 0, 1), 0),
        new("Relu6, above", Relu6, 6, 6, (1, 0, 0), 0),
        new("ThresholdedRelu", x => ThresholdedRelu(x), 1, 0, (0, 0, 1), 0),
        new("ThresholdedRelu, α −2", x => ThresholdedRelu(x, -2), -2, 0, (0, 0, 1), 0),
        new("Celu", x => Celu(x), 0, 0, 1, (1, 1, 0)),
        new("Celu, α 0.5", x => Celu(x, 0.5), 0, 0, 1, (2, 2, 0)),
        new("Celu, α 2 far below", x => Celu(x, 2), -80, -2, 4.248354255291589e-18, 2.1241771276457944e-18),
        new("Celu, far above", x => Celu(x), 1000, 1000, 1, 0),
        new("Shrink, above", x => Shrink(x, 0.25, 1), 1, 0, (0, 0, 1), 0),
        new("Shrink, below", x => Shrink(x, 0.25, 1), -1, 0, (1, 0, 0), 0),
        new("Shrink, far", x => Shrink(x, 0.25, 1), -3, -2.75, 1, 0),
        new("HardShrink", x => HardShrink(x), 0.5, 0, (0, 0, 1), 0),
        new("HardShrink, far", x => HardShrink(x), -3, -3, 1, 0),
        new("SoftShrink", x => SoftShrink(x), -0.5, 0, (1, 0, 0), 0),
        new("SoftShrink, far", x => SoftShrink(x, 1), 3, 2, 1, 0),
        new("TanhShrink", TanhShrink, 0, 0, 0, 0),
        new("TanhShrink, far", TanhShrink, -1000, -999, 1, 0),
        new("LogSigmoid", LogSigmoid, 0, -Math.Log(2), 0.5, -0.25),
        new("LogSigmoid, far below", LogSigmoid, -1000, -1000, 1, 0),
        new("LogSigmoid, far above", LogSigmoid, 1000, 0, 0, 0),
        new("Swish", x => Swish(x), 0, 0, 0.5, 0.5),
        new("Swish, β 2", x => Swish(x, 2), 0, 0, 0.5, 1),
        new("Glu", x => Sum(Glu(Stack(0, Full(x, 3), x), 0)), 0, 1.5, 0.75, 0),
        new("SwiGlu", x => Sum(SwiGlu(Stack(0, x, Full(x, 3)), 0)), 0, 0, 1.5, 1.5),
        new("Softmin", x => Index(Softmin(Stack(0, x, Full(x, 0)), 0), 0, 0), 0, 0.5, -0.25, 0),
        new("Softmin, far", x => Index(Softmin(Stack(0, x, Full(x, 0)), 0), 0, 0), -1000, 1, 0, 0),
        new("Softsign", Softsign, 0, 0, 1, (2, 0, -2)),
        new("Abs", Abs, 0, 0, (-1, 0, 1), 0),
        new("Sign", Sign, 0, 0, 0, 0),
        new("Sigmoid", Sigmoid, 0, 0.5, 0.25, 0),
        new("Softplus", Softplus, 0, Math.Log(2), 0.5, 0.25),
        new("Silu", Silu, 0, 0, 0.5, 0.5),
        new("Gelu", Gelu, 0, 0, 0.5, Math.Sqrt(2 / Math.PI)),
        new("GeluTanh", GeluTanh, 0, 0, 0.5, Math.Sqrt(2 / Math.PI)),
        new("Mish", Mish, 0, 0, 0.6, 0.64),
        new("Tanh", Tanh, 0, 0, 1, 0),
        new("Erf", Erf, 0, 0, 2 / Math.Sqrt(Math.PI), 0),
        new("Atan", Atan, 0, 0, 1, 0),
        new("Expm1", Expm1, 0, 0, 1, 1),
        new("Log1P", Log1P, 0, 0, 1, -1),
        new("Square", Square, 0, 0, 0, 2),
        new("Sin", Sin, 0, 0, 1, 0),
        new("Cos", Cos, 0, 1, 0, -1),
        new("Tan", Tan, 0, 0, 1, 0),
        new("Exp", Exp, 0, 1, 1, 1),
        new("Log", Log, 1, 0, 1, -1),
        new("Sqrt", Sqrt, 1, 1, 0.5, -0.25),
        new("Negate", Negate, 0, 0, -1, 0),
        new("Softmax", x => Index(Softmax(Stack(0, x, Full(x, 0)), 0), 0, 0), 0, 0.5, 0.25, 0),
        new("LogSoftmax", x => Index(LogSoftmax(Stack(0, x, Full(x, 0)), 0), 0, 0), 0, -Math.Log(2), 0.5, -0.25),
        new("LogSumExp", x => LogSumExp(Stack(0, x, Full(x, 0))), 0, Math.Log(2), 0.5, 0.25),
        new("LogSumExpKeep", x => Sum(LogSumExpKeep(Stack(0, x, Full(x, 0)))), 0, Math.Log(2), 0.5, 0.25),
        new("Norm", x => Norm(Stack(0, x, Full(x, 2))), 0, 2, 0, 0.5),
        new("Norm, of one number", x => Norm(Reshape(x, [1])), 0, 0, (-1, 0, 1), 0),
        new("Maximum, of two equal", x => Maximum(3 * x, 2 * x), 0, 0, (2, 2, 3), 0),
        new("Minimum, of two equal", x => Minimum(3 * x, 2 * x), 0, 0, (3, 2, 2), 0),
        new("Max, of two equal", x => Max(Stack(0, 3 * x, 2 * x)), 0, 0, (2, 2.5, 3), 0),
        new("Min, of two equal", x => Min(Stack(0, 3 * x, 2 * x)), 0, 0, (3, 2.5, 2), 0),
        new("Power, x²", x => Power(x, 2), 0, 0, 0, 2),
        new("Power, |x|³", x => Power(Abs(x), 3), 0, 0, 0, 0),
    ];

    public static TheoryData<string> Names => [.. points.Select(p => p.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Value_and_two_derivatives_are_right_where_a_formula_changes(string name) => points.Single(p => p.Name == name).Holds();

    /// <summary>Each function of one expression has a row; those that only move, repeat or add up elements change no formula.</summary>
    [Fact]
    public void Every_function_of_one_argument_is_here()
    {
        string[] moved = ["Transpose", "StopGradient", "ZerosLike", "RotaryPositions", "Sort", "Tril", "Triu"];
        string[] addedUp = ["Sum", "Mean", "CumulativeSum", "CumulativeProduct", "Product"];
        string[] notSmooth = ["ArgMin", "ArgSort", "BitNot", "Ceiling", "Truncate", "IsNaN", "IsInfinite"];
        // Held by tests of their own, as primitives are by their table.
        string[] elsewhere = ["LayerNorm", "RmsNorm", "LpNormalize", "LogGamma", "Reciprocal"];
        var all = typeof(Functions)
            .GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(m =>
                m.ReturnType == typeof(Expr)
                && m.GetParameters() is [var first, .. var rest]
                && first.ParameterType == typeof(Expr)
                && rest.All(p => p.IsOptional))
            .Select(m => m.Name)
            .Distinct();
        string[] here = [.. points.Select(p => p.Name.Split(',')[0]), .. moved, .. addedUp, .. notSmooth, .. elsewhere, .. Op.Names];
        Assert.Equal("", string.Join(", ", all.Except(here)));
    }

    /// <summary>Slopes of channels; infinite numbers above 0 have no part in their gradient.</summary>
    [Fact]
    public void PRelu_has_a_slope_for_each_channel()
    {
        Expr x = Expr.Variable("x", ["n", 2, 3], DType.Float64), slope = Expr.Variable("slope", [2, 1], DType.Float64);
        var y = PRelu(x, slope);
        var at = TensorSet.Of(
            ("x", Tensor.Of(Shape.Of(1, 2, 3), [-1, 0, double.PositiveInfinity, -2, 3, -4.0])),
            ("slope", Tensor.Of(Shape.Of(2, 1), [0.5, -1])));
        Assert.Equal([-0.5, 0, double.PositiveInfinity, 2, 3, 4], y.Evaluate(at).ToArray<double>());
        Assert.Equal([0.5, 0.5, 1, -1, 1, -1], Sum(y).Gradient(x).Evaluate(at).ToArray<double>());
        Assert.Equal([-1, -6.0], Sum(y).Gradient(slope).Evaluate(at).ToArray<double>());
        Assert.Contains("[channels, 1, 1]", Assert.Throws<ShapeException>(() => PRelu(x, Expr.Variable("s", [4, 1, 1, 1]))).Message);
        Assert.Throws<ShapeException>(() => PRelu(slope, x));
    }

    [Fact]
    public void What_is_no_number_stays_none()
    {
        var x = Expr.Constant(double.NaN, DType.Float64);
        Expr[] all = [Relu6(x), ThresholdedRelu(x), Celu(x), HardSwish(x), HardTanh(x), Shrink(x), LogSigmoid(x), PRelu(x, x), Swish(x)];
        Assert.All(all, y => Assert.True(double.IsNaN(y.Evaluate().ToScalar()), y.ToString()));
    }
}
