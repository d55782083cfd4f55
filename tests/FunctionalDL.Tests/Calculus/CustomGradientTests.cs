using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Calculus;

public class CustomGradientTests
{
    static readonly Expr X = Expr.Variable("x", [3], DType.Float64);
    static readonly double[] At = [0.3, -1.2, 0.8];

    /// <summary>A step whose gradient is twice that of the identity.</summary>
    static Expr Step(Expr x) => CustomGradient(v => Sign(v[0]), (_, _, g) => [2 * g], x);

    /// <summary>x·w with its true gradient, given by hand.</summary>
    static Expr Product(Expr x, Expr w) => CustomGradient(v => v[0] * v[1], (v, _, g) => [g * v[1], g * v[0]], x, w);

    [Fact]
    public void The_rule_takes_the_place_of_the_chain_rule_in_either_mode()
    {
        var y = Step(Sin(X));
        Assert.Equal([1.0, -1, 1], y.Evaluate(("x", At)).ToArray<double>());
        var expected = Tensor.Vector([.. At.Select(x => 2 * Math.Cos(x))]);
        Laws.SameValue("reverse mode", expected, Sum(y).Gradient(X).Evaluate(("x", At)), 1e-15);
        Laws.SameValue("forward mode", expected, y.Jvp([X], [Full(X, 1)]).Evaluate(("x", At)), 1e-15);
    }

    [Fact]
    public void A_derivative_through_it_is_differentiated_again()
    {
        Expr Twice(Func<Expr, Expr, Expr> product) => Sum(Square(product(Sin(X), Exp(X))));
        Laws.SameValue(
            "Hessians",
            Twice((x, w) => x * w).Hessian(X).Evaluate(("x", At)),
            Twice(Product).Hessian(X).Evaluate(("x", At)),
            1e-13);
        Laws.SameValue(
            "third derivatives",
            Twice((x, w) => x * w).Hessian(X).Jacobian(X).Evaluate(("x", At)),
            Twice(Product).Hessian(X).Jacobian(X).Evaluate(("x", At)),
            1e-12);

        // ∂/∂x of the tangent 2·cos x
        var tangent = Step(Sin(X)).Jvp([X], [Full(X, 1)]);
        Laws.SameValue(
            "the derivative of a tangent",
            Tensor.Vector([.. At.Select(x => -2 * Math.Sin(x))]),
            Sum(tangent).Gradient(X).Evaluate(("x", At)),
            1e-15);
    }

    [Fact]
    public void Mapped_over_slices_it_keeps_its_rule()
    {
        var (x, w) = (Expr.Variable("x"), Expr.Variable("w"));
        var xs = Expr.Variable("xs", ["n"], DType.Float64);
        var mapped = Step(Product(x, w)).Vmap([(x, xs)]);
        TensorSet at = TensorSet.Of(("xs", At), ("w", 0.5));
        Laws.SameValue("with respect to the slices", Tensor.Vector(1.0, 1, 1), Sum(mapped).Gradient(xs).Evaluate(at), 0);
        Laws.SameValue("with respect to what they share", Tensor.Scalar(2 * At.Sum()), Sum(mapped).Gradient(w).Evaluate(at), 1e-15);
        Laws.SameValue("forward", Tensor.Vector(1.0, 1, 1), mapped.Jvp([xs], [Full(xs, 1)]).Evaluate(at), 0);
    }

    [Fact]
    public void It_is_compiled_as_what_it_computes()
    {
        var y = Sum(Step(Sin(X)) * X);
        Laws.SameValue("compiled", y.Evaluate(("x", At)), y.Compile().Run(("x", At))[0], 1e-15);
        var g = y.Gradient(X);
        Laws.SameValue("compiled gradient", g.Evaluate(("x", At)), g.Compile().Run(("x", At))[0], 1e-15);
    }

    [Fact]
    public void A_rule_that_gives_other_types_is_an_error() => Assert.Contains("one gradient of each input's type",
        Assert.Throws<ShapeException>(() => Sum(CustomGradient(v => v[0], (_, _, g) => [Sum(g)], X)).Gradient(X)).Message);
}
