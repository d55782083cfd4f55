using FsCheck;
using FsCheck.Xunit;
using FunctionalDL.Tests.Expressions.Text;

namespace FunctionalDL.Tests.Calculus.Derivations;

public class DerivationTests
{
    static readonly Expr Lecture = Expr.Parse("(f2(w2·f1(w1·x)) − y)²");

    static readonly Dictionary<string, Func<Expr, Expr>> Bodies = new() { ["f1"] = Tanh, ["f2"] = Sigmoid };

    [Fact]
    public void Theorem_1_for_sin_x_squared()
    {
        var derivation = Expr.Parse("sin(x^2)").Derivation(Expr.Variable("x"), TensorSet.Of(("x", 1.5)));

        Assert.Contains("df/dx = df1/df2 · df2/dx\n", derivation.ToText());
        Assert.Equal([("df1/df2", "cos(x²)"), ("df2/dx", "2·x")], derivation.Factors.Select(f => (f.Name, f.Formula)));
        Assert.Equal(3 * Math.Cos(2.25), derivation.Value!.ToScalar(), 1e-15);
        Assert.Contains("= −1.884520868\n", derivation.ToText());
    }

    /// <summary>Each path from the function to the variable is a term of the sum.</summary>
    [Fact]
    public void The_chain_rule_names_every_path()
    {
        var derivation = Expr.Parse("sin(x)·cos(x)").Derivation(Expr.Variable("x"));
        Assert.Contains("df/dx = df1/df2 · df2/dx + df1/df3 · df3/dx\n", derivation.ToText());
        Assert.Equal(["df1/df2", "df2/dx", "df1/df3", "df3/dx"], derivation.Factors.Select(f => f.Name));
    }

    [Fact]
    public void The_two_weight_network_has_the_five_factors_of_the_lecture_in_its_order()
    {
        var derivation = Lecture.Derivation(Expr.Variable("w1"));

        Assert.Contains(
            "∂L/∂w1 = ∂L/∂f2 · ∂f2/∂(w2·f1) · ∂(w2·f1)/∂f1 · ∂f1/∂(w1·x) · ∂(w1·x)/∂w1\n",
            derivation.ToText());
        Assert.Equal(["2·(f2 − y)", "f2′(w2·f1)", "w2", "f1′(w1·x)", "x"], derivation.Factors.Select(f => f.Formula));
        Assert.Contains(
            "∂L/∂w2 = ∂L/∂f2 · ∂f2/∂(w2·f1) · ∂(w2·f1)/∂w2\n", Lecture.Derivation(Expr.Variable("w2")).ToText());
    }

    [Fact]
    public void With_bodies_for_the_functions_the_factors_have_values()
    {
        var at = TensorSet.Of(("w1", -1.3), ("w2", 0.4), ("x", 0.7), ("y", 0.2));
        var derivation = Lecture.Derivation(Expr.Variable("w1"), at, Bodies);

        Assert.Contains("∂f2/∂(w2·f1) = f2′(w2·f1) = σ(w2·f1)·(1 − σ(w2·f1)) = 0.2448709573\n", derivation.ToText());
        var gradient = Lecture.Define("f1", Tanh).Define("f2", Sigmoid).Gradient(Expr.Variable("w1")).Evaluate(at).ToScalar();
        Assert.Equal(gradient, derivation.Value!.ToScalar(), 1e-15);
        Assert.Equal(gradient, derivation.Factors.Aggregate(1.0, (product, f) => product * f.Value!.Value), 1e-15);
    }

    [Property(MaxTest = 1000)]
    public void The_sum_of_products_is_the_gradient_in_every_mode(DoNotSize<int> any)
    {
        var seed = any.Item;
        var (y, x) = (ScalarExpressions.Random(seed), Expr.Variable("x"));
        var at = ScalarExpressions.Point;
        var reverse = y.Gradient(x).Evaluate(at).ToScalar();
        double At(double h) => y.Evaluate(at.With("x", at["x"].ToScalar() + h)).ToScalar();
        const double step = 1e-3;

        Assert.Equal(reverse, y.Derivation(x, at).Value!.ToScalar(), 1e-10 * Math.Max(1, Math.Abs(reverse)));
        Assert.Equal(reverse, y.Jvp([x], [Full(x, 1)]).Evaluate(at).ToScalar(), 1e-10 * Math.Max(1, Math.Abs(reverse)));
        if (Differentiability.Check(y, at, within: 0.1).Count == 0)
            Assert.Equal(
                reverse,
                (8 * (At(step) - At(-step)) - (At(2 * step) - At(-2 * step))) / (12 * step),
                1e-5 * Math.Max(1, Math.Abs(reverse)));
    }

    [Fact]
    public void Layers_show_transposes_and_shapes()
    {
        Expr Matrix(string name, params Dim[] shape) => Expr.Variable(name, Shape.Of(shape), DType.Float64);
        var z1 = MatMul(Matrix("X", "n", 4), Matrix("W1", 4, 3)) + Matrix("b1", 3);
        var z2 = MatMul(Tanh(z1), Matrix("W2", 3, 2)) + Matrix("b2", 2);
        var loss = Sum(Square(z2 - Matrix("Y", "n", 2)));
        var at = TensorSet.Of(
            ("X", Numbers(1, 5, 4)),
            ("Y", Numbers(2, 5, 2)),
            ("W1", Numbers(3, 4, 3)),
            ("b1", Numbers(4, 3)),
            ("W2", Numbers(5, 3, 2)),
            ("b2", Numbers(6, 2)));
        var derivation = loss.Derivation(Matrix("W1", 4, 3), at);
        var text = derivation.ToText();

        Assert.Contains("∂L/∂W1 = ∂L/∂z2 · ∂z2/∂h1 · ∂h1/∂z1 · ∂z1/∂W1\n", text);
        Assert.Contains("∂L/∂h1 = ∂L/∂z2 @ W2ᵀ   ([n, 2] × [2, 3] → [n, 3])\n", text);
        Assert.Contains("∂L/∂W1 = Xᵀ @ ∂L/∂z1   ([4, n] × [n, 3] → [4, 3])\n", text);
        Assert.InRange(Near.Distance(loss.Gradient(Matrix("W1", 4, 3)).Evaluate(at), derivation.Value!), 0, 1e-14);
    }

    static Tensor Numbers(long seed, params Dim[] shape) => Key.Of(seed).Uniform(Shape.Of(shape), DType.Float64);

    [Fact]
    public void Where_paths_meet_the_derivative_is_named_once()
    {
        var x = Expr.Variable("x");
        var y = x;
        for (var i = 0; i < 60; i++) y = Sin(y) * y;
        var text = y.Derivation(x, TensorSet.Of(("x", 1.2))).ToText();

        Assert.InRange(text.Length, 1_000, 60_000);
    }

    [Fact]
    public void Thousands_of_functions_take_a_line_each()
    {
        var x = Expr.Variable("x");
        var y = x;
        for (var i = 0; i < 5_000; i++) y = Sin(y);
        var derivation = y.Derivation(x, TensorSet.Of(("x", 1.0)));

        Assert.Equal(5_000, derivation.Factors.Count);
        Assert.Equal(y.Gradient(x).Evaluate(("x", 1.0)).ToScalar(), derivation.Value!.ToScalar(), 1e-12);
        Assert.InRange(derivation.ToText().Length, 100_000, 1_000_000);
    }

    [Fact]
    public void Absent_variables_and_tensors_are_answered()
    {
        var absent = Expr.Parse("x²").Derivation(Expr.Variable("y"), TensorSet.Of(("x", 1.0)));
        Assert.Contains("y does not occur", absent.ToText());
        Assert.Equal(0, absent.Value!.ToScalar());
        Assert.Contains(
            "Jacobian",
            Assert
                .Throws<ShapeException>(() => Expr.Variable("v", [3], DType.Float64).Derivation(Expr.Variable("v", [3], DType.Float64)))
                .Message);
        Assert.Contains(
            "\"x\"",
            Assert.Throws<FunctionalException>(() => Expr.Parse("x²").Derivation(Expr.Variable("x"), TensorSet.Empty)).Message);
        Assert.Equal(1, Expr.Parse("x").Derivation(Expr.Variable("x"), TensorSet.Of(("x", 3.0))).Value!.ToScalar());
    }
}
