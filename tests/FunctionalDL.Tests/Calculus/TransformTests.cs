using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Calculus;

/// <summary>
/// Forward and reverse mode, Jacobians and Hessians: each against the others and against differences of the function itself.
/// </summary>
public class TransformTests
{
    static Tensor Random(Tensor like, int seed) => Key.Of(seed).Uniform(like.Shape, DType.Float64).As<double>().Map(u => u - 0.5);

    [Property(Arbitrary = [typeof(SmoothExpressions)], MaxTest = 100)]
    public void Jacobians_by_forward_mode_reverse_mode_and_differences_agree(ExpressionCase smooth)
    {
        var c = smooth.WithPrecision(DType.Float64);
        if (c.FloatVariables.Count == 0 || c.Evaluate().Count == 0) return;
        var x = c.FloatVariables[0];
        var (name, value) = (x.VariableName!, c.Values[x.VariableName!].As<double>());
        var forward = Differentiation.ForwardJacobian(c.Output, x).Evaluate(c.Values);
        Laws.SameValue(
            "the Jacobian by forward and by reverse mode",
            forward,
            Differentiation.ReverseJacobian(c.Output, x).Evaluate(c.Values),
            1e-9);

        const double h = 1e-5;
        Tensor At(int j, double offset) =>
            c.Output.Evaluate(
                c.Values.With(name, Tensor.Of(value.Shape, value.Span.ToArray().Select((v, i) => i == j ? v + offset : v).ToArray())));
        Tensor[] columns =
        [
            .. Enumerable.Range(0, value.Count).Select(j => ((Expr.Constant(At(j, h)) - Expr.Constant(At(j, -h))) / (2 * h)).Evaluate()),
        ];
        if (columns.Length == 0)
            return;
        var differences = Reshape(Stack(-1, [.. columns.Select(Expr.Constant)]), forward.Shape).Evaluate();
        Laws.SameValue("the Jacobian and differences", differences, forward, 1e-4);
    }

    [Property(Arbitrary = [typeof(SmoothExpressions)], MaxTest = 60)]
    public void Hessians_are_symmetric_and_their_products_are_those_of_a_direction(ExpressionCase smooth, byte seed)
    {
        var c = smooth.WithPrecision(DType.Float64);
        if (c.FloatVariables.Count == 0) return;
        var (y, x) = (Sum(Sin(c.Output)), c.FloatVariables[0]);
        var n = c.Values[x.VariableName!].Count;
        var hessian = Expr.Constant(y.Hessian(x).Evaluate(c.Values).Reshape([n, n]));
        Laws.SameValue("the Hessian and its transpose", hessian.Evaluate(), Transpose(hessian).Evaluate(), 1e-9);

        var v = Expr.Constant(Random(c.Values[x.VariableName!], seed));
        var product = y.HessianVectorProduct(x, Expr.Variable("v", x.Shape, x.DType)).Evaluate(c.Values.With("v", v.Evaluate()));
        Laws.SameValue("H v", MatMul(hessian, Reshape(v, [n])).Evaluate(), product.Reshape([n]), 1e-9);
    }

    /// <summary>f′(x) = Im f(x + ih)/h + O(h²), with f computed by complex arithmetic.</summary>
    [Property(Arbitrary = [typeof(Composition)], MaxTest = 300)]
    public void Derivatives_of_analytic_functions_are_those_of_the_complex_step(Composition composition)
    {
        var y = composition.Nodes()[0];
        if (!ComplexEvaluator.IsAnalytic(y)) return;
        const double h = 1e-6;
        var step = ComplexEvaluator.Evaluate(y, new(composition.At, h)).Imaginary / h;
        Laws.SameValue("the complex step and the gradient", step, y.Gradient(composition.X).Evaluate(composition.Values), 1e-6);
        Laws.SameValue(
            "the complex step and forward mode",
            step,
            y.Jvp([composition.X], [Expr.Constant(1.0)]).Evaluate(composition.Values),
            1e-6);
    }

    static readonly Expr X = Expr.Variable("x", ["n"], DType.Float64);

    [Fact]
    public void Jacobians_may_have_named_sizes()
    {
        double[] at = [0.3, -1.2, 0.8];
        var jacobian = (Sin(X) * Sum(X)).Jacobian(X);
        Assert.Equal(Shape.Of("n", "n"), jacobian.Shape);
        var sum = at.Sum();
        Laws.SameValue(
            "the Jacobian",
            Tensor.Of(
                [3, 3],
                Enumerable.Range(0, 9).Select(k => (k / 3 == k % 3 ? Math.Cos(at[k / 3]) * sum : 0) + Math.Sin(at[k / 3])).ToArray()),
            jacobian.Evaluate(("x", at)),
            1e-15);
    }

    [Fact]
    public void Along_a_tangent_a_graph_of_many_paths_is_walked_once()
    {
        var (x, y) = (Expr.Variable("x"), Expr.Variable("x"));
        for (var i = 0; i < 60; i++) y = y + y;
        Assert.Equal(Math.Pow(2, 60), y.Jvp([x], [Expr.Constant(1.0)]).Evaluate(("x", 1.0)).ToScalar());
        for (var i = 0; i < 50_000; i++) y = Sin(y);
        Assert.InRange(Graph.TopologicalOrder(y.Jvp([x], [Expr.Constant(1.0)])).Count, 100_000, 200_000);
    }

    [Fact]
    public void What_does_not_fit_says_how_to_mend_it()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        Fails("Jacobian", () => Sin(X).Gradient(X));
        Fails("one for each", () => Sin(X).Jvp([X], []));
        Fails("Give a tangent of that type", () => Sin(X).Jvp([X], [Expr.Variable("t")]));
        Fails("not a scalar", () => Sin(X).Hessian(X));
        Fails("Cast it to a float", () => Sum(X).Jacobian(Expr.Variable("i", ["n"], DType.Int64)));
    }
}
