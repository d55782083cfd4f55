using FsCheck;
using FsCheck.Fluent;

namespace FunctionalDL.Testing;

/// <summary>
/// Expressions as they stand in calculus: products, quotients and powers of few parts, each used several times, sums and functions of
/// them, and their derivatives:
/// <c>[Property(Arbitrary = [typeof(AlgebraicExpressions)])]</c>.
/// </summary>
public static class AlgebraicExpressions
{
    /// <summary>Algebraic expressions of up to three variables, numbers or short vectors, mostly float64.</summary>
    public static Arbitrary<ExpressionCase> Cases() => Arb.From(
        Gen.Sized(size => Gen.Choose(0, int.MaxValue).Select(seed => AlgebraicBuilder.Build(new Random(seed), 2 + size / 10))),
        c => ExpressionShrinker.Shrink(c, AlgebraicBuilder.Options));
}
