using MathNet.Numerics.LinearAlgebra;

namespace FunctionalDL.Tests.Expressions.Text;

public class LambdaTests
{
    const double Half = 0.5;

    [Fact]
    public void A_lambda_becomes_the_expression_it_writes_down()
    {
        var scale = 3.0;
        Assert.Equal("3·sin(x·x) + 0.5", Expr.Of(x => scale * Math.Sin(x * x) + Half).Print());
        Assert.Equal(
            "tanh(w·x)^y − √(x/2)",
            Expr.Of((double w, double x, double y) => Math.Pow(Math.Tanh(w * x), y) - Math.Sqrt(x / 2)).Print());
        Assert.Equal(2, Expr.Of(x => x > 0 && x < 5 ? Math.Max(x, 1) : -x).Evaluate(("x", 2.0)).ToScalar());
    }

    [Fact]
    public void What_has_no_counterpart_is_named()
    {
        Assert.Contains("Math.Cbrt", Assert.Throws<FunctionalException>(() => Expr.Of(x => Math.Cbrt(x))).Message);
        Assert.Contains(
            "int",
            Assert.Throws<FunctionalException>(() => Expr.Of((int n) => n + 1.0)).Message,
            StringComparison.OrdinalIgnoreCase);
        Assert.Contains("counterpart", Assert.Throws<FunctionalException>(() => Expr.Of(x => double.Parse("1") + x)).Message);
    }

    [Fact]
    public void An_expression_becomes_a_function_of_numbers_or_of_a_vector()
    {
        Assert.Equal(Math.Sin(2.25), Expr.Parse("sin(x²)").ToFunction("x")(1.5), 1e-12);
        Assert.Equal(7, Expr.Parse("x − 2y").ToVectorFunction("y", "x")(Vector<double>.Build.Dense([-2, 3])), 1e-12);
        Assert.Contains("\"y\"", Assert.Throws<FunctionalException>(() => Expr.Parse("x·y").ToFunction("x")).Message);
        Assert.Throws<ShapeException>(() => Expr.Parse("x").ToVectorFunction("x")(Vector<double>.Build.Dense(2)));
    }
}
