namespace FunctionalDL.Tests.Calculus;

/// <summary>
/// Derivatives inside functions that derivatives are taken of: what is held fixed is never taken for what is moved, even under one name.
/// </summary>
public class PerturbationTests
{
    static readonly Expr X = Expr.Variable("x");

    static double At(Expr e, double x, params (string, Tensor)[] others) => e.Evaluate([("x", x), .. others]).ToScalar();

    [Fact]
    public void The_derivative_of_a_function_holds_fixed_what_it_closes_over()
    {
        Assert.Equal(3, At(Differentiation.Gradient(b => X * b)(X), 3));
        // d/dx (x · d/dy (x·y) at x) = 2x; d/dx of d/dy (x²·y²) at x is 6x².
        Assert.Equal(6, At(Differentiation.Gradient(x => x * Differentiation.Gradient(y => x * y)(x))(X), 3));
        Assert.Equal(54, At(Differentiation.Gradient(x => Differentiation.Gradient(y => Square(x) * Square(y))(x))(X), 3), 1e-12);
        // Three deep: d/dz (x·y·z²) at y is 2xy²; d/dy (2xy³) at x is 6x³; d/dx is 18x².
        var third = Differentiation.Gradient(x =>
            Differentiation.Gradient(y => y * Differentiation.Gradient(z => x * y * Square(z))(y))(x)
        )(X);
        Assert.Equal(72, At(third, 2), 1e-12);
    }

    static Function Times(Expr outer) => Function.Of(x => outer * Square(x));

    /// <summary>A function made of a lambda with a parameter x, around an expression with a variable x.</summary>
    [Fact]
    public void Functions_keep_their_variables_from_others_of_the_same_name()
    {
        var f = Times(X);
        Assert.Equal("x2", Assert.Single(f.Variables).VariableName);
        Assert.Equal(30, At(f.Gradient().Body, 3, ("x2", 5.0)));
        Assert.Equal(30, At(f.Jacobian().Body, 3, ("x2", 5.0)));
        Assert.Equal(6, At(f.Hessian().Body, 3, ("x2", 5.0)));
        Assert.Equal(18, At(Times(X).Gradient()[X], 3));
        // d/dx (x · d/dy (x·y²) at x) = d/dx 2x³ = 6x², as functions inside functions.
        Assert.Equal(54, Function.Of(x => x * Times(x).Gradient()[x]).Gradient().Evaluate(3).ToScalar(), 1e-12);
        // One more inside: g(x) = x · Times(x)′(x) = 2x³, and (x · g′(x))′ = (6x³)′ = 18x².
        Assert.Equal(
            72,
            Function.Of(x => x * Function.Of(y => y * Times(y).Gradient()[y]).Gradient()[x]).Gradient().Evaluate(2).ToScalar(),
            1e-12);
    }

    /// <summary>The names a loop gives to what it carries are no names of other variables, of loops around it neither.</summary>
    [Fact]
    public void Steps_of_loops_may_take_derivatives()
    {
        var h0 = Expr.Variable("h0");
        var times = Expr.Variable("t", [2], DType.Float64);
        var values = TensorSet.Of(("h0", 5.0), ("x", 0.0), ("t", Tensor.Of([2], [1.0, 1])));
        // h ← d/dh (h0·h²) = 2·h0·h, twice from 3: 4·h0²·3.
        var loop = Scan([Expr.Constant(3.0)], [times], (h, _) => [(h0 * Square(h[0])).Gradient(h[0])]);
        Assert.Equal(300, loop.Last[0].Evaluate(values).ToScalar());
        Assert.Equal(120, loop.Last[0].Gradient(h0).Evaluate(values).ToScalar());
        // A loop in a loop: the inner step's derivative with respect to its own carry holds the outer one fixed. k ← d/dk (h·k²) = 2hk,
        // twice from 1: h ← 4h².
        var nested = Scan(
            [Expr.Constant(3.0)],
            [times],
            (h, _) => [Scan([Expr.Constant(1.0)], [times], (k, _) => [(h[0] * Square(k[0])).Gradient(k[0])]).Last[0]]);
        Assert.Equal(4 * 36 * 36, nested.Last[0].Evaluate(values).ToScalar());
    }

    [Fact]
    public void What_is_computed_anew_closes_over_variables_of_any_name()
    {
        var w0 = Expr.Variable("w0");
        // f(x) = w0·x² with x itself closed over once more: x·w0·x².
        var y = Rematerialize(u => X * w0 * Square(u), X);
        Assert.Equal(3 * 5 * 9, At(y.Gradient(X), 3, ("w0", 5.0)));
        Assert.Equal(27, At(y.Gradient(w0), 3, ("w0", 5.0)));
        // A derivative inside, and one computed anew inside another.
        var inside = Rematerialize(u => Rematerialize(v => Differentiation.Gradient(b => w0 * u * Square(b))(v), u), X);
        Assert.Equal(4 * 5 * 3, At(inside.Gradient(X), 3, ("w0", 5.0)));
    }

    [Fact]
    public void Rules_of_gradients_close_over_variables()
    {
        // The rule says that the derivative of x² is 2x·x, with the x of outside.
        Expr F(Expr u) => CustomGradient(x => Square(x[0]), (x, _, g) => [2 * x[0] * X * g], u);
        Assert.Equal(18, At(F(X).Gradient(X), 3));
        // Forward mode, and a derivative of the derivative: 2x² → 4x.
        Assert.Equal(18, At(F(X).Jvp([X], [Full(X, 1)]), 3));
        Assert.Equal(12, At(F(X).Gradient(X).Gradient(X), 3));
        Assert.Equal(6, At(Differentiation.Gradient(F)(Expr.Constant(1.0)), 3));
    }

    /// <summary>The body of an abstract function may hold another that goes by the same name.</summary>
    [Fact]
    public void Bodies_of_abstract_functions_nest()
    {
        var f = AbstractFunctions.Apply("f", X).Gradient(X);
        // f(u) = u · g′(u) with g(v) = u·v², named f too: u · 2u², 6u² by derivative.
        Expr Body(Expr u) =>
            u
            * AbstractFunctions
                .Apply("f", Expr.Variable("v"))
                .Gradient(Expr.Variable("v"))
                .Define("f", v => u * Square(v))
                .Substitute(("v", u));
        Assert.Equal(54, At(f.Define("f", Body), 3), 1e-12);
    }
}
