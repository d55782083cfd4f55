namespace FunctionalDL.Tests.Engine;

public class GraphTests
{
    [Fact]
    public void A_hundred_thousand_compositions_compile_and_run()
    {
        var x = Expr.Variable("x");
        var y = x;
        for (var i = 0; i < 100_000; i++) y = Sin(y);
        var both = Compilation.Compile([y, y.Gradient(x)]);

        var (at, values) = (TensorSet.Of(("x", 1.0)), both.Run(("x", 1.0)));
        Assert.Equal(y.Evaluate(at).ToScalar(), values[0].ToScalar(), 1e-12);
        Assert.Equal(y.Gradient(x).Evaluate(at).ToScalar(), values[1].ToScalar(), 1e-12);
    }

    [Fact]
    public void A_long_chain_of_matrix_products_compiles_and_runs()
    {
        var x = Expr.Variable("x", [2, 2], DType.Float64);
        var y = x;
        for (var i = 0; i < 20_000; i++) y = MatMul(y, x) * 0.5;

        var value = Tensor.Matrix(new double[,] { { 1, 1 }, { 1, 1 } });
        Assert.True(value.BitEquals(y.Compile().Run(("x", value))[0]));
    }

    [Fact]
    public void Shared_nodes_are_computed_once_however_many_paths_lead_to_them()
    {
        var x = Expr.Variable("x");
        var y = x;
        for (var i = 0; i < 60; i++) y = y + y;

        Assert.Equal(Math.Pow(2, 60), y.Compile().Run(("x", 1.0))[0].ToScalar());
    }
}
