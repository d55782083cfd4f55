using FsCheck;
using FsCheck.Fluent;

namespace FunctionalDL.Testing;

/// <summary>
/// Arbitrary expressions with values for their variables, and how they shrink: to sub-expressions, smaller sizes and plainer values.
/// </summary>
public static class ExpressionArbitrary
{
    /// <summary>Expressions as the options say.</summary>
    public static Arbitrary<ExpressionCase> With(ExpressionOptions options) => Arb.From(
        Gen.Sized(size => Gen.Choose(0, int.MaxValue).Select(seed => ExpressionBuilder.Build(new Random(seed), options, 1 + size / 5))),
        c => ExpressionShrinker.Shrink(c, options));
}

/// <summary>All expressions: <c>[Property(Arbitrary = [typeof(AnyExpressions)])]</c>.</summary>
public static class AnyExpressions
{
    /// <summary>Expressions of all primitives and dtypes, with moderate values.</summary>
    public static Arbitrary<ExpressionCase> Cases() => ExpressionArbitrary.With(ExpressionOptions.Any);
}

/// <summary>Expressions with special values: <c>[Property(Arbitrary = [typeof(SpecialExpressions)])]</c>.</summary>
public static class SpecialExpressions
{
    /// <summary>Expressions of all primitives and dtypes, with NaN, infinities and extreme values.</summary>
    public static Arbitrary<ExpressionCase> Cases() => ExpressionArbitrary.With(ExpressionOptions.Any with { SpecialValues = true });
}

/// <summary>Smooth expressions, for gradients: <c>[Property(Arbitrary = [typeof(SmoothExpressions)])]</c>.</summary>
public static class SmoothExpressions
{
    /// <summary>Smooth functions of float variables.</summary>
    public static Arbitrary<ExpressionCase> Cases() => ExpressionArbitrary.With(ExpressionOptions.Smooth);
}

/// <summary>Expressions that can be exported: <c>[Property(Arbitrary = [typeof(OnnxExpressions)])]</c>.</summary>
public static class OnnxExpressions
{
    /// <summary>Expressions of all primitives and dtypes that OnnxRuntime computes.</summary>
    public static Arbitrary<ExpressionCase> Cases() => ExpressionArbitrary.With(ExpressionOptions.Onnx);
}
