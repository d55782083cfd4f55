using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Calculus;

/// <summary>What holds for the gradient of any smooth expression.</summary>
public class GradientLaws
{
    [Property(Arbitrary = [typeof(SmoothExpressions)])]
    public void The_gradient_of_a_sum_is_the_sum_of_the_gradients(ExpressionCase smooth)
    {
        var exact = smooth.WithPrecision(DType.Float64);
        Expr f = Sum(Sin(exact.Output)), h = Sum(Square(exact.Output));
        foreach (var x in exact.FloatVariables)
            Laws.SameValue("the gradient of a sum and the sum of gradients",
                (f.Gradient(x) + h.Gradient(x)).Evaluate(exact.Values), (f + h).Gradient(x).Evaluate(exact.Values), 1e-10);
    }

    /// <summary>
    /// Theorem 1: with f = f1∘…∘fn, df/dx = df1/df2 · df2/df3 · … · dfn/dx, each factor taken at its immediate input.
    /// </summary>
    [Property(Arbitrary = [typeof(Composition)], MaxTest = 300)]
    public void The_derivative_of_a_composition_is_the_product_of_its_factors(Composition composition)
    {
        var nodes = composition.Nodes();
        var factors = nodes.Zip(nodes.Skip(1), (outer, inner) => outer.Gradient(inner));
        Laws.SameValue("df/dx and the product of its factors", factors.Aggregate((a, b) => a * b).Evaluate(composition.Values),
            nodes[0].Gradient(composition.X).Evaluate(composition.Values), 1e-12);
    }
}
