using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Calculus;

public class FunctionTests
{
    static readonly Function Squared = Function.Of(x => Square(x));

    [Fact]
    public void A_function_is_written_as_on_paper()
    {
        Assert.Equal("x ↦ x²", Squared.ToString());
        Assert.Equal("x ↦ sin(x)", Function.Of(Sin).ToString());
        Assert.Equal("(w1, w2) ↦ w1·tanh(w2)", Function.Of((w1, w2) => w1 * Tanh(w2)).ToString());
    }

    [Fact]
    public void Composition_keeps_its_parts()
    {
        var f = Squared >> Function.Of(Sin) >> Function.Of(u => 2 * u);
        Assert.Equal("x ↦ 2·sin(x²)", f.ToString());
        Assert.Equal(["u ↦ 2·u", "x ↦ sin(x)", "x ↦ x²"], f.Parts.Select(p => p.ToString()));
        Assert.Equal(f.ToString(), Function.Of(u => 2 * u).After(Function.Of(Sin).After(Squared)).ToString());
        Assert.Contains("df/dx = df1/df2 · df2/df3 · df3/dx", f.Derivation().ToText());
        Assert.Equal(2 * Math.Sin(2.25), f.Evaluate(1.5).ToScalar(), 1e-15);
    }

    [Fact]
    public void Functions_of_several_values_compose_with_functions_of_several_variables()
    {
        var (x, y) = (Expr.Variable("x"), Expr.Variable("y"));
        var polar = Function.Of([x, y], x * Cos(y), x * Sin(y));
        Assert.Equal("(x, y) ↦ (x·cos(y), x·sin(y))", polar.ToString());
        Assert.Equal(4, (polar >> Function.Of((a, b) => Square(a) + Square(b))).Evaluate(2, 0.7).ToScalar(), 1e-15);
    }

    [Fact]
    public void Applied_to_expressions_it_is_its_body_at_them()
    {
        var (a, b) = (Expr.Variable("a"), Expr.Variable("b"));
        Assert.Equal("x/a", Function.Of((x, y) => y / x)[a, Expr.Variable("x")].ToString());
        Assert.Equal("(a·b)²", Squared[a * b].ToString());
    }

    [Fact]
    public void Derivatives_are_functions()
    {
        var f = Squared >> Function.Of(Sin);
        Assert.Equal("x ↦ 2·x·cos(x²)", f.Gradient().ToString());
        Assert.Equal(2 * Math.Cos(2.25) - 4 * 2.25 * Math.Sin(2.25), f.Hessian().Evaluate(1.5).ToScalar(), 1e-14);
        Assert.Equal(f.Hessian().Evaluate(1.5).ToScalar(), f.Gradient().Gradient().Evaluate(1.5).ToScalar(), 1e-14);
        Assert.Equal(3 * 3 * Math.Cos(2.25), f.Jvp().Evaluate(1.5, 3).ToScalar(), 1e-14);
        Assert.Equal(3 * 3 * Math.Cos(2.25), f.Vjp().Evaluate(1.5, 3).ToScalar(), 1e-14);

        var product = Function.Of((x, y) => x * Exp(y));
        Assert.Equal("(x, y) ↦ (exp(y), x·exp(y))", product.Gradient().ToString());
        Assert.Equal([2, 1, 2], product.ValueAndGradient().EvaluateAll(2, 0).Select(v => v.ToScalar()));
        Assert.Equal([0, 1, 1, 2], product.Hessian().EvaluateAll(2, 0).Select(v => v.ToScalar()));

        var v = Expr.Variable("v", [3], DType.Float64);
        var squares = Function.Of([v], Square(v)).Jacobian().Evaluate(new double[] { 1, 2, 3 });
        Laws.SameValue("Jacobian", Tensor.Matrix(new double[,] { { 2, 0, 0 }, { 0, 4, 0 }, { 0, 0, 6 } }), squares, 0);
    }

    [Fact]
    public void A_function_of_numbers_maps_over_vectors()
    {
        var f = (Squared >> Function.Of(Sin)).Gradient().Vmap("n");
        double[] at = [0.1, 0.2, 0.3, 0.4];
        Assert.Equal(at.Select(x => 2 * x * Math.Cos(x * x)), f.Evaluate(at).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    /// <summary>d/dx (x · d/dy (x + y)) = 1, whatever the two variables are called.</summary>
    [Fact]
    public void A_function_inside_another_does_not_take_its_variable_for_its_own()
    {
        static Expr Same(Expr e) => e;
        Func<Expr, Expr> outer = x =>
        {
            Func<Expr, Expr> inner = y => x + y;
            return x * Function.Of(inner).Gradient()[Same(x)];
        };
        Assert.Equal("x ↦ x·1", Function.Of(outer).ToString());
        Assert.Equal(1, Function.Of(outer).Gradient().Evaluate(3).ToScalar());
    }

    [Fact]
    public void Other_variables_keep_their_names()
    {
        var x = Expr.Variable("x");
        Func<Expr, Expr> f = u => u * x;
        Assert.Equal("x2 ↦ x2·x", Function.Of(f).ToString());
        Assert.Equal("x2 ↦ x", Function.Of(f).Gradient().ToString());
    }

    [Fact]
    public void What_does_not_fit_says_so()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        Fails("2 arguments for x ↦ x²", () => Squared.Evaluate(1, 2));
        Fails("two variables have one name", () => Function.Of([Expr.Variable("x"), Expr.Variable("x")], Expr.Variable("x")));
        Fails("not a variable", () => Function.Of([Sin(Expr.Variable("x"))], Expr.Variable("x")));
        Fails("no result", () => Function.Of([Expr.Variable("x")]));
        Fails("2 results", () => Function.Of((x, y) => x * y).Gradient().Gradient());
        Fails("Jacobian", () => Squared.Vmap(3).Gradient());
    }
}
