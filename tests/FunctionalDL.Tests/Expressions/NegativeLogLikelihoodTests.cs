namespace FunctionalDL.Tests.Expressions;

/// <summary>The negative log-likelihood as ONNX has it, against loops.</summary>
public class NegativeLogLikelihoodTests
{
    static readonly Expr X = Expr.Variable("x", ["n", 3, "d"], DType.Float64), Target = Expr.Variable("y", ["n", "d"], DType.Int64);

    static readonly Tensor Values = LogSoftmax(Expr.Constant(Derivatives.Random(Key.Of(1), Shape.Of(2, 3, 4))), 1).Evaluate();

    static readonly long[] Labels = [0, 2, -100, 1, 2, -100, 0, 1];

    [Theory]
    [InlineData(true), InlineData(false)]
    public void It_is_the_formula(bool isWeighted)
    {
        double[] w = isWeighted ? [0.5, 2, 0] : [1, 1, 1];
        var (losses, weights) = NegativeLogLikelihood(X, Target, isWeighted ? Expr.Constant(Tensor.Vector(w)) : null, -100);
        var at = TensorSet.Of(("x", Values), ("y", Tensor.Of(Shape.Of(2, 4), Labels)));
        double Weight(int i) => Labels[i] < 0 ? 0 : w[Labels[i]];
        double Loss(int i) => Labels[i] < 0 ? 0 : -Weight(i) * Values.As<double>()[i / 4, (int)Labels[i], i % 4];
        var places = Enumerable.Range(0, 8);
        Assert.Equal([.. places.Select(Loss)], losses.Evaluate(at).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([.. places.Select(Weight)], weights.Evaluate(at).ToArray<double>());
        var mean = Sum(losses) / Sum(weights);
        Assert.Equal(places.Sum(Loss) / places.Sum(Weight), mean.Evaluate(at).ToScalar(), 1e-15);
        Assert.Equal(places.Sum(Loss) / places.Sum(Weight), mean.Compile().Run(at)[0].ToScalar(), 1e-15);
        var slope = mean.Gradient(X).Evaluate(at).As<double>();
        for (var i = 0; i < 24; i++)
        {
            var (n, c, d) = (i / 12, i / 4 % 3, i % 4);
            var expected = Labels[4 * n + d] == c ? -Weight(4 * n + d) / places.Sum(Weight) : 0;
            Assert.Equal(expected, slope[n, c, d], 1e-15);
        }
    }

    [Fact]
    public void It_is_exported()
    {
        var (losses, weights) = NegativeLogLikelihood(
            LogSoftmax(Expr.Variable("x", [2, 3, 4]), 1),
            Expr.Constant(Tensor.Of(Shape.Of(2, 4), Labels)),
            Expr.Constant(Tensor.Vector(0.5f, 2, 3)),
            -100);
        (string, Expr)[] outputs = [("losses", losses), ("weights", weights), ("mean", Sum(losses) / Sum(weights))];
        OnnxVerification.Verify(OnnxExport.ToOnnx(outputs, TensorSet.Empty), outputs, TensorSet.Empty, 1e-5);
    }

    [Fact]
    public void A_class_of_weight_0_has_no_loss_also_where_it_is_impossible()
    {
        var x = Expr.Constant(Tensor.Of(Shape.Of(1, 2), [double.NegativeInfinity, 0]));
        var (losses, _) = NegativeLogLikelihood(x, Expr.Constant(Tensor.Vector(0L)), Expr.Constant(Tensor.Vector(0.0, 1)));
        Assert.Equal(0, losses.Evaluate().ToArray<double>()[0]);
        (losses, _) = NegativeLogLikelihood(x, Expr.Constant(Tensor.Vector(0L)));
        Assert.Equal(double.PositiveInfinity, losses.Evaluate().ToArray<double>()[0]);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        static void Fails(string part, Action build) => Assert.Contains(part, Assert.Throws<ShapeException>(build).Message);
        Fails("Classes are along axis 1", () => NegativeLogLikelihood(X, Expr.Variable("y", ["n", 3], DType.Int64)));
        Fails("Classes are along axis 1", () => NegativeLogLikelihood(X, Expr.Variable("y", ["n", "d"])));
        Fails("for 3 classes", () => NegativeLogLikelihood(X, Target, Expr.Variable("w", [2])));
        var error = Assert.Throws<TensorException>(() =>
            NegativeLogLikelihood(X, Target).Losses.Evaluate(("x", Values), ("y", Tensor.Of(Shape.Of(2, 4), [0L, 1, 2, 3, 0, 0, 0, 0]))));
        Assert.Contains("index 3 at position 3", error.Message);
    }
}
