namespace FunctionalDL.Tests.Training;

public class LossTests
{
    static readonly Expr Prediction = Expr.Variable("f", ["n", 3], DType.Float64), Target = Expr.Variable("y", ["n", 3], DType.Float64);

    static double Value(Loss loss, double[,] f, double[,] y) => loss.Apply(Prediction, Target).Evaluate(("f", f), ("y", y)).ToScalar();

    [Fact]
    public void Mean_squared_error_is_the_mean_of_the_squared_differences() =>
        Assert.Equal(
            (0.25 + 1 + 0 + 4 + 0 + 0) / 6,
            Value(
                Loss.MeanSquaredError,
                new[,]
                {
                    { 0.5, 1, 2 },
                    { 2, 0, 0 },
                },
                new[,]
                {
                    { 1.0, 0, 2 },
                    { 0, 0, 0 },
                }),
            1e-15);

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

        var error = Assert.Throws<TensorException>(() =>
            Loss.SoftmaxCrossEntropy.Apply(Prediction, labels).Evaluate(("f", z), ("labels", new long[] { 2, 3 })));
        Assert.Contains("index 3 at position 1", error.Message);
    }

    [Fact]
    public void A_column_against_a_vector_is_an_error_not_a_broadcast()
    {
        var error = Assert.Throws<ShapeException>(() =>
            Loss.MeanSquaredError.Apply(Expr.Variable("f", ["n", 1]), Expr.Variable("y", ["n"])));
        Assert.Contains("Squeeze", error.Message);
    }

    const double Inf = double.PositiveInfinity;

    static readonly Expr Logits = Expr.Variable("f", [1, 3], DType.Float64), Shares = Expr.Variable("y", [1, 3], DType.Float64);

    static readonly Expr Label = Expr.Variable("label", [1], DType.Int64);

    /// <summary>Logits, a label, the loss and its gradient (the first three as PyTorch has them).</summary>
    public static TheoryData<double[], long, double, double[]> Impossible => new()
    {
        { [-Inf, 0, 1], 2, 0.31326168751822286, [0, 0.2689414213699951, -0.2689414213699949] },
        { [-Inf, -Inf, 1], 2, 0, [0, 0, 0] },
        { [-Inf, 0, 1], 0, Inf, [-1, 0.2689414213699951, 0.7310585786300049] },
        { [-1e308, 0, 1e308], 2, 0, [0, 0, 0] },
        { [-1e308, 0, 1e308], 1, 1e308, [0, -1, 1] },
    };

    [Theory, MemberData(nameof(Impossible))]
    public void Impossible_classes_count_for_nothing(double[] logits, long label, double loss, double[] gradient)
    {
        double[] oneHot = [.. Enumerable.Range(0, 3).Select(k => k == label ? 1.0 : 0)];
        var values = TensorSet.Of(
            ("f", Tensor.Of(Shape.Of(1, 3), logits)),
            ("y", Tensor.Of(Shape.Of(1, 3), oneHot)),
            ("label", Tensor.Vector(label)));
        foreach (var target in new[] { Label, Shares })
        {
            var y = Loss.SoftmaxCrossEntropy.Apply(Logits, target);
            Assert.Equal(loss, y.Evaluate(values).ToScalar(), Close);
            Assert.Equal(gradient, y.Gradient(Logits).Evaluate(values).ToArray<double>(), Close);
        }
    }

    /// <summary>
    /// In float32, whose largest number is 3.4·10³⁸, differences of ±3·10³⁸ overflow: the class is then impossible.
    /// </summary>
    [Fact]
    public void The_largest_logits_of_float32_are_no_danger()
    {
        Expr z = Expr.Variable("z", [1, 3]),
            y = Expr.Variable("y", [1, 3]);
        var values = TensorSet.Of(
            ("z", Tensor.Of(Shape.Of(1, 3), [3e38f, -3e38f, 0])),
            ("y", Tensor.Of(Shape.Of(1, 3), [1f, 0, 0])),
            ("label", Tensor.Vector(0L)));
        foreach (var target in new[] { Label, y })
        {
            var loss = Loss.SoftmaxCrossEntropy.Apply(z, target);
            var results = Compilation.Compile([loss, loss.Gradient(z)]).Run(values);
            Assert.Equal(0, results[0].ToScalar());
            Assert.Equal([0f, 0, 0], results[1].ToArray<float>());
        }
    }

    /// <summary>∂L/∂y = −ln p of a distribution as target, also for classes whose target is 0.</summary>
    [Fact]
    public void Gradients_with_respect_to_targets_of_0_are_the_limits()
    {
        double[] z = [0.5, -1, 2],
            p = [0.2, 0.3, 0.5],
            y = [0, 1, 0];
        var values = TensorSet.Of(
            ("f", Tensor.Of(Shape.Of(1, 3), z)),
            ("p", Tensor.Of(Shape.Of(1, 3), p)),
            ("y", Tensor.Of(Shape.Of(1, 3), y)));
        var shares = Expr.Variable("p", [1, 3], DType.Float64);
        double[] Of(Loss loss, Expr prediction) =>
            loss.PerExample(prediction, Shares) is var losses ? Sum(losses).Gradient(Shares).Evaluate(values).ToArray<double>() : [];

        var all = Math.Log(z.Sum(Math.Exp));
        Assert.Equal([.. z.Select(v => all - v)], Of(Loss.SoftmaxCrossEntropy, Logits), Close);
        Assert.Equal([.. p.Select(v => -Math.Log(v))], Of(Loss.CategoricalCrossEntropy, shares), Close);
        Assert.Equal([.. p.Zip(y, (v, t) => -Math.Log(v) + (t == 0 ? 0 : Math.Log(t) + 1))], Of(Loss.KullbackLeibler, shares), Close);
        Assert.Equal([.. p.Select(v => -Math.Log(v) / 3)], Of(Loss.Poisson, shares), Close);
        Assert.Equal([.. p.Select(v => Math.Log((1 - v) / v) / 3)], Of(Loss.BinaryCrossEntropy, shares), Close);
        Assert.Equal([.. z.Select(v => -v / 3)], Of(Loss.BinaryCrossEntropyFromLogits, Logits), Close);
    }

    /// <summary>
    /// Binary cross-entropy of float32 logits and its gradient, compiled, have an error of a few units in the last place, however small
    /// they are: from z = 10 on ln(1 + e^z) − z has lost all digits.
    /// </summary>
    [Theory, InlineData(0), InlineData(1), InlineData(0.25), InlineData(0.75)]
    public void Binary_cross_entropy_from_logits_keeps_its_digits(double target)
    {
        float[] z = [.. Enumerable.Range(-340, 681).Select(i => i / 4f), 1e-30f, 1e4f, -1e4f];
        Expr logits = Expr.Variable("z", [z.Length, 1]), loss = Loss.BinaryCrossEntropyFromLogits.PerExample(logits, Full(logits, target));
        var results = Compilation.Compile([loss, Sum(loss).Gradient(logits)]).Run(("z", Tensor.Of(Shape.Of(z.Length, 1), z)));
        for (var i = 0; i < z.Length; i++)
        {
            double Softplus(double v) =>
                Math.Max(v, 0) + (Math.Exp(-Math.Abs(v)) is < 1e-8 and var e ? e - e * e / 2 : Math.Log(1 + Math.Exp(-Math.Abs(v))));
            var exact = target * Softplus(-z[i]) + (1 - target) * Softplus(z[i]);
            var slope = (1 - target) / (1 + Math.Exp(-z[i])) - target / (1 + Math.Exp(z[i]));
            var rounding = target is 0 or 1 ? 0 : 1e-7;
            Assert.True(
                Math.Abs(exact - results[0].GetDouble(i)) <= 6e-7 * exact + 1e-44,
                $"the loss at {z[i]} is {results[0].GetDouble(i)}, not {exact}");
            Assert.True(
                Math.Abs(slope - results[1].GetDouble(i)) <= 6e-7 * Math.Abs(slope) + rounding + 1e-44,
                $"the slope at {z[i]} is {results[1].GetDouble(i)}, not {slope}");
        }
    }

    [Fact]
    public void An_infinite_logit_is_certain()
    {
        double[] Of(double label) =>
            Loss.BinaryCrossEntropyFromLogits.PerExample(Prediction, Full(Prediction, label)) is var losses
                ?
                [
                    .. Evaluator
                        .Evaluate(
                            [losses, Sum(losses).Gradient(Prediction)],
                            TensorSet.Of(
                                (
                                    "f",
                                    new[,]
                                    {
                                        { Inf, Inf, Inf },
                                        { -Inf, -Inf, -Inf },
                                    })))
                        .SelectMany(t => t.ToArray<double>()),
                ]
                : [];
        Assert.Equal([0, Inf, 0, 0, 0, -1 / 3.0, -1 / 3.0, -1 / 3.0], Of(1), Close);
        Assert.Equal([Inf, 0, 1 / 3.0, 1 / 3.0, 1 / 3.0, 0, 0, 0], Of(0), Close);
    }

    /// <summary>Small probabilities of the wrong class keep their digits: −ln(1 − p) ≈ p.</summary>
    [Fact]
    public void Binary_cross_entropy_of_a_small_probability_keeps_its_digits()
    {
        Expr p = Expr.Variable("p", [1, 1]), loss = Loss.BinaryCrossEntropy.Apply(p, Full(p, 0));
        Assert.Equal(1e-9, loss.Compile().Run(("p", new[,] { { 1e-9f } }))[0].ToScalar(), 1e-15);
    }

    /// <summary>Vectors of any length have a direction; their squares may overflow or vanish.</summary>
    [Theory, InlineData(1e20), InlineData(1e-3)]
    public void The_cosine_distance_does_not_depend_on_lengths(float length)
    {
        Expr f = Expr.Variable("f", [1, 2]), loss = Loss.CosineDistance.Apply(f, Expr.Constant(Tensor.Of(Shape.Of(1, 2), [1f, 0])));
        Assert.Equal(0.4, loss.Compile().Run(("f", new[,] { { 3 * length, 4 * length } }))[0].ToScalar(), 1e-6);
    }

    static bool Close(double a, double b) => a.Equals(b) || double.IsFinite(a) && Math.Abs(a - b) <= 1e-14 * Math.Max(1, Math.Abs(a));

    [Fact]
    public void A_penalty_is_of_what_is_trained()
    {
        var model = Model.Input(DType.Float64, 2).BatchNorm().Dense(1).Initialize(1);
        var trained = model.ParameterList.Where(p => p.IsTrainable).SelectMany(p => model.Parameters[p.Name].ToArray<double>()).ToArray();
        Assert.Equal(
            0.5 * trained.Sum(w => w * w),
            Penalty.L2(0.5).Apply(model.ParameterList)!.Evaluate(model.Parameters).ToScalar(),
            1e-12);
        Assert.Equal(0.5 * trained.Sum(Math.Abs), Penalty.L1(0.5).Apply(model.ParameterList)!.Evaluate(model.Parameters).ToScalar(), 1e-12);
    }
}
