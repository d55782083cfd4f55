using FsCheck.Fluent;
using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Calculus;

/// <summary>What holds for the gradient of any smooth expression.</summary>
public class GradientLaws
{
    [Property(Arbitrary = [typeof(Smooth)], MaxTest = 300)]
    public FsCheck.Property The_gradient_agrees_with_finite_differences(ExpressionCase smooth)
    {
        if (smooth.FloatVariables.Count == 0) return true.ToProperty();
        var result = GradientCheck.Check(Sum(smooth.Output), smooth.FloatVariables, smooth.Values, new() { Samples = 4 });
        return (result.WorstError < 1e-6).Label(result.ToString());
    }

    [Property(Arbitrary = [typeof(Smooth)], MaxTest = 100)]
    public FsCheck.Property The_gradient_of_a_gradient_agrees_too(ExpressionCase smooth)
    {
        if (smooth.FloatVariables.Count == 0) return true.ToProperty();
        var slope = Sum(Sin(Sum(smooth.Output).Gradient(smooth.FloatVariables[0])));
        var result = GradientCheck.Check(slope, smooth.FloatVariables, smooth.Values, new() { Samples = 2 });
        return (result.WorstError < 1e-5).Label(result.ToString());
    }

    [Property(Arbitrary = [typeof(Smooth)])]
    public FsCheck.Property Vjp_is_linear_in_the_outgoing_gradient(ExpressionCase smooth, byte seed)
    {
        var y = smooth.Output;
        var (g, h) = (Expr.Variable("g", y.Shape, y.DType), Expr.Variable("h", y.Shape, y.DType));
        var shape = y.Evaluate(smooth.Values).Shape;
        var values = smooth.Values.With("g", Key.Of(seed).Uniform(shape, y.DType)).With("h", Key.Of(seed + 1).Uniform(shape, y.DType));
        var together = y.Vjp(smooth.FloatVariables, 2 * g - 3 * h);
        var apart = y.Vjp(smooth.FloatVariables, g).Zip(y.Vjp(smooth.FloatVariables, h), (a, b) => 2 * a - 3 * b).ToArray();
        var worst = Evaluator.Evaluate(together, values).Zip(Evaluator.Evaluate(apart, values), Near.Distance).DefaultIfEmpty().Max();
        return (worst < 1e-10).Label($"{worst}");
    }

    /// <summary>Theorem 1: with f = f1∘…∘fn, df/dx = df1/df2 · df2/df3 · … · dfn/dx, each factor taken at its immediate input.</summary>
    [Property]
    public FsCheck.Property The_derivative_of_a_composition_is_the_product_of_its_factors(FsCheck.NonEmptyArray<byte> functions, sbyte at)
    {
        Func<Expr, Expr>[] smooth = [Sin, Cos, Tanh, Sigmoid, Softplus, Atan, Erf, x => 0.5 * x + 1, x => Square(x) / (1 + Square(x)), x => Exp(Tanh(x)), x => Log(1.5 + Square(x))];
        var x = Expr.Variable("x");
        List<Expr> composition = [x];
        foreach (var f in functions.Get.Take(12)) composition.Add(smooth[f % smooth.Length](composition[^1]));

        var factors = composition.Zip(composition.Skip(1), (inner, outer) => outer.Gradient(inner));
        var product = factors.Aggregate((a, b) => a * b);
        var point = TensorSet.Of(("x", at / 32.0));
        var distance = Near.Distance(product.Evaluate(point), composition[^1].Gradient(x).Evaluate(point));
        return (distance < 1e-12).Label($"{composition[^1]}: {distance}");
    }
}

/// <summary>Smooth random expressions for properties.</summary>
static class Smooth
{
    public static FsCheck.Arbitrary<ExpressionCase> Case() => Testing.Expressions.Smooth();
}

/// <summary>Continuous random expressions for properties.</summary>
static class Continuous
{
    public static FsCheck.Arbitrary<ExpressionCase> Case() => Testing.Expressions.Continuous();
}

/// <summary>Continuous float32 random expressions for properties.</summary>
static class Continuous32
{
    public static FsCheck.Arbitrary<ExpressionCase> Case() => Testing.Expressions.Continuous32();
}
