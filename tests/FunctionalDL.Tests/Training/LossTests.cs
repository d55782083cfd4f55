namespace FunctionalDL.Tests.Training;

public class LossTests
{
    static readonly Expr Prediction = Expr.Variable("f", ["n", 3], DType.Float64), Target = Expr.Variable("y", ["n", 3], DType.Float64);

    static double Value(Loss loss, double[,] f, double[,] y) => loss.Apply(Prediction, Target).Evaluate(("f", f), ("y", y)).ToScalar();

    [Fact]
    public void Mean_squared_error_is_the_mean_of_the_squared_differences() =>
        Assert.Equal((0.25 + 1 + 0 + 4 + 0 + 0) / 6, Value(Loss.MeanSquaredError, new[,] { { 0.5, 1, 2 }, { 2, 0, 0 } }, new[,] { { 1.0, 0, 2 }, { 0, 0, 0 } }), 1e-15);

    [Fact]
    public void Binary_cross_entropy_takes_0_ln_0_as_0()
    {
        var certain = Value(Loss.BinaryCrossEntropy, new[,] { { 1.0, 0, 0.5 } }, new[,] { { 1.0, 0, 1 } });
        Assert.Equal(Math.Log(2) / 3, certain, 1e-15);
        Assert.Equal(double.PositiveInfinity, Value(Loss.BinaryCrossEntropy, new[,] { { 0.0, 0, 0.5 } }, new[,] { { 1.0, 0, 1 } }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-700)]
    public void From_logits_the_losses_are_those_of_the_probabilities_and_stay_finite(double shift)
    {
        double[,] z = { { 0.3 + shift, -1.2, 2.0 }, { 0, 0.1, -0.4 + shift } }, y = { { 0, 0, 1 }, { 1, 0, 0 } };
        var logits = Value(Loss.SoftmaxCrossEntropy, z, y);
        var plain = Loss.CategoricalCrossEntropy.Apply(Softmax(Prediction), Target).Evaluate(("f", z), ("y", y)).ToScalar();
        Assert.Equal(plain, logits, 1e-12);

        var binary = Loss.BinaryCrossEntropy.Apply(Sigmoid(Prediction), Target).Evaluate(("f", z), ("y", y)).ToScalar();
        Assert.Equal(binary, Value(Loss.BinaryCrossEntropyFromLogits, z, y), 1e-10);
        Assert.True(double.IsFinite(Value(Loss.SoftmaxCrossEntropy, new[,] { { 1e4, -1e4, 0 } }, new[,] { { 0.0, 1, 0 } })));
    }

    /// <summary>∂/∂z of softmax cross-entropy is (p − y)/n.</summary>
    [Fact]
    public void The_gradient_of_softmax_cross_entropy_is_p_minus_y_over_n()
    {
        double[,] z = { { 0.3, -1.2, 2.0 }, { 0, 0.1, -0.4 } }, y = { { 0, 0, 1 }, { 1, 0, 0 } };
        var gradient = Loss.SoftmaxCrossEntropy.Apply(Prediction, Target).Gradient(Prediction).Evaluate(("f", z), ("y", y));
        var expected = ((Softmax(Prediction) - Target) / 2).Evaluate(("f", z), ("y", y));
        for (var i = 0; i < 6; i++) Assert.Equal(expected.GetDouble(i), gradient.GetDouble(i), 1e-14);
    }

    [Fact]
    public void Labels_are_one_hot_targets()
    {
        var labels = Expr.Variable("labels", ["n"], DType.Int64);
        double[,] z = { { 0.3, -1.2, 2.0 }, { 0, 0.1, -0.4 } };
        var sparse = Loss.SoftmaxCrossEntropy.Apply(Prediction, labels).Evaluate(("f", z), ("labels", new long[] { 2, 0 })).ToScalar();
        Assert.Equal(Value(Loss.SoftmaxCrossEntropy, z, new[,] { { 0.0, 0, 1 }, { 1, 0, 0 } }), sparse);

        var error = Assert.Throws<TensorException>(() => Loss.SoftmaxCrossEntropy.Apply(Prediction, labels).Evaluate(("f", z), ("labels", new long[] { 2, 3 })));
        Assert.Contains("index 3 at position 1", error.Message);
    }

    [Fact]
    public void A_column_against_a_vector_is_an_error_not_a_broadcast()
    {
        var error = Assert.Throws<ShapeException>(() => Loss.MeanSquaredError.Apply(Expr.Variable("f", ["n", 1]), Expr.Variable("y", ["n"])));
        Assert.Contains("Squeeze", error.Message);
    }

    [Fact]
    public void A_penalty_is_of_what_is_trained()
    {
        var model = Model.Input(DType.Float64, 2).BatchNorm().Dense(1).Initialize(1);
        var trained = model.ParameterList.Where(p => p.IsTrainable).SelectMany(p => model.Parameters[p.Name].ToArray<double>()).ToArray();
        Assert.Equal(0.5 * trained.Sum(w => w * w), Penalty.L2(0.5).Apply(model.ParameterList)!.Evaluate(model.Parameters).ToScalar(), 1e-12);
        Assert.Equal(0.5 * trained.Sum(Math.Abs), Penalty.L1(0.5).Apply(model.ParameterList)!.Evaluate(model.Parameters).ToScalar(), 1e-12);
    }
}
